"""Casing: what each style does, and what it leaves."""

from typing import Any

import pytest

from augment.edits import Span
from augment.resources import Resources
from tests.support.copies import copies_of, refusal_of

TEXT = "I think NASA didn't pay $20. The iPhone is at https://Example.com/A, \"It's\" red"


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (
            "lower",
            "i think nasa didn't pay $20. the iphone is at https://Example.com/A, \"it's\" red",
        ),
        (
            "upper",
            "I THINK NASA DIDN'T PAY $20. THE IPHONE IS AT https://Example.com/A, \"IT'S\" RED",
        ),
        (
            "title",
            "I Think NASA Didn't Pay $20. The IPhone Is At https://Example.com/A, \"It's\" Red",
        ),
        (
            "initial",
            "I think NASA didn't pay $20. the iPhone is at https://Example.com/A, \"It's\" red",
        ),
    ],
)
def test_styles(style: str, expected: str, resources: Resources) -> None:
    assert copies_of({"kind": "casing", "styles": [style]}, TEXT, resources) == {expected}


@pytest.mark.parametrize(
    ("step", "text", "expected"),
    [
        ({"styles": ["initial"]}, "A dog. \"Who?\" Mr. Fox", "a dog. \"who?\" mr. Fox"),
        ({"styles": ["initial"]}, "First\r\nSecond", "first\r\nsecond"),
        ({"styles": ["upper"]}, "straße élan", "STRASSE ÉLAN"),
        # Numbers in words take part, values with figures do not: 5 mb is not 5 MB.
        ({"styles": ["lower"]}, "Two Dogs Ate 5 MB", "two dogs ate 5 MB"),
        ({"styles": ["upper"]}, "ok 👍🏽", "OK 👍🏽"),
    ],
)  # fmt: skip
def test_odd_texts(step: dict[str, Any], text: str, expected: str, resources: Resources) -> None:
    assert copies_of({"kind": "casing", **step}, text, resources) == {expected}


def test_a_copy_draws_among_the_styles_that_change_it(resources: Resources) -> None:
    assert copies_of({"kind": "casing"}, "The dog", resources) == {"the dog", "THE DOG", "The Dog"}
    assert copies_of({"kind": "casing"}, "dog", resources) == {"DOG", "Dog"}


def test_a_share_of_the_words(resources: Resources) -> None:
    step = {"kind": "casing", "styles": ["upper"], "rate": 0.5}
    assert copies_of(step, "go home", resources) == {"GO home", "go HOME"}


def test_spans_keep_their_capitals(resources: Resources) -> None:
    step = {"kind": "casing", "styles": ["lower"]}
    assert copies_of(step, "Meet Anna", resources, spans=[Span(5, 9)]) == {"meet Anna"}


@pytest.mark.parametrize("text", ["", "12", "我喜欢", "مرحبا", "https://example.com"])
def test_there_may_be_nothing_to_case(text: str, resources: Resources) -> None:
    assert refusal_of({"kind": "casing"}, text, resources).startswith("nothing_to_case: ")
