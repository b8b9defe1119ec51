"""Labels of every sort hold through every kind, or the copy is refused with a reason."""

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.expand import ExpandRequest, expand
from augment.datasets.tasks.answers import AnswersTask
from augment.datasets.tasks.pairs import PairTask
from augment.datasets.tasks.schemes import SCHEMES, Scheme, read_tags, recognised, write_tags
from augment.datasets.tasks.tagging import TaggingTask
from augment.datasets.tasks.task import RowCopy, Task, row_copies
from augment.pipeline import Pipeline
from augment.resources import Resources
from augment.spec import Risk, parse_spec
from tests.support.kinds import EVERY, keeps_span_words
from tests.support.labelled import questions, sample_questions, sample_tagged, tagged
from tests.support.strategies import texts

every = pytest.mark.parametrize("step", EVERY.values(), ids=EVERY)
# Each example goes through a whole pipeline, and there are as many tests as kinds and tasks.
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BACK_TRANSLATION = {"kind": "back_translation", "pivots": ["pt"], "hypotheses": 2, "beam": 2}
ANSWERS = AnswersTask("context", "question", "answers")
PAIR = PairTask("a", "b")


def pipeline(step: dict[str, Any], resources: Resources) -> Pipeline:
    return build_pipeline(parse_spec({"steps": [step], "copies": 2}), resources)


def copies(
    task: Task, rows: Sequence[Mapping[str, Any]], made: Pipeline
) -> list[tuple[Mapping[str, Any], RowCopy]]:
    """The copies of all rows, each with its row; every number is there once, made or refused."""
    found = []
    for number, values in enumerate(rows):
        outcomes = made.augment_batch(task.records(values, f"{number}", None))
        together = list(row_copies(task, values, outcomes))
        assert [place for place, _ in together] == [1, 2]
        found += [(values, copy) for _, copy in together if isinstance(copy, RowCopy)]
    return found


def entities(values: Mapping[str, Any], scheme: Scheme) -> list[tuple[str, list[str]]]:
    """Label and tokens of each entity; fails where the tags are none of the scheme."""
    assert len(values["tokens"]) == len(values["tags"])
    return [
        (label, values["tokens"][start:end])
        for start, end, label in read_tags(values["tags"], scheme)
    ]


def tags_hold(
    row: Mapping[str, Any], copy: RowCopy, scheme: Scheme, *, same_words: bool = True
) -> None:
    before, after = entities(row, scheme), entities(copy.values, scheme)
    if same_words:
        # A translation may put entities in another order.
        assert sorted(after) == sorted(before)
    else:
        assert [label for label, _ in after] == [label for label, _ in before]
    # Nothing of the text is lost between tokens, and untouched ones are those of the row.
    text = copy.copies[0].record.text
    assert re.sub(r"\s", "", "".join(copy.values["tokens"])) == re.sub(r"\s", "", text)
    for token, origin in zip(copy.values["tokens"], copy.values["origins"], strict=True):
        assert token
        assert origin is None or token == row["tokens"][origin]


def answers_hold(row: Mapping[str, Any], copy: RowCopy, *, same_words: bool = True) -> None:
    values = {**row, **copy.values}
    found = values["answers"]
    assert len(found["text"]) == len(found["answer_start"]) == len(row["answers"]["text"])
    for text, start in zip(found["text"], found["answer_start"], strict=True):
        assert text
        assert values["context"][start : start + len(text)] == text
    if same_words:
        assert found["text"] == row["answers"]["text"]


@every
@few
@given(row=tagged(), clitics=st.booleans())
def test_tags_are_valid_and_entities_keep_their_words(
    step: dict[str, Any], row: dict[str, Any], clitics: bool, resources: Resources
) -> None:
    task = TaggingTask("tokens", "tags", row["scheme"], "origins", clitics)
    for values, copy in copies(task, [row], pipeline(step, resources)):
        tags_hold(values, copy, row["scheme"], same_words=keeps_span_words(step))


@every
@few
@given(row=questions())
def test_answers_stand_where_they_say(
    step: dict[str, Any], row: dict[str, Any], resources: Resources
) -> None:
    for values, copy in copies(ANSWERS, [row], pipeline(step, resources)):
        answers_hold(values, copy, same_words=keeps_span_words(step))


