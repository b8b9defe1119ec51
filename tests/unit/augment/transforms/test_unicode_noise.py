"""Robustness noise: look-alikes, invisible characters, marks of direction."""

import unicodedata
from typing import Any

import pytest

from augment.edits import Span
from augment.lexicons.homoglyphs import DIRECTIONS, INVISIBLE, Homoglyphs
from augment.resources import Resources
from augment.spec import UnicodeNoise
from tests.support.copies import copies_of, outcome_of, refusal_of

STEP: dict[str, Any] = {"kind": "unicode_noise", "rate": 1.0}
TEXT = "Please open the window, it's not warm: see https://a.io/open and 25 windows 😀\r\nThanks"


@pytest.mark.parametrize("trick", ["homoglyphs", "invisible", "bidirectional"])
def test_each_trick_leaves_what_is_protected(trick: str, resources: Resources) -> None:
    for text in copies_of({**STEP, "which": [trick]}, TEXT, resources, copies=20):
        assert " not " in text
        assert "https://a.io/open" in text
        assert "25 windows 😀\r\n" in text or " 25 " in text


def test_look_alikes_keep_the_length_and_come_from_other_scripts(resources: Resources) -> None:
    for text in copies_of({**STEP, "which": ["homoglyphs"]}, "open window", resources):
        assert len(text) == len("open window")
        for old, new in zip("open window", text, strict=True):
            if old != new:
                assert new in Homoglyphs.load().of(old)
                assert unicodedata.name(new).split()[0] in ("CYRILLIC", "GREEK")


def test_invisible_characters_stand_inside_words(resources: Resources) -> None:
    step = {**STEP, "which": ["invisible"], "per_word": 3}
    for text in copies_of(step, "open window", resources):
        assert "".join(c for c in text if c not in INVISIBLE) == "open window"
        assert all(word[0] not in INVISIBLE and word[-1] not in INVISIBLE for word in text.split())
        assert all(sum(c in INVISIBLE for c in word) <= 3 for word in text.split())


def test_marks_of_direction_are_in_pairs(resources: Resources) -> None:
    closing = dict(DIRECTIONS)
    for text in copies_of({**STEP, "which": ["bidirectional"]}, "open the window", resources):
        open_marks: list[str] = []
        for character in text:
            if character in closing:
                open_marks.append(closing[character])
            elif character in closing.values():
                assert open_marks.pop() == character
        assert not open_marks


def test_a_negation_is_never_cut_out_of_a_word(resources: Resources) -> None:
    step = {**STEP, "which": ["invisible"]}
    found = copies_of(step, "Noah", resources, copies=200)
    assert found
    assert not any(text.startswith("No\u200b") for text in found)


@pytest.mark.parametrize("text", ["", "नमस्ते", "مرحبا", "我不", "5", "https://a.io"])
def test_other_scripts_and_protected_texts_stay(text: str, resources: Resources) -> None:
    assert refusal_of(STEP, text, resources).startswith("nothing_to_noise")


def test_spans_keep_their_characters(resources: Resources) -> None:
    outcome = outcome_of(STEP, "Ann opened it", resources, copies=5, spans=[Span(0, 3, "PER")])
    assert all(copy.record.text.startswith("Ann ") for copy in outcome.copies)


def test_only_invisible_characters_may_part_words() -> None:
    assert "spans" in UnicodeNoise().breaking
    assert "spans" not in UnicodeNoise(which=("homoglyphs",)).breaking
