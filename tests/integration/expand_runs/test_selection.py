"""Copies held against one another at the end of a run: the same after a break and by workers."""

import json
import random
from pathlib import Path

import pytest

from augment.datasets.expand import Workers
from augment.datasets.units.work import work_path
from augment.spec import parse_spec
from tests.support.runs import Run, outputs

FITTED = parse_spec(
    {
        "steps": [{"kind": "masking", "rate": 0.3}],
        "copies": 2,
        "checks": [{"kind": "duplicates", "near": 0.8}, {"kind": "labels", "margin": 0.5}],
    }
)


def various(rows: int) -> bytes:
    """Rows of a few words each, some of them alike."""
    draws = random.Random(5)
    words = [
        f"{one}{two}"
        for one in ("par", "bil", "tor", "mel", "gor", "sim")
        for two in ("cel", "let", "ny", "dum")
    ]
    lines = (f"{' '.join(draws.choices(words, k=3))},c{i % 3}\n" for i in range(rows))
    return b"text,label\n" + "".join(lines).encode()


@pytest.fixture(scope="module")
def selected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a run whose copies are held against one another at its end."""
    folder = tmp_path_factory.mktemp("selected")
    (folder / "in.csv").write_bytes(various(1100))
    summary = Run(folder, FITTED)()
    assert summary.dropped["near_duplicate"] > 10
    assert summary.written > 10
    return outputs(folder)


@pytest.mark.parametrize("workers", [None, Workers(2)])
def test_what_checks_learnt_is_shared_and_outlives_a_break(
    folder: Path, selected: dict[str, bytes], workers: Workers | None
) -> None:
    (folder / "in.csv").write_bytes(various(1100))
    (folder / "spec.json").unlink()
    run = Run(folder, FITTED)
    run.broken_off(units=1)
    fit = work_path(folder / "out.csv") / "fit.json"
    before = fit.stat().st_mtime_ns
    seen: list[int] = []
    run(
        workers,
        resume=True,
        progress=lambda _: seen.append(fit.stat().st_mtime_ns),
    )
    assert set(seen) == {before}
    assert outputs(folder) == selected


def test_copies_that_are_dropped_at_the_end_are_counted_for_their_steps(folder: Path) -> None:
    (folder / "in.csv").write_bytes(various(1100))
    summary = Run(folder, FITTED)(Workers(2))
    step = summary.steps["0.masking"]
    assert step["kept"] == summary.written
    assert step["dropped"]["near_duplicate"] >= summary.dropped["near_duplicate"] > 0
    told = [json.loads(line) for line in outputs(folder)["out.csv.rejects.jsonl"].splitlines()]
    near = [one for one in told if one["reason"] == "near_duplicate"]
    assert {one["step"] for one in near} == {"checks.0.duplicates"}
