"""Misspellings: the list, and how it is used."""

from typing import Any

import pytest

from augment.edits import Span
from augment.lexicons import store
from augment.lexicons.misspellings import FILE, Misspellings
from augment.lexicons.wordnet import WordNet
from augment.resources import Resources
from tests.support.copies import copies_of, outcome_of, refusal_of

STEP: dict[str, Any] = {"kind": "misspellings", "rate": 1.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("definitely", {"definately", "definitly"}),
        ("Definitely!", {"Definately!", "Definitly!"}),
        ("WEIRD", {"WIERD"}),
        ("the government's plan", {"the goverment's plan", "the govenment's plan"}),
        ("the government’s plan", {"the goverment’s plan", "the govenment’s plan"}),
        ("I believe it.\r\nYes", {"I beleive it.\r\nYes", "I belive it.\r\nYes"}),
        ("see https://a.io/weird, weird 😀", {"see https://a.io/weird, wierd 😀"}),
        # Two are more than one, and either alone.
        ("weird friend", {"wierd friend", "weird freind", "wierd freind"}),
    ],
)
def test_words_are_misspelled(text: str, expected: set[str], resources: Resources) -> None:
    assert copies_of(STEP, text, resources) == expected


@pytest.mark.parametrize("text", ["", "blue", "मैं नहीं", "`friend`", "{friend}", "friends_list 7"])
def test_a_text_without_a_listed_word_says_so(text: str, resources: Resources) -> None:
    assert refusal_of(STEP, text, resources).startswith("no_misspelling")


def test_spans_keep_their_words(resources: Resources) -> None:
    spans = [Span(0, 6, "PER")]
    outcome = outcome_of(STEP, "Friend or friend", resources, spans=spans)
    assert [copy.record.text for copy in outcome.copies] == ["Friend or freind"]


def test_the_list_is_long_and_none_of_it_is_a_word() -> None:
    rows = [line.split() for line in store.lines(FILE)]
    words = [word.lower() for word, *_ in rows]
    assert len(words) == len(set(words)) > 300
    wordnet = WordNet.load()
    assert [form for _, *forms in rows for form in forms if form.lower() in wordnet] == []
    assert all(Misspellings.load().of(word) for word in words)
