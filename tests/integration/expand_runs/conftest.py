"""A table to expand, and what a run that nothing disturbed makes of it."""

from pathlib import Path

import pytest

from tests.support.runs import SPEC, Run, command, outputs, table


@pytest.fixture(scope="session")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("unbroken")
    (folder / "in.csv").write_bytes(table())
    (folder / "spec.json").write_text(SPEC.model_dump_json())
    assert command(folder) == 0
    return outputs(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_bytes(table())
    (tmp_path / "spec.json").write_text(SPEC.model_dump_json())
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    return Run(folder)
