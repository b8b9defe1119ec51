"""Swap: which words change places, and what stays where it was."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from augment.edits import Span
from augment.record import Record
from augment.resources import Resources
from augment.words import split_words
from tests.support.copies import copies_of, outcome_of, refusal_of
from tests.support.strategies import records

ONE: dict[str, Any] = {"kind": "swap", "rate": 0.01}  # a single pair


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("go home now", {"home go now", "go now home"}),
        # Capitals stay at the beginning of sentences, but for names, "I" and abbreviations.
        ("The big dog", {"Big the dog", "The dog big"}),
        ("London is big", {"Is London big", "London big is"}),
        ("I want it", {"Want I it", "I it want"}),
        ("NASA did it", {"Did NASA it", "NASA it did"}),
        ("Mr. Smith went", {"Mr. went Smith"}),
        # Marks stay, and no word leaves its sentence, line, bracket or quotation.
        ("big, red dog.", {"red, big dog.", "big, dog red."}),
        ("Stop it. Go on!", {"It stop. Go on!", "Stop it. On go!"}),
        ("go home\r\nright now", {"home go\r\nright now", "go home\r\nnow right"}),
        ("see (all this) now", {"see (this all) now"}),
        ("do it (now)", {"it do (now)"}),
        # The same word twice changes nothing.
        ("so so good", {"so good so"}),
        # What is protected stays in its place.
        ("he did not come here", {"did he not come here", "he did not here come"}),
        ("pay me $20 right now", {"me pay $20 right now", "pay me $20 now right"}),
        ("Élan über alles", {"Über élan alles", "Élan alles über"}),
        ("मैं हिन्दी हूँ", {"हिन्दी मैं हूँ", "मैं हूँ हिन्दी"}),
    ],
)
def test_neighbours_change_places(text: str, expected: set[str], resources: Resources) -> None:
    assert copies_of(ONE, text, resources) == expected


@pytest.mark.parametrize("text", ["", " ", "word", "so so", "now! Go", "👍🏽 ok", "not 5", "a\nb"])
def test_there_may_be_nothing_to_swap(text: str, resources: Resources) -> None:
    assert refusal_of(ONE, text, resources).startswith("nothing_to_swap: ")


def test_distance_reaches_further(resources: Resources) -> None:
    found = copies_of({**ONE, "distance": 2}, "we saw them go", resources)
    assert found == {
        "saw we them go", "them saw we go", "we them saw go", "we go them saw", "we saw go them",
    }  # fmt: skip


def test_nothing_protected_is_crossed(resources: Resources) -> None:
    step = {**ONE, "distance": 10}
    assert copies_of(step, "cheap not good", resources) == set()
    found = copies_of(step, "from Rome to Oslo", resources, spans=[Span(5, 9), Span(13, 17)])
    assert found == set()


def test_the_rate_counts_words(resources: Resources) -> None:
    text = "we all saw them go down to those old boats once more"
    for rate, pairs in ((0.2, 1), (0.34, 2), (1.0, 6)):
        outcome = outcome_of({"kind": "swap", "rate": rate}, text, resources, copies=5)
        assert all(2 <= len(copy.trail[0].edits) <= 2 * pairs for copy in outcome.copies)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records())
def test_the_same_words_are_there_after(record: Record, resources: Resources) -> None:
    step = {"kind": "swap", "rate": 0.5, "distance": 3}
    for copy in outcome_of(step, record.text, resources, spans=record.spans).copies:
        before, after = (
            Counter(word.surface.casefold() for word in split_words(text))
            for text in (record.text, copy.record.text)
        )
        assert before == after
