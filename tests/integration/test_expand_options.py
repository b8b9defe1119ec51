"""Options of `augment expand` for large and lopsided data sets, as a user gives them."""

import json
from pathlib import Path

import pytest

from augment import cli
from augment.datasets.balance import Balance

Captured = pytest.CaptureFixture[str]

TEXTS = ("Where is my parcel now", "I want my money back today", "The app crashes when I open it")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [f"{TEXTS[i % 3]} please {i},{'often' if i % 10 else 'rarely'}" for i in range(40)]
    (tmp_path / "in.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    return tmp_path


def expand(*options: str) -> int:
    return cli.main(["expand", "in.csv", "-o", "out.csv", "--preset", "mask", *options])


def test_balance_fills_the_small_label(here: Path, capsys: Captured) -> None:
    assert expand("--balance", "20") == 0
    out = capsys.readouterr().out
    assert "often         36        36" in out
    assert "rarely         4        20" in out
    assert "balance: 1 labels needed copies, 0 fell short" in out
    record = json.loads((here / "out.csv.run.json").read_text())
    assert record["balance"] == {"to": "rows", "amount": 20.0}
    assert record["summary"]["balance"] == {"rarely": {"needed": 16, "written": 16}}
    assert cli.main(["replay", "out.csv", "--rerun"]) == 0


def test_a_balance_that_cannot_be_reached_is_told_by_label(here: Path, capsys: Captured) -> None:
    (here / "in.csv").write_text("text,label\ntwo words,few\n" + "some plain words here,many\n" * 9)
    assert expand("--balance", "1.0") == 0
    out = capsys.readouterr().out
    assert "balance: 1 labels needed copies, 1 fell short" in out
    assert "  few: 1 of 8 copies, 7 missing" in out
    assert "7 dropped (7 duplicate)" in out


@pytest.mark.parametrize("given", ["0", "1.5", "-1", "most", "nan", "0.0"])
def test_what_balance_does_not_take(given: str, here: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as left:
        expand(f"--balance={given}")
    assert left.value.code == 2
    assert "is neither max, nor a whole number of rows for each label" in capsys.readouterr().err
    assert not (here / "out.csv").exists()


@pytest.mark.usefixtures("here")
def test_balance_goes_with_no_copies_and_needs_labels(capsys: Captured) -> None:
    assert expand("--balance", "max", "--copies", "2") == 1
    assert "--balance says how many copies each row gets; leave out --copies" in (
        capsys.readouterr().err
    )
    Path("in.csv").write_text("text\nsome words here\n")
    assert expand("--balance", "max") == 1
    assert "--balance needs rows with one label each, and none has one" in capsys.readouterr().err
    assert sorted(path.name for path in Path().iterdir()) == ["in.csv"]


def test_shares_of_the_largest_are_as_they_are_written() -> None:
    # In binary 0.1 * 30 is a little more than 3.
    assert Balance.parse("0.1").target({"a": 30}) == 3
    assert Balance.parse("0.34").target({"a": 10}) == 4
    assert Balance.parse("25").target({"a": 10}) == 25


def test_a_dry_run_writes_nothing(here: Path, capsys: Captured) -> None:
    assert expand("--dry-run", "--copies", "2") == 0
    out = capsys.readouterr().out
    assert "40 rows, 80 copies" in out
    assert "nothing was written" in out
    assert [path.name for path in here.iterdir()] == ["in.csv"]
    assert expand("--dry-run", "--copies", "2", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert expand("--copies", "2") == 0
    size = (here / "out.csv").stat().st_size
    assert told["sample"] == 32
    assert told["disk"] == pytest.approx(2 * size, rel=0.1)


def test_workers_show_examples_too(here: Path, capsys: Captured) -> None:
    assert expand("--workers", "2", "--show", "2") == 0
    out = capsys.readouterr().out
    assert out.count("[MASK]") >= 2
    assert "40 copies asked: 40 written" in out


@pytest.mark.usefixtures("here")
def test_resume_and_restart_exclude_one_another(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        expand("--resume", "--restart")
    assert "not allowed with" in capsys.readouterr().err


def test_a_preview_reads_a_data_set_where_one_is_needed(here: Path, capsys: Captured) -> None:
    spec = "steps: [{kind: masking}]\nchecks: [{kind: labels}, {kind: duplicates}]\n"
    (here / "spec.yaml").write_text(spec)
    assert cli.main(["preview", "my card is lost", "--spec", "spec.yaml"]) == 0
    assert "(labels, duplicates read sample:support, for want of --fit DATA)" in (
        capsys.readouterr().out
    )
    assert cli.main(["preview", "my card", "--spec", "spec.yaml", "--fit", "in.csv"]) == 0
    assert "read sample" not in capsys.readouterr().out
    assert cli.main(["preview", "my card", "--spec", "spec.yaml", "--fit", "no.csv"]) == 1
    assert "no.csv" in capsys.readouterr().err


def test_a_balanced_data_set_needs_no_copies(here: Path, capsys: Captured) -> None:
    (here / "in.csv").write_text("text,label\nsome plain words here,a\nother plain words,b\n")
    assert expand("--balance", "max") == 0
    assert "balance: 0 labels needed copies" in capsys.readouterr().out
