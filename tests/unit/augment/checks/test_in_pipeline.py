"""Checks in the engine: a dropped copy is drawn anew, and what is missing is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.checks.base import Case, Judge, Unfitted, Verdict, drop
from augment.checks.duplicates import DuplicatesCheck
from augment.edits import Edit
from augment.errors import DataError, SpecError
from augment.lexicons.protected import Protection
from augment.pipeline import Pipeline
from augment.randomness import Stream
from augment.record import Record
from augment.resources import Resources
from augment.spec import Duplicates, parse_spec
from augment.transforms.base import Proposal, Subject
from augment.transforms.combine import ChainNode, LeafNode


@dataclass(frozen=True)
class Numbering:
    """A leaf that puts a random number before the text."""

    below: int
    exact: bool = True
    model: str | None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        return [(Edit(0, "", f"{stream.below(self.below)} "),) for stream in streams]


@dataclass
class Even:
    """A check that keeps even numbers, and writes down what it was asked."""

    exact: bool = True
    asked: list[list[str]] = field(default_factory=list)

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        texts = [case.copy.record.text for case in cases]
        self.asked.append(texts)
        return [
            Verdict(1.0) if int(text.split()[0]) % 2 == 0 else drop("odd", text, 0.12345678)
            for text in texts
        ]


def numbered(*checks: Judge | Unfitted, below: int = 1000, **fields: Any) -> Pipeline:
    spec = parse_spec({"steps": [{"kind": "masking"}], **fields})
    root = ChainNode("", (LeafNode("0.numbering", Numbering(below)),))
    return Pipeline(spec, root, Protection(), checks)


RECORDS = [Record("text", id=str(i)) for i in range(40)]


def test_a_dropped_copy_is_drawn_anew_in_one_batch_an_attempt() -> None:
    check = Even()
    outcomes = numbered(check, copies=3, attempts=12).augment_batch(RECORDS)
    assert len(check.asked[0]) == 3 * len(RECORDS)
    assert len(check.asked) > 4
    assert all(len(a) > len(b) for a, b in zip(check.asked[:4], check.asked[1:5], strict=True))
    for outcome in outcomes:
        texts = {copy.record.text for copy in outcome.copies}
        assert all(int(text.split()[0]) % 2 == 0 for text in texts)
        assert len(texts) == len(outcome.copies)
        assert len(outcome.copies) + len(outcome.missing) == 3
    assert sum(len(outcome.copies) for outcome in outcomes) >= 118


def test_the_shortfall_is_exact_and_told_with_reason_and_score() -> None:
    (outcome,) = numbered(Even(), below=2, copies=3, attempts=30).augment_batch([Record("text")])
    assert [copy.record.text for copy in outcome.copies] == ["0 text"]
    assert len(outcome.missing) == 2
    assert {refusal.reason for _, refusal in outcome.missing} <= {"odd", "duplicate"}
    (outcome,) = numbered(Even(), below=1, attempts=2).augment_batch([Record("text")])
    assert outcome.missing == ()
    (outcome,) = numbered(Even(), below=2, attempts=1, seed=3, copies=8).augment_batch(
        [Record("t")]
    )
    scores = {refusal.score for _, refusal in outcome.missing if refusal.reason == "odd"}
    assert scores == {0.123457}


def test_a_check_sees_only_what_the_ones_before_it_kept_and_each_text_once() -> None:
    first, second = Even(), Even()
    numbered(first, second, below=6, copies=5, attempts=1).augment_batch(RECORDS[:3])
    assert all(int(text.split()[0]) % 2 == 0 for text in second.asked[0])
    assert len(first.asked[0]) < 15


def test_nothing_depends_on_the_batch_and_inexact_checks_are_told() -> None:
    pipeline = numbered(Even(), copies=2, attempts=3)
    together = pipeline.augment_batch(RECORDS)
    assert [next(pipeline.augment([record])) for record in RECORDS] == together
    assert pipeline.exact
    assert not numbered(Even(exact=False)).exact
    (outcome,) = numbered(Even(exact=False), attempts=9).augment_batch(RECORDS[:1])
    assert not outcome.copies[0].exact


def test_a_check_of_the_whole_data_set_must_be_fitted_first() -> None:
    pipeline = numbered(Even(), DuplicatesCheck(Duplicates()))
    assert pipeline.unfitted == ("duplicates",)
    with pytest.raises(
        SpecError, match=r"duplicates must read the whole data set first: call pipeline.fit"
    ):
        next(pipeline.augment(RECORDS))
    with pipeline.fitted(RECORDS) as ready:
        assert ready.unfitted == ()
        assert len(list(ready.augment(RECORDS))) == len(RECORDS)
    assert pipeline.unfitted == ("duplicates",)  # the first one stays as it was


def test_like_copies_of_one_record_are_drawn_anew_and_those_of_two_are_dropped_in_order() -> None:
    long = "where is the parcel that i ordered from you two weeks ago"
    records = [Record(long, id="a"), Record(long, id="b")]
    with numbered(DuplicatesCheck(Duplicates(near=0.99)), below=5, copies=5, attempts=60).fitted(
        records
    ) as pipeline:
        first, second = pipeline.augment(records)
        assert len(first.copies) == 5
        assert second.copies == ()
        assert {str(refusal) for _, refusal in second.missing} == {
            "near_duplicate: nearly equals a copy of the record a"
        }
        assert [number for number, _ in second.missing] == [1, 2, 3, 4, 5]
        # A new run begins anew, and so does the batch alone.
        assert next(pipeline.augment(records)) == first
        assert len(pipeline.augment_batch(records)[1].copies) == 5


def test_an_error_while_fitting_closes_what_was_open() -> None:
    def broken() -> Any:
        yield RECORDS[0]
        raise DataError("no more")

    with pytest.raises(DataError, match="no more"):
        numbered(DuplicatesCheck(Duplicates())).fitted(broken())


def test_every_check_is_built_from_its_spec(resources: Resources) -> None:
    kinds = ["polarity", "language", "length", "repetition", "duplicates", "leak", "labels"]
    spec = parse_spec({"steps": [{"kind": "masking"}], "checks": [{"kind": k} for k in kinds]})
    pipeline = build_pipeline(spec, resources)
    assert len(pipeline.checks) == len(kinds)
    assert pipeline.unfitted == ("duplicates", "leak", "labels")
    records = [Record(f"my card {i} is lost", id=str(i), label=str(i % 2)) for i in range(20)]
    with pipeline.fitted(records, [Record("the weather is fine")]) as ready:
        made = [copy for outcome in ready.augment(records) for copy in outcome.copies]
    assert made
