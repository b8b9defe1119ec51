"""Laws of units: wherever an input is cut, the output is the same."""

import gzip
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.build import build_pipeline
from augment.datasets.balance import Balance, Quotas
from augment.datasets.columns import Columns
from augment.datasets.units import plan
from augment.errors import DataError
from augment.pipeline import Pipeline
from augment.resources import Resources
from augment.spec import parse_spec
from tests.property.test_dataset_laws import ENDS, counts_hold, run

# What can stand at a border: quotes over lines, blank lines, rows that hold and rows that do not.
ROWS = st.sampled_from(
    [
        *(
            '"a quoted\nfield, over\r\nlines",x',
            "plain words here,y",
            "ragged",
            "",
            '"doubled ""q""",x',
        ),
        *("no label at all,", '"opened\nand closed" behind,x', "a long text of many words,y", "  "),
    ]
)
JSON_ROWS = st.sampled_from(
    [
        *('{"text": "some words here", "label": "x"}', '{"text": "more words there"}', "", "[1]"),
        *('{"text": 5}', '{"text": "naïve 日本 words", "label": "y"}', "{", '{"other": 1}'),
    ]
)
SENTENCES = st.sampled_from(
    ["Anna B-PER\nruns O\n\n", "# a comment\nBonn B-LOC\n\n\n", "one O\ntwo I-X\n\n", "x O y\n\n"]
)


@pytest.fixture(scope="module")
def masking() -> Pipeline:
    spec = parse_spec({"steps": [{"kind": "masking", "rate": 0.5}], "copies": 2, "attempts": 3})
    return build_pipeline(spec, Resources())


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    kind = draw(st.sampled_from(["csv", "jsonl", "conll"]))
    if kind == "conll":
        body = "first O\n\n" + "".join(draw(st.lists(SENTENCES, max_size=8)))
        return "in.conll", (body if draw(st.booleans()) else body.rstrip("\n")).encode()
    rows = draw(st.lists(ROWS if kind == "csv" else JSON_ROWS, min_size=1, max_size=12))
    head = "text,label" if kind == "csv" else '{"text": "the first row", "label": "x"}'
    text = "".join(row + draw(ENDS) for row in [head, *rows])
    data = (text if draw(st.booleans()) else text.rstrip("\r\n")).encode()
    return (f"in.{kind}", data) if draw(st.booleans()) else (f"in.{kind}.gz", gzip.compress(data))


def outcome(name: str, data: bytes, pipeline: Pipeline, **fields: Any) -> Any:
    try:
        summary, output, rejects = run(data, name, pipeline, **fields)
    except DataError as error:
        return str(error).partition(": ")[2]
    counts_hold(summary, rejects)
    return output, joined(rejects), summary.rows, summary.labels, summary.blank_lines


def joined(rejects: list[Any]) -> list[Any]:
    """Rejects with the parts of a row put together: how many those are is left to the reader."""
    found: list[Any] = []
    for entry in rejects:
        if entry.pop("part", 1) > 1:
            found[-1]["raw"] += entry["raw"]
        else:
            found.append(entry)
    return found


@settings(deadline=None)
@given(file=files(), rows=st.integers(1, 3), limit=st.sampled_from([20, 1 << 20]))
def test_borders_change_nothing(
    file: tuple[str, bytes], rows: int, limit: int, masking: Pipeline
) -> None:
    name, data = file
    whole = outcome(name, data, masking, row_limit=limit)
    with patch.object(plan, "UNIT_ROWS", rows):
        cut = outcome(name, data, masking, row_limit=limit)
    assert cut == whole


@settings(deadline=None)
@given(ids=st.lists(st.sampled_from("abcde"), min_size=1, max_size=12), rows=st.integers(1, 3))
def test_doubles_are_found_across_units(ids: list[str], rows: int, masking: Pipeline) -> None:
    data = b"id,text\n" + b"".join(b"%s,some words here\n" % one.encode() for one in ids)
    with patch.object(plan, "UNIT_ROWS", rows):
        summary, _, rejects = run(data, "in.csv", masking, columns=Columns(id="id"))
    assert summary.kept == len(set(ids))
    assert summary.rejected.get("duplicate_id", 0) == len(ids) - len(set(ids))
    assert [entry["line"] - 2 for entry in rejects if entry["kind"] == "row"] == [
        i for i, one in enumerate(ids) if one in ids[:i]
    ]


TEXT = "the quick brown fox jumps over lazy dogs all day"


@settings(deadline=None)
@given(
    labels=st.lists(st.sampled_from("aaaabbc"), min_size=1, max_size=20),
    to=st.sampled_from(["max", "7", "0.5"]),
    rows=st.sampled_from([1, 3, 512]),
)
def test_labels_come_out_as_large_as_was_asked(
    labels: list[str], to: str, rows: int, masking: Pipeline
) -> None:
    lines = (f"{TEXT} {i},{label}\n" for i, label in enumerate(labels))
    data = b"text,label\n" + "".join(lines).encode()
    with patch.object(plan, "UNIT_ROWS", rows):
        summary, *_ = run(data, "in.csv", masking, balance=Balance.parse(to))
    counts = {label: labels.count(label) for label in set(labels)}
    target = Balance.parse(to).target(counts)
    assert summary.balance is not None
    for label, before in counts.items():
        after = summary.labels[label].after
        share = summary.balance.get(label)
        if before >= target:
            assert (after, share) == (before, None)
        else:
            assert share is not None
            assert after == before + share.written
            assert share.needed == target - before
            # Masking half of ten words has ways enough for as many copies as are asked here.
            assert share.short == 0


@given(
    rows=st.dictionaries(st.sampled_from("abc"), st.integers(1, 50), min_size=1),
    target=st.integers(1, 200),
)
def test_quotas_add_up(rows: dict[str, int], target: int) -> None:
    quotas = Quotas(rows, target)
    for label, count in rows.items():
        shares = [quotas.copies(label, above) for above in range(count)]
        assert sum(shares) == max(0, target - count)
        assert max(shares) - min(shares) <= 1