@every
@few
@given(a=texts, b=texts, sides=st.sampled_from([(True, True), (True, False), (False, True)]))
def test_only_the_asked_sides_of_a_pair_change(
    step: dict[str, Any], a: str, b: str, sides: tuple[bool, bool], resources: Resources
) -> None:
    task = PairTask("a", "b", sides)
    row = {"a": a, "b": b}
    for _, copy in copies(task, [row], pipeline(step, resources)):
        assert copy.values
        assert set(copy.values) <= set(task.sides)
        assert all(copy.values[name] != row[name] for name in copy.values)
        assert {part["column"] for part in copy.trail} == set(copy.values)
        assert len(copy.kept) == len(task.sides) - len(copy.values)


@given(row=tagged())
def test_schemes_read_what_they_write(row: dict[str, Any]) -> None:
    found = read_tags(row["tags"], row["scheme"])
    for scheme in SCHEMES:
        tags = write_tags(found, len(row["tags"]), scheme)
        assert read_tags(tags, scheme) == found
        assert write_tags(read_tags(tags, recognised([tags])), len(tags), scheme) == tags


@pytest.mark.weights
def test_labels_hold_through_back_translation(resources: Resources) -> None:
    made = pipeline(BACK_TRANSLATION, resources)
    rows = sample_tagged()
    task = TaggingTask("tokens", "tags", "bio", "origins")
    found = copies(task, rows, made)
    assert len(found) >= len(rows)
    for values, copy in found:
        tags_hold(values, copy, "bio")
    for values, copy in copies(ANSWERS, sample_questions(), made):
        answers_hold(values, copy)


def conll(rows: Sequence[Mapping[str, Any]]) -> str:
    blocks = []
    for row in rows:
        columns = zip(row["tokens"], row["tags"], strict=True)
        blocks.append("".join(f"{token}\tX\t{tag}\n" for token, tag in columns))
    return "\n".join(blocks)


def json_lines(rows: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def pairs() -> str:
    rows = (row["context"] for row in sample_questions())
    return "".join(f"{row}\t{row[::-1]} \ty\n" for row in rows)


FILES = {
    "tags.jsonl": ("tagging", Columns(), json_lines(sample_tagged()) + '{"tokens": 1}\n'),
    "tags.conll": ("tagging", Columns(), conll(sample_tagged()) + "\none\n"),
    "qa.jsonl": ("question_answering", Columns(), json_lines(sample_questions()) + "{}\n"),
    "pairs.tsv": (
        "similarity",
        Columns(text="a", text_b="b", sides="first"),
        f"a\tb\tlabel\n{pairs()}ragged\n",
    ),
}


@every
@pytest.mark.parametrize("name", FILES)
def test_nothing_is_lost_from_the_counts_and_originals_keep_their_bytes(
    step: dict[str, Any], name: str, resources: Resources
) -> None:
    task, columns, data = FILES[name]
    spec = {"steps": [step], "copies": 2, "task": task, "allow": list(get_args(Risk))}
    with tempfile.TemporaryDirectory() as folder:
        path, output = Path(folder, name), Path(folder, f"out.{name}")
        path.write_text(data, encoding="utf-8", newline="")
        request = ExpandRequest(input=path, output=output, columns=columns)
        summary = expand(request, build_pipeline(parse_spec(spec), resources))
        out = output.read_text("utf-8")
        rejects = Path(f"{output}.rejects.jsonl").read_text("utf-8").splitlines()
    assert (summary.rows, summary.kept) == (6, 5)
    assert summary.asked == 10 == summary.written + sum(summary.dropped.values())
    assert len(rejects) == 1 + sum(summary.dropped.values())
    if name == "pairs.tsv":
        second = [line.split("\t")[1] for line in data.splitlines()[1:-1]]
        written = [line.split("\t") for line in out.splitlines()[1:]]
        assert all(row[1] == second[int(row[3].rpartition(":")[2]) - 1] for row in written)
    elif name == "tags.conll":
        originals = [block for block in out.split("\n\n") if "# copy = 0\n" in block]
        kept = [line for line in "\n\n".join(originals).split("\n") if not line.startswith("# ")]
        assert "\n".join(kept).rstrip() == data.removesuffix("\none\n").rstrip()
    else:
        originals = [line for line in out.splitlines() if '"copy": 0' in line]
        kept = [line[: line.index(', "source_id"')] + "}" for line in originals]
        assert kept == data.splitlines()[:5]
