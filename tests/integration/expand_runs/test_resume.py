"""A run that was broken off goes on, if it is asked for as it was, and does nothing twice."""

import json
import subprocess
from typing import Any

import pytest

from augment.datasets.columns import Columns
from augment.datasets.expand import Progress, Workers
from augment.datasets.units.work import work_path
from augment.errors import DataError, RunError
from augment.spec import parse_spec
from tests.support.runs import COMMAND, ROWS, SPEC, Run, arguments, outputs, table


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
