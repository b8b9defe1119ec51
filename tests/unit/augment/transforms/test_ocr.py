"""Errors of text recognition."""

from typing import Any

import pytest

from augment.edits import Span
from augment.lexicons.confusions import Confusions
from augment.lexicons.values import values
from augment.resources import Resources
from tests.support.copies import copies_of, outcome_of, refusal_of

STEP: dict[str, Any] = {"kind": "ocr", "rate": 0.01}


def test_letters_are_read_as_what_looks_like_them(resources: Resources) -> None:
    found = copies_of(STEP, "modern", resources, copies=200)
    assert {"rnodern", "moclern", "modem", "m0dern", "modcrn"} - {"modem"} <= found
    # "modem" is a word.
    assert "modem" not in found


def test_two_letters_become_one_and_one_two() -> None:
    readings = {(m.printed, m.read) for m in Confusions.load().of("clvv modern")}
    assert {("cl", "d"), ("vv", "w"), ("m", "rn"), ("rn", "m"), ("d", "cl")} <= readings


def test_digits_can_be_left_out_and_never_begin_a_word(resources: Resources) -> None:
    with_digits = copies_of(STEP, "Solution", resources, copies=200)
    assert any("1" in text or "0" in text for text in with_digits)
    assert not any(text[0].isdigit() for text in with_digits)
    without = copies_of({**STEP, "digits": False}, "Solution", resources, copies=200)
    assert not any(c.isdigit() for text in without for c in text)


def test_places_in_a_word_do_not_overlap(resources: Resources) -> None:
    for text in copies_of({**STEP, "per_word": 5}, "clarninet", resources, copies=100):
        assert 5 <= len(text) <= 16


@pytest.mark.parametrize(
    "text",
    ["Order 10 of 1,000 on 5 May at 5:30.", "http://rn.io/m", "B8 and O0", "", "5", "是的", "no m"],
)
def test_numbers_and_what_is_protected_stay(text: str, resources: Resources) -> None:
    for copy in copies_of({**STEP, "rate": 1.0}, text, resources, copies=20):
        assert not values(text) - values(copy)
        assert [c for c in copy if c.isdigit()][:1] == [c for c in text if c.isdigit()][:1]


def test_spans_line_ends_and_emoji_stay(resources: Resources) -> None:
    text = "Barnes corner 😀\r\ncorner"
    outcome = outcome_of({**STEP, "rate": 1.0}, text, resources, copies=9, spans=[Span(0, 6, "P")])
    assert outcome.copies
    for copy in outcome.copies:
        assert copy.record.text.startswith("Barnes ")
        assert " 😀\r\n" in copy.record.text


def test_nothing_to_read_wrongly_is_told(resources: Resources) -> None:
    assert refusal_of(STEP, "7 🙂", resources) == "nothing_to_noise: no word can be noised"
