"""On which side of a value something lies, and constructions that say the same."""

import pytest

from augment.checks.bounds import moved
from augment.checks.rewordings import amounts_plain, exceptions_plain, negations_plain


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("You have until Friday.", "You have from Friday."),
        ("It was cut by 60%.", "It was cut to 60%."),
        ("Deliver within three days.", "Deliver in no less than three days."),
        ("You must be over 18.", "You must be under 18."),
        ("Ten or more came.", "Ten or fewer came."),
    ],
)
def test_a_bound_that_turned_is_told(text: str, new: str) -> None:
    assert moved(text, new)
    assert moved(new, text)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Reply by Friday.", "You have until Friday."),
        ("At least ten people came.", "Ten or more people came."),
        ("It rose to 10 dollars.", "It climbed to 10 dollars."),
        ("Wait for two days.", "Wait two days."),
        ("Open from 9 to 5.", "Open from 9 until 5."),
    ],
)
def test_a_bound_in_other_words_is_none(text: str, new: str) -> None:
    assert not moved(text, new)
    assert not moved(new, text)


def test_a_label_and_an_answer_negate_nothing() -> None:
    assert negations_plain("Send the tracking no. please", "") == "Send the tracking number please"
    assert negations_plain("No, I don't.", "I do not.") == "I don't."


def test_no_small_stands_against_small() -> None:
    assert "no small" in negations_plain("It is no small feat.", "It is a small feat.")
    assert "no small" not in negations_plain("It is no small feat.", "It is quite a feat.")


def test_but_is_an_exception_only_behind_all() -> None:
    assert exceptions_plain("Everyone but Tom came.") == "Everyone except Tom came."
    assert exceptions_plain("I came but Tom left.") == "I came but Tom left."


def test_halves_and_quarters_become_figures() -> None:
    assert amounts_plain("one and a half years") == "18 months"
    assert amounts_plain("three quarters of an hour") == "45 minutes"
