"""Runs from and to tables and folders that are killed go on to the bytes of unbroken ones."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.fault

ROWS = 400
NEVER = 1 << 30


def columns() -> dict[str, list[Any]]:
    return {
        "text": [f"where is parcel number {i} of mine" for i in range(ROWS)],
        "label": [f"l{i % 3}" for i in range(ROWS)],
        "raw": [bytes([i % 256, 255]) for i in range(ROWS)],
    }


def make(kind: str, folder: Path) -> list[str]:
    """An input in a folder, and the arguments for its output."""
    if kind == "arrow":
        datasets.Dataset.from_dict(columns()).save_to_disk(str(folder / "in"))
        return [str(folder / "in"), "-o", str(folder / "larger"), "--shard-rows", "300"]
    if kind == "parquet":
        pq.write_table(pa.table(columns()), folder / "in.parquet", row_group_size=90)
        return [str(folder / "in.parquet"), "-o", str(folder / "larger.parquet")]
    (folder / "in").mkdir()
    for i in range(0, ROWS, 50):
        rows = [{"text": f"where is parcel {n} of mine"} for n in range(i, i + 50)]
        text = "\n".join(json.dumps(row) for row in rows)
        (folder / "in" / f"{i:04}.jsonl").write_text(text)
    return [str(folder / "in"), "-o", str(folder / "larger"), "--shard-rows", "300"]


def outputs(folder: Path) -> dict[str, bytes]:
    """All files of the output, and what lies beside it, without the record, which has times."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "run.json" not in path.name and path.name != "plan.json"
    }


def run(arguments: list[str], folder: Path, moments: list[tuple[str, int]]) -> list[int]:
    plan = {
        "arguments": ["expand", *arguments, "--preset", "mask", "--resume"],
        "moments": moments,
        "unit_rows": 64,
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.crash", str(folder / "plan.json")],
        check=True, capture_output=True, text=True, timeout=250,
    )  # fmt: skip
    statuses: list[int] = json.loads(done.stdout.splitlines()[-1])
    return statuses


@pytest.mark.parametrize("kind", ["parquet", "arrow", "jsonl"])
@pytest.mark.parametrize("event", ["rename", "sync"])
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path, kind: str, event: str) -> None:
    """Each run is killed a little later than the one before, until one comes to its end."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    assert run(make(kind, whole), whole, [("any", NEVER)]) == [0]
    moments = [(event, number) for number in (*range(1, 16), *range(20, 80, 6), NEVER)]
    statuses = run(make(kind, broken), broken, moments)
    ended = statuses.index(0)
    assert ended >= 4
    assert set(statuses[:ended]) == {-9}
    assert outputs(broken) == outputs(whole)
