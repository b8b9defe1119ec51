"""Replay: every kind and format follows, and what does not is told by its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from augment import cli
from tests.support.kinds import EVERY

Captured = pytest.CaptureFixture[str]

TEXT = "The children don't buy 3 old cars in Paris, but Anna visits her big friend at 5 pm"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(
        "text,label\n" + "".join(f'"{TEXT}, ""{i}"".",{"ab"[i % 2]}\n' for i in range(20))
    )
    return tmp_path


def expand(*options: str, source: str = "in.csv", output: str = "out.csv") -> int:
    return cli.main(["expand", source, "-o", output, *options])


def replay(capsys: Captured, *options: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = cli.main(["replay", *options, "--json"])
    return code, json.loads(capsys.readouterr().out)


def damaged(old: str, new: str, name: str = "out.csv") -> int:
    """Exchange the first such text of a copy; the number of its line."""
    lines = Path(name).read_text().splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if old in line)
    lines[place] = lines[place].replace(old, new, 1)  # in the text, not in the trail
    Path(name).write_text("".join(lines))
    return place + 1


@pytest.mark.parametrize("name", EVERY)
def test_every_kind_follows_and_is_drawn_again(folder: Path, capsys: Captured, name: str) -> None:
    Path("spec.json").write_text(json.dumps({"seed": 3, "copies": 2, "steps": [EVERY[name]]}))
    spans = [[TEXT.index("Anna"), TEXT.index("Anna") + 4, "L0"]]
    rows = [{"text": f"{TEXT} {i}.", "spans": spans, "label": "ab"[i % 2]} for i in range(10)]
    Path("in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert expand("--spec", "spec.json", source="in.jsonl", output="out.jsonl") == 0
    code, found = replay(capsys, "out.jsonl", "--rerun")
    assert (code, found["differing"], found["originals"]) == (0, 0, 10)
    assert found["copies"] == found["equal"] > 0
    assert found["rerun"]["exact"] == found["rerun"]["exact_equal"] == found["copies"]


def test_ten_thousand_rows(folder: Path, capsys: Captured) -> None:
    Path("in.csv").write_text(
        "text,label\n" + "".join(f"Where is my parcel number {i} today?,x\n" for i in range(10_000))
    )
    assert expand("--preset", "mask") == 0
    code, found = replay(capsys, "out.csv")
    assert (code, found["equal"], found["copies"]) == (0, 10_000, 10_000)


def test_pairs_answers_and_tags(folder: Path, capsys: Captured) -> None:
    for task in ("similarity", "question_answering", "tagging"):
        spec = {"task": task, "allow": ["meaning"], "steps": [EVERY["synonyms"]]}
        Path(f"{task}.json").write_text(json.dumps(spec))
    Path("pairs.tsv").write_text("one\ttwo\tlabel\n" + f"{TEXT}\tAnother big dog barks\tx\n" * 5)
    options = ["--text", "one", "--text-b", "two", "--spec", "similarity.json", "--copies", "2"]
    assert expand(*options, source="pairs.tsv", output="p.tsv") == 0
    answer = {"text": ["Paris"], "answer_start": [TEXT.index("Paris")]}
    row = {"context": TEXT, "question": "Where are the big old cars?", "answers": answer}
    Path("qa.jsonl").write_text((json.dumps(row) + "\n") * 5)
    assert expand("--spec", "question_answering.json", source="qa.jsonl", output="q.jsonl") == 0
    tokens = "\n".join(f"{word} {'B-LOC' if word == 'Paris' else 'O'}" for word in TEXT.split())
    Path("tags.conll").write_text(f"{tokens}\n\n" * 5)
    assert expand("--spec", "tagging.json", source="tags.conll", output="t.conll") == 0
    for name in ("p.tsv", "q.jsonl", "t.conll"):
        code, found = replay(capsys, name, "--rerun")
        assert (code, found["differing"]) == (0, 0), found
        assert found["equal"] >= 5
        assert found["rerun"]["exact"] == found["rerun"]["exact_equal"]
        assert cli.main(["report", name, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["copies"] == found["copies"]


def test_only_copies_want_the_originals(folder: Path, capsys: Captured) -> None:
    assert expand("--preset", "mask", "--only-copies") == 0
    code, found = replay(capsys, "out.csv")
    assert code == 1
    assert found["differing"] == 20
    assert "--originals INPUT" in found["differences"][0]["detail"]
    Path("in.csv").rename("moved.csv")
    code, found = replay(capsys, "out.csv", "--originals", "moved.csv")
    assert (code, found["equal"]) == (0, 20)
    assert cli.main(["replay", "out.csv", "--rerun"]) == 1
    assert "has no original above it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("[MASK]", "[HIDE]", "other_text"),
        (',1,"[{', ',1,"[', "bad_trail"),
        ('""edits"":[[', '""edits"":[[-1', "bad_trail"),
        ('""edits"":[[', '""edits"":[[9', "bad_edit"),
        (',1,"[{', ',one,"[{', "bad_copy"),
        (",a,in.csv:1,1,", ",b,in.csv:1,1,", "other_label"),
        (",in.csv:1,1,", ",in.csv:77,1,", "no_original"),
    ],
)
def test_what_does_not_follow(
    folder: Path, capsys: Captured, old: str, new: str, reason: str
) -> None:
    assert expand("--preset", "mask") == 0
    line = damaged(old, new)
    code, found = replay(capsys, "out.csv")
    assert code == 1
    assert found["differing"] == 1
    assert found["differences"][0]["line"] == line
    assert found["differences"][0]["reason"] == reason
    assert cli.main(["replay", "out.csv"]) == 1
    assert f"line {line}: " in capsys.readouterr().out


def test_another_seed_draws_otherwise(folder: Path, capsys: Captured) -> None:
    assert expand("--preset", "mask", "--seed", "1") == 0
    code, found = replay(capsys, "out.csv", "--rerun", "--seed", "2")
    assert code == 1
    assert found["differing"] == 0
    assert found["rerun"]["exact_equal"] < found["rerun"]["exact"] == 20
    assert len(found["rerun"]["differences"]) <= 20
    assert "is now" in found["rerun"]["differences"][0]["detail"]


def test_rerun_without_a_record(folder: Path, capsys: Captured) -> None:
    assert expand("--preset", "mask", "--seed", "1") == 0
    Path("out.csv.run.json").unlink()
    assert cli.main(["replay", "out.csv", "--rerun"]) == 1
    assert "there is no record of the run; name what it drew with" in capsys.readouterr().err
    code, found = replay(capsys, "out.csv", "--rerun", "--preset", "mask", "--seed", "1")
    assert (code, found["rerun"]["exact_equal"]) == (0, 20)
    with pytest.raises(SystemExit):
        cli.main(["replay", "out.csv", "--seed", "1"])
    assert "give --rerun" in capsys.readouterr().err


def test_checks_of_the_whole_data_set(folder: Path, capsys: Captured) -> None:
    spec = {"steps": [EVERY["synonyms"]], "checks": [{"kind": "duplicates", "near": 0.99}]}
    Path("spec.json").write_text(json.dumps(spec))
    assert expand("--spec", "spec.json") == 0
    code, found = replay(capsys, "out.csv", "--rerun")
    assert (code, found["differing"]) == (0, 0)
    assert found["rerun"]["exact"] == found["rerun"]["exact_equal"] > 0
