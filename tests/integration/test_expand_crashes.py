"""Runs that are killed, stopped, starved of disk and torn go on to the bytes of unbroken ones."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.expand import ExpandRequest, Progress, Workers, expand
from augment.datasets.summary import Summary
from augment.datasets.units import run as units_run
from augment.datasets.units.pool import Pool
from augment.datasets.units.work import work_path
from augment.errors import DataError, OutputError, RunError
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


@pytest.fixture(scope="module")
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


@pytest.fixture
def run(folder: Path) -> Run:
    return Run(folder)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_workers_change_nothing(run: Run, unbroken: dict[str, bytes], count: int) -> None:
    summary = run(Workers(count))
    assert outputs(run.folder) == unbroken
    assert summary.rows == ROWS
    assert summary.kept + sum(summary.rejected.values()) == ROWS
    assert summary.written + sum(summary.dropped.values()) == summary.asked


def test_what_is_done_is_not_done_again(run: Run, unbroken: dict[str, bytes]) -> None:
    run.broken_off(units=3)
    work = work_path(run.folder / "out.csv")
    before = {path.name: path.stat().st_mtime_ns for path in (work / "units").glob("*.rows")}
    assert len(before) == 3
    seen: list[int] = []
    kept: dict[str, int] = {}

    def look(progress: Progress) -> None:
        seen.append(progress.rows)
        kept.update({p.name: p.stat().st_mtime_ns for p in (work / "units").glob("*.rows")})

    run(resume=True, progress=look)
    assert max(seen) == ROWS - 3 * 512
    assert before.items() <= kept.items()
    assert outputs(run.folder) == unbroken


@pytest.mark.fault
def test_a_worker_that_is_killed_is_replaced(
    run: Run, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Pool] = []
    _watch_pools(monkeypatch, pools)
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        for worker in pools[0]._workers:
            # One unit must not be hit twice: it would be set aside.
            fresh = worker.ready and worker.unit and worker.unit.number not in killed
            if fresh and len(killed) < 3 and progress.rows > 400 * len(killed):
                killed.append(worker.unit.number)
                worker.process.kill()

    summary = run(Workers(2), progress=kill)
    assert len(killed) == 3
    assert summary.lost_units == 0
    assert outputs(run.folder) == unbroken


@pytest.mark.fault
def test_a_worker_that_is_stopped_goes_on(
    run: Run, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Pool] = []
    _watch_pools(monkeypatch, pools)
    stopped: list[int] = []

    def stop(progress: Progress) -> None:
        if not stopped and progress.rows > 256:
            stopped.append(pools[0]._workers[0].process.pid)
            os.kill(stopped[0], signal.SIGSTOP)
        elif len(stopped) == 1 and progress.rows > 256 + 2 * 512:
            os.kill(stopped[0], signal.SIGCONT)
            stopped.append(0)

    run(Workers(2), progress=stop)
    assert len(stopped) == 2
    assert outputs(run.folder) == unbroken


@pytest.mark.fault
def test_a_silent_worker_is_taken_for_dead(
    run: Run, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Pool] = []
    _watch_pools(monkeypatch, pools)
    stopped: list[int] = []

    def stop(progress: Progress) -> None:
        ready = [worker for worker in pools[0]._workers if worker.ready]
        if not stopped and ready:
            stopped.append(ready[0].process.pid)
            os.kill(stopped[0], signal.SIGSTOP)

    run(Workers(2, stall=20.0), progress=stop)
    assert stopped
    assert outputs(run.folder) == unbroken


@pytest.mark.fault
def test_a_unit_that_kills_two_workers_is_set_aside(
    run: Run, unbroken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUGMENT_TEST_DOOMED", "1,4")
    doomed = partial(Pool, module="tests.support.doomed_worker")
    monkeypatch.setattr(units_run, "Pool", doomed)
    summary = run(Workers(2))
    assert summary.lost_units == 2
    doomed_rows = [i for i in range(ROWS) if i // 512 in (1, 4) and i % 97 != 96]
    assert summary.dropped["worker_lost"] == 2 * len(doomed_rows)
    assert summary.kept + sum(summary.rejected.values()) == ROWS
    rows = [line for line in unbroken["out.csv"].split(b"\n") if b",0,[]" in line]
    assert sum(b",0,[]" in line for line in outputs(run.folder)["out.csv"].split(b"\n")) == len(
        rows
    )


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


def _watch_pools(monkeypatch: pytest.MonkeyPatch, pools: list[Pool]) -> None:
    def made(*args: Any, **kwargs: Any) -> Pool:
        pools.append(Pool(*args, **kwargs))
        return pools[-1]

    monkeypatch.setattr(units_run, "Pool", made)


@pytest.mark.parametrize("torn", [1, 40])
def test_a_torn_manifest_costs_no_more_than_its_last_unit(
    run: Run, unbroken: dict[str, bytes], torn: int
) -> None:
    run.broken_off(units=3)
    manifest = work_path(run.folder / "out.csv") / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-torn])
    first: list[int] = []
    run(resume=True, progress=lambda progress: first.append(progress.rows))
    assert max(first) == ROWS - 2 * 512
    assert outputs(run.folder) == unbroken


def test_files_of_units_that_were_altered_are_made_again(
    run: Run, unbroken: dict[str, bytes]
) -> None:
    run.broken_off(units=3)
    one, other, *_ = sorted((work_path(run.folder / "out.csv") / "units").glob("*.rows"))
    one.write_bytes(one.read_bytes().replace(b"parcel", b"PARCEL", 1))
    other.unlink()
    run(resume=True)
    assert outputs(run.folder) == unbroken


def test_a_run_that_was_broken_off_is_not_begun_anew_in_silence(run: Run) -> None:
    run.broken_off()
    with pytest.raises(RunError, match="was broken off; go on with it by --resume, or drop"):
        run()
    with pytest.raises(RunError, match="go on with it by --resume"):
        run(force=True)


def test_restart_begins_anew(run: Run, unbroken: dict[str, bytes]) -> None:
    run.broken_off()
    seen: list[int] = []
    run(restart=True, progress=lambda progress: seen.append(progress.rows))
    assert max(seen) == ROWS
    assert outputs(run.folder) == unbroken


def test_resume_without_a_run_begins_one(run: Run, unbroken: dict[str, bytes]) -> None:
    run(resume=True)
    assert outputs(run.folder) == unbroken


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        ({"seed": 7}, "spec.seed: 0 then, 7 now"),
        ({"copies": 1}, "spec.copies: 2 then, 1 now"),
        ({"keep_originals": False}, "options.keep_originals: True then, False now"),
        ({"columns": Columns(text="text", label="text")}, "options.columns.label: None then"),
    ],
)
def test_another_request_is_refused_with_the_differences(
    run: Run, fields: dict[str, Any], difference: str
) -> None:
    run.broken_off()
    with pytest.raises(RunError) as caught:
        run(resume=True, **fields)
    assert difference in str(caught.value)
    assert "begin anew with --restart" in str(caught.value)


def test_another_spec_or_version_is_refused(run: Run, unbroken: dict[str, bytes]) -> None:
    run.broken_off()
    spec = parse_spec({**SPEC.model_dump(mode="json"), "steps": [{"kind": "masking", "rate": 0.3}]})
    with pytest.raises(RunError, match=r"spec\.steps\.0\.rate: 0\.2 then, 0\.3 now"):
        Run(run.folder, spec)(resume=True)
    note = work_path(run.folder / "out.csv") / "run.json"
    began = json.loads(note.read_text())
    note.write_text(json.dumps({**began, "packages": {**began["packages"], "nltk": "3.0"}}))
    with pytest.raises(RunError, match=r"packages\.nltk: '3\.0' then"):
        run(resume=True)
    note.write_text(json.dumps(began))
    run(resume=True)
    assert outputs(run.folder) == unbroken


def test_an_input_that_was_changed_is_refused(run: Run, unbroken: dict[str, bytes]) -> None:
    run.broken_off()
    path = run.folder / "in.csv"
    path.write_bytes(table().replace(b"parcel 3,", b"PARCEL 3,"))
    with pytest.raises(DataError, match=r"in\.csv: was changed since the run began, from byte"):
        run(resume=True)
    path.write_bytes(table() + b"more,c1\n")
    with pytest.raises(RunError, match=r"input\.size: [\d]+ then, [\d]+ now"):
        run(resume=True)
    path.write_bytes(table())
    run(resume=True)
    assert outputs(run.folder) == unbroken


@pytest.mark.parametrize("workers", [None, Workers(2)])
def test_an_input_that_changes_while_it_is_read_is_told(run: Run, workers: Workers | None) -> None:
    path = run.folder / "in.csv"

    def change(progress: Progress) -> None:
        del progress
        path.write_bytes(table().replace(b"is late", b"is lost"))

    with pytest.raises(DataError, match="was changed since the run began"):
        run(workers, progress=change)
    assert not (run.folder / "out.csv").exists()


def test_two_runs_on_one_output(run: Run, unbroken: dict[str, bytes]) -> None:
    refused: list[str] = []

    def second(progress: Progress) -> None:
        if progress.rows > 700 and not refused:
            done = subprocess.run(
                [*COMMAND, *arguments(run.folder, "--resume")],
                capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
            assert done.returncode == 1
            refused.append(done.stderr)

    run(progress=second)
    assert "another run is writing this output; wait for its end" in refused[0]
    assert outputs(run.folder) == unbroken


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs root, to mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.fault
@pytest.mark.parametrize("workers", [None, Workers(2)])
def test_a_full_disk_loses_nothing(
    run: Run, unbroken: dict[str, bytes], small_disk: Path, workers: Workers | None
) -> None:
    with pytest.raises(OutputError, match="the disk is full; free some space"):
        run(workers, output=small_disk / "out.csv")
    assert [path.name for path in small_disk.iterdir()] == ["out.csv.work"]
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    run(workers, output=small_disk / "out.csv", resume=True)
    assert outputs(small_disk) == unbroken


@pytest.mark.fault
def test_a_disk_that_is_read_only_is_told(run: Run, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OutputError, match=r"out\.csv\.work: cannot be written: Read-only"):
        run(output=small_disk / "out.csv")


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


def test_threads_do_not_outlive_a_run(run: Run) -> None:
    before = threading.active_count()
    run(Workers(2))
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.daemon:
            thread.join(timeout=10)
    assert threading.active_count() <= before


def test_copies_that_are_dropped_at_the_end_are_counted_for_their_steps(folder: Path) -> None:
    (folder / "in.csv").write_bytes(various(1100))
    summary = Run(folder, FITTED)(Workers(2))
    step = summary.steps["0.masking"]
    assert step["kept"] == summary.written
    assert step["dropped"]["near_duplicate"] >= summary.dropped["near_duplicate"] > 0
    told = [json.loads(line) for line in outputs(folder)["out.csv.rejects.jsonl"].splitlines()]
    near = [one for one in told if one["reason"] == "near_duplicate"]
    assert {one["step"] for one in near} == {"checks.0.duplicates"}
