"""Runs that are killed at any moment, or starved of disk, go on to the bytes of unbroken ones."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from augment.datasets.expand import Workers
from augment.errors import OutputError
from tests.support.runs import COMMAND, NEVER, Run, arguments, command, outputs, table
from tests.support.small_disk import small_disk


def crashes(folder: Path, moments: list[tuple[str, int]], unit_rows: int = 512) -> list[int]:
    plan = {
        "arguments": arguments(folder, "--resume"), "moments": moments, "unit_rows": unit_rows
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan))
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.crash", str(folder / "plan.json")],
        check=True, capture_output=True, timeout=200,
    )  # fmt: skip
    statuses: list[int] = json.loads(done.stdout.splitlines()[-1])
    return statuses


@pytest.mark.fault
@pytest.mark.parametrize("event", ["write", "sync", "rename", "manifest"])
def test_killed_in_every_commit_window(
    folder: Path, unbroken: dict[str, bytes], event: str
) -> None:
    # The first times are those of the plan and the first units, the last those of the output.
    statuses = crashes(folder, [(event, n) for n in (1, 2, 3, 5, 9)])
    assert statuses[0] == -signal.SIGKILL
    assert 0 in statuses or command(folder, "--resume") == 0
    assert outputs(folder) == unbroken


@pytest.mark.fault
def test_killed_fifty_times_at_random(folder: Path) -> None:
    (folder / "in.csv").write_bytes(table(300))
    assert crashes(folder, [("any", NEVER)], unit_rows=32) == [0]
    whole = outputs(folder)
    draws = random.Random(20261122)
    killed = 0
    while killed < 50:
        for name in ("out.csv", "out.csv.rejects.jsonl", "out.csv.run.json"):
            (folder / name).unlink(missing_ok=True)
        moments = [("any", draws.randint(1, 40)) for _ in range(10)]
        statuses = crashes(folder, [*moments, ("any", NEVER)], unit_rows=32)
        # Behind a run that came to its end there is nothing more to do: the output is there.
        done = statuses.index(0)
        assert all(status == -signal.SIGKILL for status in statuses[:done])
        assert set(statuses[done + 1 :]) <= {1}
        killed += done
        assert outputs(folder) == whole


@pytest.mark.fault
def test_standard_input_is_resumed_when_it_is_the_same(folder: Path) -> None:
    options = ["expand", "-", "-o", str(folder / "out.csv"), "--spec", str(folder / "spec.json")]

    def fed(*more: str, data: str = "in.csv") -> "subprocess.CompletedProcess[bytes]":
        with (folder / data).open("rb") as file:
            return subprocess.run(
                [*COMMAND, *options, *more], stdin=file, capture_output=True, check=False
            )

    assert fed().returncode == 0
    whole = outputs(folder)
    for name in ("out.csv", "out.csv.rejects.jsonl", "out.csv.run.json"):
        (folder / name).unlink()
    (folder / "plan.json").write_text(
        json.dumps({"arguments": options, "moments": [("manifest", 3)], "unit_rows": 512})
    )
    with (folder / "in.csv").open("rb") as file:
        crash = [sys.executable, "-m", "tests.support.crash", str(folder / "plan.json")]
        subprocess.run(crash, stdin=file, check=True, capture_output=True)
    (folder / "other.csv").write_bytes(table().replace(b"parcel 3,", b"PARCEL 3,"))
    refused = fed("--resume", data="other.csv")
    assert b"standard input: was changed since the run began" in refused.stderr
    (folder / "other.csv").unlink()
    assert fed("--resume").returncode == 0
    assert outputs(folder) == whole


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 300 kB."""
    with small_disk(tmp_path / "small", "300k") as found:
        yield found.folder


@pytest.mark.fault
@pytest.mark.parametrize("workers", [None, Workers(2)])
def test_a_full_disk_loses_nothing(
    run: Run, unbroken: dict[str, bytes], disk: Path, workers: Workers | None
) -> None:
    with pytest.raises(OutputError, match="the disk is full; free some space"):
        run(workers, output=disk / "out.csv")
    assert [path.name for path in disk.iterdir()] == ["out.csv.work"]
    subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
    run(workers, output=disk / "out.csv", resume=True)
    assert outputs(disk) == unbroken


@pytest.mark.fault
def test_a_disk_that_is_read_only_is_told(run: Run, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(OutputError, match=r"out\.csv\.work: cannot be written: Read-only"):
        run(output=disk / "out.csv")
