"""Runs of `expand` over a table of several units, in this process and in others."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.datasets.expand import ExpandRequest, Progress, Workers, expand
from augment.datasets.summary import Summary
from augment.datasets.units.work import work_path
from augment.resources import Resources
from augment.spec import PipelineSpec, parse_spec

UNITS = 6
ROWS = 512 * UNITS - 100
NEVER = 1 << 30
COMMAND = [sys.executable, "-m", "augment"]
SPEC = parse_spec(
    {"steps": [{"kind": "masking", "rate": 0.2}], "copies": 2, "checks": [{"kind": "length"}]}
)


def table(rows: int = ROWS) -> bytes:
    lines = (
        b"ragged\n"
        if i % 97 == 96
        else b'"parcel %d, which I\nordered, is late",c%d\n' % (i, i % 3)
        for i in range(rows)
    )
    return b"text,label\n" + b"".join(lines)


def command(folder: Path, *options: str) -> int:
    return subprocess.run(
        [*COMMAND, *arguments(folder, *options)], check=False, capture_output=True, timeout=120
    ).returncode


def arguments(folder: Path, *options: str) -> list[str]:
    return [
        *("expand", str(folder / "in.csv"), "-o", str(folder / "out.csv")),
        *("--spec", str(folder / "spec.json"), *options),
    ]


def outputs(folder: Path) -> dict[str, bytes]:
    """What a run leaves, without its record, which has times."""
    given = {"in.csv", "spec.json", "out.csv.run.json", "plan.json"}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in given}


class Run:
    """Runs `expand` in this process."""

    def __init__(self, folder: Path, spec: PipelineSpec = SPEC) -> None:
        self.folder = folder
        self.spec = spec

    def __call__(
        self, workers: Workers | None = None, progress: Any = None, **fields: Any
    ) -> Summary:
        fields = {"input": self.folder / "in.csv", "output": self.folder / "out.csv", **fields}
        with Resources() as resources:
            pipeline = build_pipeline(self.spec, resources)
            return expand(ExpandRequest(**fields), pipeline, workers=workers, progress=progress)

    def broken_off(self, units: int = 2) -> None:
        """Run until so many units are done, and a little more."""

        def stop(progress: Progress) -> None:
            if progress.rows > 512 * units + 100:
                raise KeyboardInterrupt

        with pytest.raises(Exception, match="--resume goes on from there"):
            self(progress=stop)
        assert work_path(self.folder / "out.csv").is_dir()
