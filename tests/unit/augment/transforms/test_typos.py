"""Typos: which words get one, and what kinds of slips there are."""

from typing import Any

import pytest

from augment.edits import Span
from augment.lexicons.keyboard import Keyboard
from augment.lexicons.real_words import RealWords
from augment.lexicons.wordnet import WordNet
from augment.resources import Resources
from tests.support.copies import copies_of, outcome_of, refusal_of

ONE: dict[str, Any] = {"kind": "typos", "rate": 0.01}  # a single word


@pytest.mark.parametrize(
    ("slip", "text", "expected"),
    [
        ("drop", "kitchen", {"ktchen", "kichen", "kithen", "kitcen", "kitchn", "kitche"}),
        (
            "double",
            "Kitchen",
            {"Kiitchen", "Kittchen", "Kitcchen", "Kitchhen", "Kitcheen", "Kitchenn"},
        ),
        ("transpose", "kitchen", {"ktichen", "kicthen", "kithcen", "kitcehn", "kitchne"}),
    ],
)
def test_each_slip(slip: str, text: str, expected: set[str], resources: Resources) -> None:
    assert copies_of({**ONE, "slips": [slip]}, text, resources) == expected


def test_neighbours_lie_beside_the_key_in_its_case(resources: Resources) -> None:
    step = {**ONE, "slips": ["neighbour"], "keep_first": False}
    found = copies_of(step, "KITTEN", resources, copies=200)
    keyboard = Keyboard.load("qwerty")
    for text in found:
        ((old, new),) = [(a, b) for a, b in zip("KITTEN", text, strict=True) if a != b]
        assert new in keyboard.neighbours(old)
    assert any(text[0] != "K" for text in found)


@pytest.mark.parametrize(("layout", "near"), [("qwerty", "W"), ("qwertz", "W"), ("azerty", "Z")])
def test_layouts_differ(layout: str, near: str) -> None:
    assert near in Keyboard.load(layout).neighbours("A" if layout != "qwertz" else "Q")
    assert Keyboard.load(layout).neighbours("я") == ""


@pytest.mark.parametrize("layout", ["qwerty", "qwertz", "azerty"])
def test_keys_that_touch_touch_each_other(layout: str) -> None:
    keyboard = Keyboard.load(layout)
    for key in "abcdefghijklmnopqrstuvwxyz":
        assert all(key in keyboard.neighbours(near) for near in keyboard.neighbours(key))


def test_the_first_letter_stays_unless_it_may_go(resources: Resources) -> None:
    assert all(text[0] == "k" for text in copies_of(ONE, "kitchen", resources, copies=100))
    free = copies_of({**ONE, "keep_first": False}, "kitchen", resources, copies=100)
    assert any(text[0] != "k" for text in free)


def test_a_word_gets_at_most_so_many(resources: Resources) -> None:
    step = {**ONE, "slips": ["double"], "per_word": 3}
    lengths = {len(text) for text in copies_of(step, "kitchen", resources, copies=100)}
    assert lengths == {8, 9, 10}


def test_what_is_protected_or_short_stays(resources: Resources) -> None:
    text = "He did not see https://a.io/kitchen, 3 weeks or {kitchen} 👍🏽 at 5 pm"
    for copy in copies_of({**ONE, "rate": 1.0}, text, resources, copies=50):
        for kept in ("He did not ", " https://a.io/kitchen, 3 weeks or {kitchen} 👍🏽 at 5 pm"):
            # "see" is too short, so nothing is left to change.
            assert kept in copy
    assert refusal_of(ONE, "It is so. 👍", resources).startswith("nothing_to_noise")
    assert refusal_of(ONE, "", resources).startswith("nothing_to_noise")
    assert refusal_of(ONE, "我不喜欢 नमस्ते مرحبا", resources).startswith("nothing_to_noise")


def test_letters_of_other_languages_are_lost_and_doubled_too(resources: Resources) -> None:
    assert "fenêtres" not in copies_of(ONE, "fenêtres", resources)
    assert any("ё" not in text for text in copies_of(ONE, "зелёный", resources, copies=60))


def test_spans_and_line_ends_stay(resources: Resources) -> None:
    text = "Kitchen tables\r\n\tand  window frames"
    outcome = outcome_of({**ONE, "rate": 1.0}, text, resources, copies=10, spans=[Span(0, 7, "X")])
    for copy in outcome.copies:
        assert copy.record.text.startswith("Kitchen ")
        assert "\r\n\t" in copy.record.text
        assert "  " in copy.record.text


def test_no_slip_makes_another_word_or_a_number(resources: Resources) -> None:
    real = RealWords.load(WordNet.load())
    for text in copies_of({**ONE, "shortest": 2}, "form", resources, copies=100):
        assert not real.knows(text), text
    # "even" less its first v is no "een"; "seven" and "never" must not come of "sever".
    assert not {"seven", "never", "severs"} & copies_of(ONE, "sever", resources, copies=100)


@pytest.mark.parametrize(
    ("word", "known"),
    [("from", True), ("Boxes", True), ("tried", True), ("biggest", True), ("fomr", False)],
)
def test_real_words_are_known_in_their_forms(word: str, known: bool) -> None:
    assert RealWords.load(WordNet.load()).knows(word) is known
