"""Laws of the pipeline, for every kind that needs no model and every combinator."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augment.build import build_pipeline
from augment.edits import Edit
from augment.lexicons.protected import Protection
from augment.lexicons.values import values
from augment.pipeline import Pipeline
from augment.record import Outcome, Record, redo, undo
from augment.resources import Resources
from augment.spec import parse_spec
from augment.words import split_words
from tests.support.kinds import EVERY, REWORDING, WORD_LEVEL, keeps_span_words
from tests.support.strategies import records

every = pytest.mark.parametrize("step", EVERY.values(), ids=EVERY)
word_level = pytest.mark.parametrize("step", WORD_LEVEL.values(), ids=WORD_LEVEL)
quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def pipeline(step: dict[str, Any], resources: Resources, **fields: Any) -> Pipeline:
    return build_pipeline(parse_spec({"steps": [step], **fields}), resources)


def distinct_ids(found: list[Record]) -> list[Record]:
    return [Record(r.text, f"{i}", r.label, r.spans) for i, r in enumerate(found)]


@every
@quiet
@given(batch=st.lists(records(), min_size=1, max_size=5), data=st.data())
def test_order_and_batch_size_change_nothing(
    step: dict[str, Any], batch: list[Record], data: st.DataObject, resources: Resources
) -> None:
    made = pipeline(step, resources, copies=2)
    batch = distinct_ids(batch)
    together = {o.record.id: o for o in made.augment(batch)}
    shuffled = data.draw(st.permutations(batch))
    alone = {o.record.id: o for o in made.augment(shuffled, batch=1)}
    assert together == alone


@every
@quiet
@given(record=records())
def test_what_lies_outside_the_edits_is_untouched_and_the_trail_undoes(
    step: dict[str, Any], record: Record, resources: Resources
) -> None:
    for copy in outcome(step, record, resources, copies=2).copies:
        assert undo(copy.record.text, copy.trail) == record.text
        assert redo(record.text, copy.trail) == copy.record.text
        assert copy.record.label == record.label


@every
@quiet
@given(record=records())
def test_copies_are_distinct_or_their_lack_is_told(
    step: dict[str, Any], record: Record, resources: Resources
) -> None:
    found = outcome(step, record, resources, copies=4)
    texts = [copy.record.text for copy in found.copies]
    assert len(set(texts)) == len(texts)
    assert record.text not in texts
    assert len(found.copies) + len(found.missing) == 4
    numbers = [copy.number for copy in found.copies] + [number for number, _ in found.missing]
    assert sorted(numbers) == [1, 2, 3, 4]
    assert all(refusal.reason for _, refusal in found.missing)


@every
@quiet
@given(record=records())
def test_protected_stretches_and_spans_keep_their_text(
    step: dict[str, Any], record: Record, resources: Resources
) -> None:
    protection = Protection()
    kept_whole = protection.verbatim if step["kind"] in REWORDING else protection.stretches
    for copy in outcome(step, record, resources).copies:
        before, after = record.text, copy.record.text
        kept = Counter(before[s.start : s.end] for s in kept_whole(before))
        for stretch, count in kept.items():
            assert after.count(stretch) >= count
        for old, new in zip(record.spans, copy.record.spans, strict=True):
            kept_words = after[new.start : new.end] == before[old.start : old.end]
            assert kept_words or not keeps_span_words(step)
        for edit in copy.trail[0].edits:
            assert not any(touches(edit, s.start, s.end) for s in kept_whole(before))


@every
@quiet
@given(record=records())
def test_values_stay(step: dict[str, Any], record: Record, resources: Resources) -> None:
    for copy in outcome(step, record, resources).copies:
        lost = values(record.text) - values(copy.record.text)
        assert not lost


@word_level
@quiet
@given(record=records())
def test_rate_zero_is_identity(step: dict[str, Any], record: Record, resources: Resources) -> None:
    found = outcome({**step, "rate": 0}, record, resources)
    assert found.copies == ()
    assert found.missing[0][1].reason == "unchanged"


@quiet
@given(record=records(), rate=st.floats(0, 1))
def test_masks_stay_within_the_rate_and_leave_a_word(
    record: Record, rate: float, resources: Resources
) -> None:
    step = {"kind": "masking", "rate": rate, "mask_token": "█"}
    count = len(split_words(record.text))
    for copy in outcome(step, record, resources).copies:
        masks = copy.record.text.count("█") - record.text.count("█")
        assert 1 <= masks <= max(1, round(rate * count))
        assert masks < count


@quiet
@given(record=records(), high=st.integers(1, 4))
def test_mask_spans_have_the_asked_lengths(record: Record, high: int, resources: Resources) -> None:
    step = {"kind": "masking", "rate": 0.5, "span_range": [1, high]}
    for copy in outcome(step, record, resources).copies:
        assert all(len(split_words(edit.old)) <= high for edit in copy.trail[0].edits)
        assert len(copy.record.text.splitlines()) == len(record.text.splitlines())


def outcome(step: dict[str, Any], record: Record, resources: Resources, **fields: Any) -> Outcome:
    return next(pipeline(step, resources, **fields).augment([record]))


def touches(edit: Edit, start: int, end: int) -> bool:
    return edit.start < end and edit.end > start
