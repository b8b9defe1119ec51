"""Faults of a translation: found, and harmless repetition left alone."""

import pytest

from augment.translation import Hypothesis
from augment.translation.guards import control, copied, fault, translatable, unreadable


@pytest.mark.parametrize(
    ("source", "output", "reason"),
    [
        ("Good day.", "good good good good good good", "looping"),
        ("Tell me.", "a b c a b c a b c a b c a b c", "looping"),
        ("How are you?", "  ", "empty"),
        ("One two.", " ".join(f"the {i}" for i in range(20)), "looping"),
    ],
)
def test_faults(source: str, output: str, reason: str) -> None:
    found = fault(source, Hypothesis(output))
    assert found is not None
    assert found.reason == reason


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("No, no, no, no!", "Não, não, não, não!"),
        ("It was very, very, very good.", "Foi muito, muito, muito bom."),
        (
            "The cat and the dog and the bird saw the man.",
            "O gato e o cão e o pássaro viram o homem.",
        ),
        ("Ha ha ha ha ha ha", "Ha ha ha ha ha ha"),
    ],
)
def test_repetition_of_the_source_is_no_fault(source: str, output: str) -> None:
    assert fault(source, Hypothesis(output)) is None


def test_a_truncated_output_is_a_fault() -> None:
    found = fault("x" * 700, Hypothesis("y", truncated=True))
    assert str(found) == "truncated: the output never ended: 700 characters"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 - 5", False), ("😀 !", False), ("a", False), ("No!", False), ("Thanks 2", False),
        ("Oh no", True), ("я и ты", True), ("今天天气很好", True),
    ],
)  # fmt: skip
def test_what_is_translatable(text: str, expected: bool) -> None:
    assert translatable(text) is expected


def test_what_a_model_cannot_read_is_named() -> None:
    found = fault("Hi 🎉", Hypothesis("", unknown="🎉"))
    assert found is not None
    assert str(found) == "unknown_characters: the model cannot read '🎉'"


@pytest.mark.parametrize(
    ("text", "those"),
    [
        ("a bad cab", ""),
        ("bad 👍🏽 мир, мир", "👍🏽мир"),
        ("a — “bad” cab’s 5", "s"),
        ("\N{LATIN SMALL LIGATURE FI}b", "\N{LATIN SMALL LIGATURE FI}"),
        ("\N{FULLWIDTH LATIN SMALL LETTER A}b", ""),
    ],
)
def test_letters_and_emoji_without_a_piece_are_unreadable(text: str, those: str) -> None:
    assert unreadable(text, frozenset("abcd")) == those


@pytest.mark.parametrize(
    ("source", "output", "verdict"),
    [
        ("O gato dorme no tapete.", "O gato dorme no tapete", True),
        ("O gato dorme no tapete da sala.", "O gato dorme em tapete da sala.", True),
        ("The cat sleeps on the carpet.", "O gato dorme no tapete.", False),
        ("Okay, Spotify.", "OK, Spotify.", False),
        ("Spotify", "spotify", True),
        ("", "", False),
    ],
)
def test_a_text_that_was_copied_through(source: str, output: str, verdict: bool) -> None:
    assert copied(source, output) is verdict


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\u200b", "\u202e", "\ufeff"])
def test_control_and_invisible_characters_are_seen(character: str) -> None:
    assert control(f"ring{character} the bell") == character
    assert control("ring\tthe bell") is None
