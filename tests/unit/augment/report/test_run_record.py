"""The record that expand leaves beside its output."""

import hashlib
import json
from pathlib import Path

import pytest

from augment import cli
from augment.datasets.run_record import read_record, record_path
from augment.errors import DataError

DATA = "say,intent\nWhere is my parcel now?,delivery\nI want my money back today,returns\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(DATA)
    return tmp_path


def expand(*options: str) -> None:
    call = ["expand", "in.csv", "-o", "out.csv", "--preset", "mask", "--text", "say", *options]
    assert cli.main(call) == 0


def test_it_says_what_was_run(folder: Path) -> None:
    expand("--copies", "3", "--seed", "7")
    record = read_record(Path("out.csv"))
    assert record is not None
    assert (record.spec.copies, record.spec.seed) == (3, 7)
    assert record.input is not None
    assert record.input.sha256 == hashlib.sha256(DATA.encode()).hexdigest()
    assert record.output.sha256 == hashlib.sha256(Path("out.csv").read_bytes()).hexdigest()
    assert (record.columns.text, record.columns.label) == ("say", "intent")
    assert record.summary["written"] == 6
    assert "text-augmentation-service" in record.packages
    assert record.models == ()


def test_it_holds_no_text_and_no_folder(folder: Path) -> None:
    expand()
    text = record_path(Path("out.csv")).read_text()
    assert "parcel" not in text
    assert str(folder) not in text


def test_an_old_one_is_not_replaced_unasked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out.csv.run.json").write_text("{}")
    assert cli.main(["expand", "in.csv", "-o", "out.csv", "--preset", "mask", "--text", "say"]) == 1
    assert "out.csv.run.json: exists already; give --force" in capsys.readouterr().err
    expand("--force")
    assert read_record(Path("out.csv")) is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [("no json", "is no record of a run"), ('{"version": 2}', "version"), ("[]", "the file")],
)
def test_a_damaged_one_is_told(folder: Path, text: str, told: str) -> None:
    expand()
    record_path(Path("out.csv")).write_text(text)
    with pytest.raises(DataError, match=r"out\.csv\.run\.json: is no record") as caught:
        read_record(Path("out.csv"))
    assert told in str(caught.value)
    assert "remove it to go on without" in str(caught.value)


def test_no_output_no_record(folder: Path) -> None:
    Path("in.csv").write_text("say,intent\n\x00,x\n")
    assert cli.main(["expand", "in.csv", "-o", "out.csv", "--preset", "mask"]) in (1, 3)
    assert not record_path(Path("out.csv")).exists()


def test_more_copies_than_candidates(folder: Path) -> None:
    spec = {"candidates": 2, "copies": 1, "steps": [{"kind": "masking", "rate": 0.4}]}
    Path("spec.json").write_text(json.dumps(spec))
    call = "expand in.csv -o out.csv --spec spec.json --copies 3 --text say"
    assert cli.main(call.split()) == 0
    record = read_record(Path("out.csv"))
    assert record is not None
    assert record.spec.candidates is None
