"""Deletion: what goes with a word, and what is never left behind."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from augment.edits import Span
from augment.lexicons.values import values
from augment.record import Record
from augment.resources import Resources
from augment.words import split_words
from tests.support.copies import copies_of, outcome_of, refusal_of
from tests.support.strategies import records

ONE: dict[str, Any] = {"kind": "deletion", "rate": 0.01}  # a single word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The big, red dog.",
            {"Big, red dog.", "The, red dog.", "The big, dog.", "The big, red."},
        ),
        # A mark is never left alone at the beginning or end, and no two stand side by side.
        ("Sure, it works", {"Sure, works", "Sure, it"}),
        ("so, maybe, yes", set()),
        ("see (this) now", {"(this) now", "see (this)"}),
        ("Red - big blue, green", {"Red - blue, green", "Red - big, green"}),
        ("see (all this) now", {
            "(all this) now", "see (this) now", "see (all) now", "see (all this)",
        }),
        ('He said "go home now".', {
            'Said "go home now".', 'He "go home now".', 'He said "home now".',
            'He said "go now".', 'He said "go home".',
        }),
        ("cats and/or dogs", {"and/or dogs", "cats and/or"}),
        # Line ends stay, and a line keeps a word.
        ("go home\r\nnow", {"home\r\nnow", "go\r\nnow"}),
        ("\tgo home", {"\thome", "\tgo"}),
        ("great trip 👍🏽 friends", {"trip 👍🏽 friends", "great 👍🏽 friends", "great trip 👍🏽"}),
        ("Élan über alles", {"Über alles", "Élan alles", "Élan über"}),
        # No spaces, none to take.
        ("我喜欢", {"喜欢", "我欢", "我喜"}),
        ("मैं हिन्दी हूँ", {"हिन्दी हूँ", "मैं हूँ", "मैं हिन्दी"}),
        ("iPhone works. So iPhone sells", {
            "works. So iPhone sells", "iPhone. So iPhone sells", "iPhone works. iPhone sells",
            "iPhone works. So sells", "iPhone works. So iPhone",
        }),
        # What a negation, a number or an address says stays.
        ("Not now", {"Not"}),
        ("pay $20 now", {"$20 now", "pay $20"}),
        ("see https://example.com/a today", {
            "https://example.com/a today", "see https://example.com/a",
        }),
    ],
)  # fmt: skip
def test_one_word_goes_with_one_space(text: str, expected: set[str], resources: Resources) -> None:
    assert copies_of(ONE, text, resources) == expected


@pytest.mark.parametrize("text", ["", "  \n", "word", "word!", "👍🏽", "12", "12 13", "!?"])
def test_there_may_be_nothing_to_delete(text: str, resources: Resources) -> None:
    assert refusal_of(ONE, text, resources).startswith("nothing_to_delete: ")


def test_neighbours_go_together(resources: Resources) -> None:
    step = {"kind": "deletion", "rate": 0.5}
    found = copies_of(step, "a big  red dog", resources)
    # The two spaces go with the words on both sides of them, or stay as they were.
    assert "a dog" in found
    assert all(text.count("  ") <= 1 and text == text.strip() for text in found)


def test_no_more_than_the_rate_and_one_word_stays(resources: Resources) -> None:
    text = "one of the many things that people do when it is late"
    words = len(split_words(text))
    for rate, most in ((0.25, 3), (1.0, words - 1)):
        for copy in copies_of({"kind": "deletion", "rate": rate}, text, resources):
            assert words - most <= len(split_words(copy)) < words


def test_spans_keep_their_words(resources: Resources) -> None:
    text, span = "fly to New York today please", Span(7, 15, "CITY")
    for copy in outcome_of(ONE, text, resources, copies=6, spans=[span]).copies:
        (moved,) = copy.record.spans
        assert copy.record.text[moved.start : moved.end] == "New York"


def test_a_space_of_a_span_is_not_taken(resources: Resources) -> None:
    # The span ends in a space, which would go with "big".
    found = copies_of(ONE, "the big dog", resources, spans=[Span(0, 4, "X")])
    assert found == {"the big"}


def test_a_word_that_belongs_to_a_value_stays(resources: Resources) -> None:
    # "a week" is a time only after "for".
    found = copies_of(ONE, "He left for a week", resources)
    assert found == {"Left for a week", "He for a week"}


def test_of_many_words_only_those_of_values_stay(resources: Resources) -> None:
    text = "We all left there for a week or so. " * 40
    (copy,) = outcome_of({"kind": "deletion", "rate": 0.5}, text, resources).copies
    assert values(copy.record.text) == values(text)
    assert len(copy.record.text) < 0.8 * len(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records())
def test_no_double_space_arises_and_words_keep_their_order(
    record: Record, resources: Resources
) -> None:
    step = {"kind": "deletion", "rate": 0.5}
    for copy in outcome_of(step, record.text, resources, spans=record.spans, copies=2).copies:
        after = copy.record.text
        assert len(re.findall(r"\s\s", after)) <= len(re.findall(r"\s\s", record.text))
        rest = iter(word.surface.casefold() for word in split_words(record.text))
        assert all(word.surface.casefold() in rest for word in split_words(after))
