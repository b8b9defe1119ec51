"""Pairs, tags, answers and labels of every sort through `expand`, format by format."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.expand import ExpandRequest, expand
from augment.datasets.labels import LabelCount, LabelShape, ScoreCount, Scores
from augment.datasets.summary import Summary
from augment.errors import DataError, SpecError
from augment.record import trail_from_json, undo
from augment.resources import Resources
from augment.spec import parse_spec

PAIR = b"premise\thypothesis\tlabel\nA man sleeps in the park\tSomebody rests outside\tentailment\n"
PLAIN = Columns()
BOTH = Columns(text="premise", text_b="hypothesis")
TAGGED = {
    "tokens": ["Send", "it", "to", "New", "York", "today", "please"],
    "tags": ["O", "O", "O", "B-city", "I-city", "O", "O"],
    "n": 1,
}
QUESTION = {
    "context": "The tower was built in Paris by a man named Gustave Eiffel in 1889.",
    "question": "Where was the famous tower built?",
    "answers": {"text": ["Paris", "in Paris"], "answer_start": [23, 20]},
}
CONLL = (
    b"-DOCSTART-\t-X-\tO\n\n# sent_id = 1\nSend\tVB\tO\nit\tPRP\tO\nto\tTO\tO\nRome\tNNP\tB-city\n"
    b"\n#tag\tX\tO\nmany\tJJ\tO\nplain\tJJ\tO\nwords\tNNS\tO"
)


class Runner:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self, data: bytes, name: str, columns: Columns = PLAIN, **fields: Any
    ) -> tuple[Summary, bytes]:
        """Everything that can be masked is."""
        task = fields.pop("task", None)
        spec = {"steps": [{"kind": "masking", "rate": 0.4}], "copies": 2}
        if task:
            spec |= {"task": task, "allow": ["meaning"] if task != "tagging" else []}
        (self.folder / name).write_bytes(data)
        out = self.folder / f"out.{name}"
        request = ExpandRequest(input=self.folder / name, output=out, columns=columns, **fields)
        summary = expand(request, build_pipeline(parse_spec(spec), Resources()))
        return summary, out.read_bytes() if out.exists() else b""

    def rejects(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / f"out.{name}.rejects.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize(
    ("sides", "changed"),
    [
        ("first", {"premise"}),
        ("second", {"hypothesis"}),
        ("both", {"premise", "hypothesis"}),
        (None, {"premise", "hypothesis"}),
    ],
)
def test_pairs(run: Runner, sides: str | None, changed: set[str]) -> None:
    columns = Columns(text="premise", text_b="hypothesis", sides=sides)
    _, out = run(PAIR, "in.tsv", columns, task="similarity")
    original, *copies = csv.DictReader(io.StringIO(out.decode()), delimiter="\t")
    assert len(copies) == 2
    for copy in copies:
        assert {name for name in BOTH_NAMES if copy[name] != original[name]} == changed
        trail = json.loads(copy["trail"])
        assert {step["column"] for step in trail} == changed
        assert copy["source_id"] == "in.tsv:1"
        for name in changed:
            steps = trail_from_json([step for step in trail if step["column"] == name])
            assert undo(copy[name], steps) == original[name]


BOTH_NAMES = ("premise", "hypothesis")


def test_the_sides_of_a_pair_have_draws_of_their_own(run: Runner) -> None:
    text = "big small red green blue tall short loud soft kind"
    row = json.dumps({"premise": text, "hypothesis": text}).encode()
    _, out = run(row, "in.jsonl", BOTH, task="similarity")
    assert any(copy["premise"] != copy["hypothesis"] for copy in lines(out))


def test_a_side_that_stays_is_counted_and_the_other_one_changes(run: Runner) -> None:
    data = b"premise,hypothesis\na row of many words,!!\n!,?\n"
    summary, _ = run(data, "in.csv", BOTH, task="similarity")
    assert (summary.written, summary.stayed) == (2, {"nothing_to_mask": 2})
    assert [entry["detail"][:8] for entry in run.rejects("in.csv")] == ["premise:", "premise:"]


def test_tags_of_json_lines(run: Runner) -> None:
    summary, out = run(json.dumps(TAGGED).encode() + b"\n", "in.jsonl")
    original, *copies = lines(out)
    assert {key: original[key] for key in TAGGED} == TAGGED
    assert summary.written == len(copies) == 2
    for copy in copies:
        assert copy["tags"] == TAGGED["tags"]
        assert copy["tokens"][3:5] == ["New", "York"]
        assert copy["tokens"].count("[MASK]") == 3
        assert copy["n"] == 1


def test_conll_keeps_its_bytes_and_untouched_lines(run: Runner) -> None:
    summary, out = run(CONLL, "in.conll")
    assert summary.rows == summary.kept == 2
    sentences = out.split(b"\n\n")
    assert sentences[0] == b"-DOCSTART-\t-X-\tO"
    assert sentences[1].splitlines()[:4] == [
        *(b"# sent_id = 1", b"# source_id = in.conll:1", b"# copy = 0", b"# trail = []")
    ]
    copies = [s for s in sentences if b"# copy = 0" not in s and b"# copy" in s]
    assert len(copies) == summary.written == 4
    assert all(b"Rome\tNNP\tB-city" in copy for copy in copies[:2])
    assert all(b"sent_id" not in copy and b"[MASK]\t_\tO" in copy for copy in copies)
    # Without what was put in, the file is the input, and its end is the input's.
    kept = b"\n\n".join(s for s in sentences if s not in copies)
    new = (b"# source_id", b"# copy", b"# trail")
    assert b"".join(li for li in kept.splitlines(keepends=True) if not li.startswith(new)) == CONLL
    assert not out.endswith(b"\n")


@pytest.mark.parametrize("name", ["in.iob", "in.bio", "in.conll.gz"])
def test_conll_by_other_names(run: Runner, name: str) -> None:
    import gzip

    data = CONLL.replace(b"\t", b" ")
    summary, _ = run(gzip.compress(data) if name.endswith("gz") else data, name)
    assert (summary.kept, summary.written) == (2, 4)


def test_bad_sentences_are_rejects(run: Runner) -> None:
    data = CONLL + b"\n\na O\n\n\nb\tX\tI-city\n\nc\tX\tO\tmore\n\nd\tX\tO\n\n# copy = 1\ne\tX\tO\n"
    summary, _ = run(data, "in.conll")
    rows = [entry for entry in run.rejects("in.conll") if entry["kind"] == "row"]
    assert [row["reason"] for row in rows] == ["ragged", "bad_tags", "ragged", "name_taken"]
    assert [row["line"] for row in rows] == [14, 17, 19, 24]
    assert "line 19 has 4 columns where the first token of the file has 3" in rows[2]["detail"]
    assert summary.rows == 7


def test_a_sentence_over_the_limit_is_rejected_whole(run: Runner) -> None:
    big = b"word\tX\tO\n" * 1000 + b"\n"
    summary, _ = run(CONLL + b"\n\n" + big + b"last\tX\tO\n\n", "in.conll", row_limit=1000)
    rows = [entry for entry in run.rejects("in.conll") if entry["kind"] == "row"]
    assert "".join(row["raw"] for row in rows).encode() == big
    assert (summary.rows, summary.rejected) == (4, {"row_too_long": 1})


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("tags", ["O"], "7 tokens in 'tokens', but 1 tags"),
        ("tags", [0] * 7, "item 1 of 'tags' is 0, not a string; write the names of the tags"),
        ("tokens", ["", *"abcdef"], "token 1 of 'tokens' is empty"),
        ("tokens", "a text", "'tokens' must be a list of strings, not str"),
    ],
)
def test_bad_tagged_rows(run: Runner, name: str, value: Any, part: str) -> None:
    data = "\n".join(json.dumps(row) for row in (TAGGED, {**TAGGED, name: value}))
    summary, _ = run(data.encode(), "in.jsonl")
    assert summary.kept == 1
    assert part in run.rejects("in.jsonl")[0]["detail"]


@pytest.mark.parametrize("shape", ["lists", "objects"])
def test_answers_move_with_the_context(run: Runner, shape: str) -> None:
    texts, starts = QUESTION["answers"]["text"], QUESTION["answers"]["answer_start"]
    answers = [{"text": t, "answer_start": s} for t, s in zip(texts, starts, strict=True)]
    row = {**QUESTION, "answers": answers} if shape == "objects" else QUESTION
    summary, out = run(json.dumps(row).encode(), "in.jsonl", task="question_answering")
    original, *copies = lines(out)
    assert {key: original[key] for key in row} == row
    assert summary.written == len(copies) == 2
    for copy in copies:
        found = copy["answers"]
        if shape == "lists":
            found = [
                {"text": t, "answer_start": s}
                for t, s in zip(found["text"], found["answer_start"], strict=True)
            ]
        assert [answer["text"] for answer in found] == ["Paris", "in Paris"]
        for answer in found:
            start = answer["answer_start"]
            assert copy["context"][start : start + len(answer["text"])] == answer["text"]
        assert copy["question"] != row["question"]
        assert {step["column"] for step in copy["trail"]} == {"context", "question"}


@pytest.mark.parametrize(
    ("answers", "part"),
    [
        (None, "must be {"),
        ({"text": ["Paris"], "answer_start": []}, "1 texts but 0 starts"),
        ({"text": ["Paris"], "answer_start": [22]}, "is 'Paris', but ' Pari' stands at 22"),
        ({"text": ["Paris"], "answer_start": [-5]}, "starts at -5; give a whole number from 0"),
        ({"text": [""], "answer_start": [3]}, "has the text ''"),
    ],
)
def test_wrong_answers_are_rejects(run: Runner, answers: Any, part: str) -> None:
    data = "\n".join(json.dumps(row) for row in (QUESTION, {**QUESTION, "answers": answers}))
    summary, _ = run(data.encode(), "in.jsonl", task="question_answering")
    assert summary.rejected == {"bad_answers": 1}
    assert part in run.rejects("in.jsonl")[0]["detail"]


def test_a_question_without_answer(run: Runner) -> None:
    row = {**QUESTION, "answers": {"text": [], "answer_start": []}}
    columns = Columns(sides="context")
    _, out = run(json.dumps(row).encode(), "in.jsonl", columns, task="question_answering")
    assert all(copy["answers"] == row["answers"] for copy in lines(out))
    assert all(copy["question"] == row["question"] for copy in lines(out))


def test_several_classes_and_scores(run: Runner) -> None:
    data = b'{"text": "many words in here", "label": ["a", "b"]}\n'
    summary, out = run(data, "in.jsonl")
    assert summary.labels == {"a": LabelCount(1, 3), "b": LabelCount(1, 3)}
    assert all(row["label"] == ["a", "b"] for row in lines(out))
    table = b"text,label\nmany words in here,a;b\nmany words in here,b\n"
    shape = LabelShape("classes", ";")
    summary, _ = run(table, "in.csv", Columns(labels=shape))
    assert summary.labels == {"a": LabelCount(1, 3), "b": LabelCount(2, 6)}
    summary, _ = run(b"text,label\nmany words in here,1\nmany words in here,2.5\n", "two.csv")
    assert summary.scores == Scores(ScoreCount(2, 1.75, 1, 2.5), ScoreCount(6, 1.75, 1, 2.5))
    assert summary.labels == {}
    whole = b"text,label\nmany words in here,1\nmany words in here,x\n"
    summary, _ = run(whole, "three.csv", Columns(labels=LabelShape("score")))
    assert summary.rejected == {"bad_score": 1}
    assert summary.scores is not None
    assert "'x', not a number" in run.rejects("three.csv")[0]["detail"]


@pytest.mark.parametrize(
    ("name", "data", "columns", "part"),
    [
        ("in.csv", b"a,b\nx,y\n", Columns(text="a", text_b="c"), "no column 'c' (--text-b)"),
        ("in.csv", b"text,b\nx,y\n", Columns(text_b="b"), "name the first one with --text"),
        ("in.csv", b"a,b\nx,y\n", Columns(text="a", text_b="a"), "the same column 'a'"),
        ("in.csv", b"a,b\nx,y\n", Columns(tags="b"), "--tags needs lists"),
        ("in.csv", b"text\nx\n", Columns(sides="both"), "name the second one with --text-b"),
        (
            "in.csv", b"a,b\nx,y\n", Columns(text="a", text_b="b", sides="question"),
            "--sides question is not one of first, second, both",
        ),
        ("in.jsonl", b'{"text": "x"}', Columns(scheme="bio"), "name their column with --tags"),
        ("in.jsonl", b'{"a": [], "tags": []}', Columns(tags="tags"), "name it with --tokens"),
        ("in.jsonl", b'{"a": 1}', Columns(tags="a", answers="a"), "--tags, --answers do not go"),
        ("in.jsonl", b'{"a": 1}', Columns(tags="a", text="a"), "--text does not go with tokens"),
        ("in.jsonl", b'{"version": "1", "data": []}', PLAIN, "SQuAD's nested JSON becomes rows"),
        ("in.json", b"{}", Columns(), "SQuAD's nested JSON becomes rows"),
        ("in.conll", b"a O\n", Columns(tags="3"), "--tags 3: columns of a CoNLL file go by number"),
        ("in.conll", b"a O\n", Columns(id="x"), "--id means nothing there"),
        ("in.conll", b"alone\n", Columns(), "has one column, 'alone'"),
        ("in.conll", b"\n# x\n", Columns(), "the file has no token"),
        ("in.conll", b"", Columns(), "the file is empty"),
    ],
)  # fmt: skip
def test_options_that_do_not_hold(
    run: Runner, name: str, data: bytes, columns: Columns, part: str
) -> None:
    with pytest.raises(DataError) as caught:
        run(data, name, columns)
    assert part in str(caught.value)


def test_a_pipeline_must_suit_the_data(run: Runner) -> None:
    with pytest.raises(SpecError, match=r"read for similarity, and masking may break meaning"):
        run(PAIR, "in.tsv", BOTH)
    with pytest.raises(SpecError, match=r"is for the task sentiment.*read for similarity"):
        run(PAIR, "in.tsv", BOTH, task="sentiment")
    # Tags are cut anew with their tokens, so a mask in the place of several words is welcome.
    summary, _ = run(json.dumps(TAGGED).encode(), "in.jsonl")
    assert summary.written == 2
