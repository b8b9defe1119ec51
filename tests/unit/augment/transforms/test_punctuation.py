"""Punctuation: how many marks, which ones, and where."""

from typing import Any

import pytest

from augment.resources import Resources
from tests.support.copies import copies_of, outcome_of, refusal_of

COMMA: dict[str, Any] = {"kind": "punctuation", "rate": 0.01, "marks": [","]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("go home now", {"go , home now", "go home , now"}),
        # Only where nothing but spaces stands between words of one line.
        ("Sure, it (really) works", set()),
        ("Sure, it works", {"Sure, it , works"}),
        ("go home\r\nnow", {"go , home\r\nnow"}),
        ("go  home", {"go  , home"}),
        ("well-known and/or don't", {"well-known , and/or don't", "well-known and/or , don't"}),
        ("pay two hundred dollars now", {
            "pay , two hundred dollars now", "pay two hundred dollars , now",
        }),
        ("मैं हूँ", {"मैं , हूँ"}),
        ("so good 👍🏽 yes", {"so , good 👍🏽 yes"}),
        # "a week" is a time only right after "for".
        ("left for a week", {"left , for a week"}),
    ],
)  # fmt: skip
def test_a_mark_comes_between_words(text: str, expected: set[str], resources: Resources) -> None:
    assert copies_of(COMMA, text, resources) == expected


@pytest.mark.parametrize("text", ["", "word", "我喜欢", "a, b", "https://example.com/a"])
def test_there_may_be_no_room(text: str, resources: Resources) -> None:
    assert refusal_of(COMMA, text, resources).startswith("no_room_for_marks: ")


def test_from_one_to_a_third_of_the_words(resources: Resources) -> None:
    text = "one of us went there with all of them so that they saw it"
    outcome = outcome_of({"kind": "punctuation"}, text, resources, copies=60)
    counts = {len(copy.trail[0].edits) for copy in outcome.copies}
    assert counts == {1, 2, 3, 4, 5}
    marks = {edit.new for copy in outcome.copies for edit in copy.trail[0].edits}
    assert marks == {". ", "; ", "? ", ": ", "! ", ", "}
