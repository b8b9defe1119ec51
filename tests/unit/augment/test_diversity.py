"""Which copies are chosen among many: those that differ most."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import CHRF

from augment.build import build_pipeline
from augment.diversity import Profile, most_different
from augment.record import Record
from augment.resources import Resources
from augment.spec import parse_spec

TEXTS = st.text(alphabet="abcde ", max_size=20)


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_and_one_only_for_the_same_letters(one: str, other: str) -> None:
    a, b = Profile(one), Profile(other)
    assert a.likeness(b) == b.likeness(a)
    assert 0 <= a.likeness(b) <= 1
    assert a.likeness(a) == 1


def test_likeness_is_chrf() -> None:
    one, other = "the quick brown fox jumps over", "a quick red fox jumped over it"
    expected = CHRF(beta=1, eps_smoothing=True).sentence_score(one, [other]).score / 100
    assert Profile(one).likeness(Profile(other)) == pytest.approx(expected, abs=0.01)


@given(TEXTS, st.lists(TEXTS, max_size=8), st.integers(0, 8))
def test_as_many_as_asked_each_once(original: str, candidates: list[str], count: int) -> None:
    chosen = most_different(original, candidates, count)
    assert len(chosen) == len(set(chosen)) == min(count, len(candidates))


def test_of_more_candidates_the_most_different_become_copies(resources: Resources) -> None:
    texts = [
        "The large dog ran quickly to the big house near the river bank.",
        "Please help me to find a nice present for my little brother.",
    ]
    spec = {"seed": 3, "copies": 2, "steps": [{"kind": "synonyms", "rate": 0.3}]}

    def spread(spec: dict[str, object]) -> float:
        pipeline = build_pipeline(parse_spec(spec), resources)
        total = 0.0
        for outcome in pipeline.augment([Record(t, id=t) for t in texts]):
            assert [copy.number for copy in outcome.copies] == [1, 2]
            one, other = (Profile(copy.record.text) for copy in outcome.copies)
            total += one.likeness(other)
        return total

    assert spread({**spec, "candidates": 12}) < spread(spec) - 0.1


def test_a_shortfall_is_still_told(resources: Resources) -> None:
    spec = parse_spec({"copies": 3, "candidates": 5, "steps": [{"kind": "masking", "rate": 0.5}]})
    (outcome,) = build_pipeline(spec, resources).augment([Record("blue sky")])
    assert [copy.number for copy in outcome.copies] == [1, 2]
    assert [(number, refusal.reason) for number, refusal in outcome.missing] == [(3, "duplicate")]
