"""Every command as a user calls it: what it prints, where, and the exit code."""

import io
import json
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from augment import __version__, cli
from augment.commands import doctor, program
from augment.errors import AugmentError, Cancelled
from augment.preview import changes, marked
from augment.spec import kinds
from tests.support.tiny_marian import write_tiny_marian

TABLE = "text,label\nWhere is my parcel now?,delivery\nI want my money back today,returns\n"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUGMENT_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "in.csv"
    path.write_text(TABLE)
    return path


Captured = pytest.CaptureFixture[str]


def test_expand_tells_what_it_did(table: Path, capsys: Captured) -> None:
    assert cli.main(["expand", "in.csv", "-o", "out.csv", "--preset", "mask", "--copies", "3"]) == 0
    out, err = capsys.readouterr()
    assert "2 rows: 2 kept, 0 rejected" in out
    assert "6 copies asked: 6 written, 0 dropped" in out
    assert "by kind: masking 6" in out
    assert "returns          1         4" in out
    assert "written to out.csv" in out
    assert err == ""


def test_expand_for_machines(table: Path, capsys: Captured) -> None:
    table.write_text(TABLE + "ragged\n")
    assert cli.main(["expand", "in.csv", "-o", "out.csv", "--preset", "mask", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["rows"], summary["kept"], summary["rejected"]) == (3, 2, {"ragged": 1})
    assert summary["rejects"] == "out.csv.rejects.jsonl"
    assert summary["labels"]["returns"] == {"before": 1, "after": 2}


def test_options_reach_the_run(table: Path) -> None:
    table.write_text("say;copy\nmany words in here\n")
    call = "expand in.csv -o out.csv --preset mask --text say;copy --seed 7 --only-copies"
    assert cli.main([*call.split(), "--rename", "copy=number"]) == 0
    assert Path("out.csv").read_text().splitlines()[0] == "say;copy,source_id,number,trail"
    table.write_text("say;copy\nmany words in here;x\n")
    call = "expand in.csv -o two.csv --preset mask --text say --delimiter ; --rename copy=number"
    assert cli.main(call.split()) == 0
    assert Path("two.csv").read_text().splitlines()[0] == "say;copy;source_id;number;trail"


def test_a_sample_is_an_input(table: Path) -> None:
    assert (
        cli.main(
            ["expand", "sample:support/dev", "-o", "out.csv", "--preset", "mask", "--id", "id"]
        )
        == 0
    )
    assert "dev-0001" in Path("out.csv").read_text()


def test_no_copy_at_all_is_code_3(table: Path, capsys: Captured) -> None:
    table.write_text("text\n!!!\n")
    assert cli.main(["expand", "in.csv", "-o", "out.csv", "--preset", "mask"]) == 3
    assert Path("out.csv").read_text().splitlines()[1:] == ["!!!,in.csv:1,0,[]"]
    table.write_text("text,label\nragged\n")
    assert cli.main(["expand", "in.csv", "-o", "two.csv", "--preset", "mask"]) == 3
    assert "no row could be written, so there is no output" in capsys.readouterr().out
    assert not Path("two.csv").exists()


@pytest.mark.parametrize(
    ("call", "part"),
    [
        ("expand missing.csv -o out.csv --preset mask", "missing.csv: there is no such file"),
        (
            "expand . -o out.csv --format csv --preset mask",
            "out.csv: lies in the folder that",
        ),
        ("expand in.csv -o in.csv --preset mask", "in.csv: is the input itself"),
        ("expand in.csv -o . --preset mask", ".: is a folder; name a file or a new folder in it"),
        (
            "expand in.csv -o out.csv --preset mask --rejects out.csv.run.json",
            "out.csv.run.json: is the record of the run; name another file with --rejects",
        ),
        (
            "expand in.csv -o out.csv --spec s.yaml --rejects s.yaml --force",
            "s.yaml: is read by this run",
        ),
        (
            "expand in.csv -o out.csv --preset mask --report in.csv --force",
            "in.csv: is read or written by the run itself; name another page",
        ),
        (
            "expand in.csv -o out.csv --preset mask --strict --translations in.csv --force",
            "--translations in.csv: is no file of translations, and would be written over",
        ),
        ("report .", ".: is no output of augment expand"),
        ("replay .", ".: is no output of augment expand"),
        ("preview hello --spec cycle.yaml", "steps.0.chain.steps.0.chain: holds itself"),
        ("expand in.csv -o no/out.csv --preset mask", "does not exist; make it first"),
        (
            "expand in.csv -o out.csv --preset maks",
            "no preset 'maks'; there are: default, eda, light",
        ),
        ("expand in.csv -o out.csv --spec no.yaml", "no.yaml: there is no such file"),
        ("expand in.csv -o out.csv --preset mask --text txt", "there is no column 'txt' (--text)"),
        ("expand in.csv -o out.csv --preset mask --no-quotes", "--no-quotes needs tabs"),
        ("expand sample:x -o out.csv --preset mask", "no sample 'sample:x'; there are: sample:"),
        ("models verify nope", "there is no model 'nope'"),
        (
            "models add x nope --source en --target de --licence MIT",
            "nope: there is no such folder",
        ),
    ],
)
@pytest.mark.usefixtures("table")
def test_errors_are_one_line_with_a_code(call: str, part: str, capsys: Captured) -> None:
    Path("s.yaml").write_text("steps: [{kind: masking}]\n")
    Path("cycle.yaml").write_text("steps: [&a {kind: chain, steps: [*a]}]\n")
    if "models verify" in call:
        pytest.importorskip("filelock")
    assert cli.main(call.split()) == 1
    out, err = capsys.readouterr()
    assert err.startswith("augment: error: ")
    assert part in err
    assert "Traceback" not in err
    assert out == ""
    assert Path("in.csv").read_text() == TABLE


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("output", ["here/", "here/../here/sub/.."])
def test_a_folder_with_what_is_read_is_not_replaced(output: str, capsys: Captured) -> None:
    Path("here/sub").mkdir(parents=True)
    place = Path("in.csv").rename("here/sub/in.csv")
    call = ["expand", str(place), "-o", output, "--shard-rows", "9", "--preset", "mask", "--force"]
    assert cli.main(call) == 1
    assert "holds here/sub/in.csv, and is replaced as a whole" in capsys.readouterr().err
    assert place.read_text() == TABLE


@pytest.mark.usefixtures("table")
def test_a_folder_is_not_replaced_from_within(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("w").mkdir()
    monkeypatch.chdir("w")
    call = "expand ../in.csv -o ../w/ --preset mask --force"
    assert cli.main(call.split()) == 1
    assert "../w: holds " in capsys.readouterr().err


def test_a_wrong_spec_names_every_place(table: Path, capsys: Captured) -> None:
    Path("spec.yaml").write_text(
        "copis: 2\nsteps:\n  - {kind: masking, rate: 2}\n  - {kind: maks}\n"
    )
    assert cli.main(["expand", "in.csv", "-o", "out.csv", "--spec", "spec.yaml", "--json"]) == 1
    out, err = capsys.readouterr()
    for place in ("copis", "steps.0.masking.rate", "steps.1"):
        assert place in err
    assert json.loads(out)["error"]["code"] == "spec_invalid"
    assert not Path("out.csv").exists()


@pytest.mark.parametrize(
    ("call", "part"),
    [
        ("expnd", "did you mean expand?"),
        ("expand in.csv -o out.csv --copys 3", "did you mean --copies?"),
        ("expand in.csv -o out.csv --copies 0", "'0' is no whole number between 1 and 1000"),
        ("expand in.csv -o out.csv --delimiter ab", "'ab' is not one ASCII character"),
        ("expand in.csv -o out.csv --rename x=y", "OLD one of source_id, copy, trail"),
        ("expand in.csv -o out.csv --format xml", "invalid choice: 'xml'"),
        ("expand in.csv", "-o/--output"),
        ("expand '' -o out.csv", "INPUT: is empty; name a file or folder"),
        ("expand in.csv -o out.csv --rejects ''", "--rejects: is empty; name a file or folder"),
        ("expand in.csv -o out.csv --spec x --preset y", "not allowed with"),
        ("", "COMMAND"),
    ],
)
def test_wrong_arguments_are_code_2(call: str, part: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(shlex.split(call))
    assert caught.value.code == 2
    assert part in capsys.readouterr().err


def test_preview_marks_changes(table: Path, capsys: Captured) -> None:
    call = ["preview", "Where is my parcel now?", "--preset", "mask", "--copies", "2"]
    assert cli.main(call) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:12] for line in lines] == ["1 (masking):", "2 (masking):"]
    assert all("-]{+[MASK]+}" in line for line in lines)
    assert cli.main([*call, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [copy["copy"] for copy in found["copies"]] == [1, 2]
    assert found["copies"][0]["trail"][0]["step"] == "0.masking"


def test_preview_tells_why_there_is_no_copy(table: Path, capsys: Captured) -> None:
    assert cli.main(["preview", "!", "--preset", "mask"]) == 3
    assert "1: no copy: nothing_to_mask" in capsys.readouterr().out


def test_preview_reads_a_pipe_and_refuses_what_is_no_text(
    table: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for data, code in ((b"Where is my parcel?\n", 0), (b"caf\xe9", 1)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert cli.main(["preview", "-", "--preset", "mask"]) == code
    assert "standard input is not UTF-8" in capsys.readouterr().err
    assert cli.main(["preview", "caf\udce9", "--preset", "mask"]) == 1
    assert "the text is not UTF-8" in capsys.readouterr().err


def test_models_are_added_listed_and_verified(table: Path, capsys: Captured) -> None:
    write_tiny_marian(Path("tiny"))
    call = "models add tiny tiny --source en --target pt --licence MIT --json"
    assert cli.main(call.split()) == 0
    folder = Path(json.loads(capsys.readouterr().out)["folder"])
    assert cli.main(call.split()) == 1
    assert "there is a model 'tiny' already" in capsys.readouterr().err
    assert cli.main(["models", "list"]) == 0
    assert "tiny  en-pt  MIT  tiny  " in capsys.readouterr().out
    assert cli.main(["models", "verify"]) == 0
    assert "tiny: whole" in capsys.readouterr().out
    (folder / "vocab.json").write_text("{}")
    assert cli.main(["models", "verify", "tiny"]) == 1
    assert "vocab.json is altered" in capsys.readouterr().out
    assert cli.main(["models", "verify", "embedded:en-pt"]) == 1
    assert "run: augment models prepare" in capsys.readouterr().out


def test_changes_join_to_both_texts() -> None:
    for old, new in [
        ("a big  dog ran", "the big dog  ran off"),
        ("", "x"),
        ("x y", ""),
        ("a", "a"),
    ]:
        found = list(changes(old, new))
        assert "".join(change.old for change in found) == old
        assert "".join(change.new for change in found) == new
    assert marked("my parcel now", "my [X] now") == "my [-parcel-]{+[X]+} now"
    assert marked("a b", "a c", colour=True) == "a \x1b[9;31mb\x1b[0m\x1b[32mc\x1b[0m"


def test_kinds_and_schema_know_every_kind(capsys: Captured) -> None:
    assert cli.main(["kinds"]) == 0
    assert (
        "rate: number 0 to 1 = 0.15  share of the words that are edited" in capsys.readouterr().out
    )
    assert cli.main(["kinds", "--json"]) == 0
    assert [kind["kind"] for kind in json.loads(capsys.readouterr().out)] == list(kinds())
    assert cli.main(["schema"]) == 0
    assert "PipelineSpec" in json.dumps(json.loads(capsys.readouterr().out))


def test_version_and_help(capsys: Captured) -> None:
    for option, part in (("--version", __version__), ("--help", "AUGMENT_CACHE")):
        with pytest.raises(SystemExit) as caught:
            cli.main([option])
        assert caught.value.code == 0
        assert part in capsys.readouterr().out


def test_help_needs_no_heavy_package() -> None:
    import subprocess

    code = (
        "import sys; from augment.cli import build_parser; build_parser().format_help(); "
        "print([m for m in ('pydantic', 'yaml', 'torch', 'nltk', 'tqdm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("fault", "code", "part"),
    [
        (KeyboardInterrupt(), 130, "augment: cancelled"),
        (Cancelled("cancelled; nothing was written"), 130, "nothing was written"),
        (AugmentError("so it is"), 1, "so it is [augment_error]"),
        (BrokenPipeError(), 141, ""),
        (ZeroDivisionError("x"), 1, "ZeroDivisionError: x; this is a bug"),
    ],
)
def test_every_end_has_its_code(
    fault: BaseException, code: int, part: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def run(args: Any) -> int:
        raise fault

    monkeypatch.setattr("augment.commands.schema.run", run)
    monkeypatch.setattr(program, "drop_stdout", lambda: None)
    assert cli.main(["schema"]) == code
    err = capsys.readouterr().err
    assert part in err
    assert bool(err) == bool(part)


def test_doctor_looks_at_everything(table: Path, capsys: Captured) -> None:
    code = cli.main(["doctor", "--json"])
    findings = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert findings["Python"]["well"]
    assert findings["import regularize"]["well"]
    assert findings["cache folder"]["found"].endswith("cache")
    assert "WordNet index" in findings
    needed = [entry for entry in findings.values() if entry["needed"]]
    assert code == (0 if all(entry["well"] for entry in needed) else 1)
    assert all(entry["remedy"] for entry in findings.values() if not entry["well"])
    cli.main(["doctor"])
    assert "ok      Python: 3." in capsys.readouterr().out


def test_doctor_names_the_command_for_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = SimpleNamespace(
        requires=lambda name: ["pip>=1", "no-such-thing>=2", "skipped; extra == 'dev'"],
        version=doctor.importlib.metadata.version,
        PackageNotFoundError=doctor.importlib.metadata.PackageNotFoundError,
    )
    monkeypatch.setattr(metadata, "version", lambda name: _version(name, metadata))
    monkeypatch.setattr(doctor.importlib, "metadata", metadata)
    whole, pip, missing = doctor._packages()
    assert (whole.well, pip.well, missing.well) == (True, True, False)
    assert missing.remedy == "pip install 'no-such-thing>=2'"


def _version(name: str, metadata: Any) -> str:
    if name == "no-such-thing":
        raise metadata.PackageNotFoundError(name)
    return "3.0"


def test_a_part_without_its_column_is_refused(table: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["expand", "in.csv", "-o", "out.csv", "--preset", "mask", "--split", "dev"])
    assert left.value.code == 2
    assert "name the column of the parts with --split-column" in capsys.readouterr().err


def test_a_part_that_no_row_has_is_named(table: Path, capsys: Captured) -> None:
    call = "expand in.csv -o out.csv --preset mask --split-column label"
    assert cli.main(call.split()) == 3
    assert "no row has 'train' in the column 'label'" in capsys.readouterr().out
