"""Pins: what must survive a translation comes back where its mark did, or is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.record import Refusal
from augment.translation.pins import pin, unpin


@given(st.text(max_size=40), st.lists(st.integers(0, 40), max_size=8))
def test_an_unchanged_translation_gives_the_sentence_back(text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts})
    stretches = [(a, b, "x") for a, b in zip(places[::2], places[1::2], strict=False)]
    pinned = pin(text, stretches)
    found = unpin(pinned, pinned.text)
    if isinstance(found, Refusal):
        # A mark up against a letter is no word of its own, so it is not trusted.
        assert found.reason == "protected_lost"
        return
    after, anchors = found
    assert after == text
    assert [(a.new_start, a.new_end) for a in anchors] == [(a, b) for a, b, _ in stretches]


def test_stretches_may_change_places() -> None:
    pinned = pin("Send a@b.io the file x.py.", [(5, 11, "email"), (21, 25, "path")])
    assert pinned.text == "Send XQ1 the file XQ2."
    found = unpin(pinned, "The file XQ2 goes to XQ1.")
    assert not isinstance(found, Refusal)
    text, anchors = found
    assert text == "The file x.py goes to a@b.io."
    assert [text[a.new_start : a.new_end] for a in anchors] == ["a@b.io", "x.py"]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("Look here.", "protected_lost: url 'a.io'"),
        ("See XQ1 and XQ1.", "protected_ambiguous: url 'a.io'"),
        ("See xq1.", "protected_lost: url 'a.io'"),
        ("See XQ12.", "protected_lost: url 'a.io'"),
    ],
)
def test_a_mark_that_does_not_come_back_once_is_a_refusal(output: str, reason: str) -> None:
    found = unpin(pin("See a.io.", [(4, 8, "url")]), output)
    assert isinstance(found, Refusal)
    assert str(found) == reason


def test_the_eleventh_mark_is_not_taken_for_the_first() -> None:
    text = " ".join("abcdefghijkl")
    pinned = pin(text, [(2 * i, 2 * i + 1, "x") for i in range(12)])
    found = unpin(pinned, pinned.text)
    assert not isinstance(found, Refusal)
    assert found[0] == text


def test_marks_keep_clear_of_the_text() -> None:
    assert pin("XQ1 is not {x}.", [(11, 14, "placeholder")]).text == "XQ1 is not QX1."


def test_what_is_left_to_translate() -> None:
    assert pin("a.io!", [(0, 4, "url")]).rest.strip() == "!"
    assert pin("In Rome.", [(3, 7, "span")], free={"span"}).rest.split() == ["In", "."]
    assert pin("Hello.", []).rest == "Hello."


def found_again(text: str, words: str, output: str) -> tuple[str, list[str]] | str:
    """The output and its anchored words, or the reason, for words that went without a mark."""
    start = text.index(words)
    pinned = pin(text, [(start, start + len(words), "span")], free={"span"})
    assert pinned.text == text
    found = unpin(pinned, output)
    if isinstance(found, Refusal):
        return found.reason
    return found[0], [found[0][a.new_start : a.new_end] for a in found[1]]


@pytest.mark.parametrize(
    ("words", "output", "result"),
    [
        ("Rome", "Rome is where I live.", ("Rome is where I live.", ["Rome"])),
        ("Rome", "I live in ROME.", ("I live in Rome.", ["Rome"])),
        ("the Big Apple", "I go to The  big apple.", ("I go to the Big Apple.", ["the Big Apple"])),
        ("O'Neill's", "Here is O’Neill’s bar.", ("Here is O'Neill's bar.", ["O'Neill's"])),
        ("C++", "It is written in c++.", ("It is written in C++.", ["C++"])),
        ("Rome", "I live in Romeo.", "protected_lost"),
        ("Rome", "I live in Roma.", "protected_lost"),
        ("Rome", "Rome, I live in Rome.", "protected_ambiguous"),
        ("Rome", "ROME, I live in rome.", "protected_ambiguous"),
    ],
)
def test_words_without_a_mark_are_found_again_or_refused(
    words: str, output: str, result: object
) -> None:
    assert found_again(f"I live in {words} now.", words, output) == result


def test_words_that_stand_beside_their_pin_are_never_guessed() -> None:
    text = "May said that may be so in May."
    pinned = pin(text, [(27, 30, "span")], free={"span"})
    found = unpin(pinned, "That may be so in May, said May.")
    assert isinstance(found, Refusal)
    assert found.reason == "protected_ambiguous"


def test_pins_that_are_alike_are_found_in_order() -> None:
    pinned = pin("Rome or Rome?", [(0, 4, "span"), (8, 12, "span")], free={"span"})
    found = unpin(pinned, "Is it Rome, or Rome?")
    assert not isinstance(found, Refusal)
    assert [(a.new_start, a.new_end) for a in found[1]] == [(6, 10), (15, 19)]


def test_words_found_inside_others_are_ambiguous() -> None:
    text = "York and New York"
    pinned = pin(text, [(0, 4, "span"), (9, 17, "span")], free={"span"})
    found = unpin(pinned, text)
    assert isinstance(found, Refusal)
    assert found.reason == "protected_ambiguous"
