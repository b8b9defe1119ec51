"""Contractions: each form where it fits, and nothing where two readings are possible."""

import pytest

from augment.edits import Span
from augment.lexicons.values import values
from augment.resources import Resources
from tests.support.copies import copies_of, refusal_of


def made(direction: str, text: str, resources: Resources) -> str:
    """The text with all places changed that can be; itself where there are none."""
    step = {"kind": "contractions", "direction": direction, "rate": 1.0}
    found = copies_of(step, text, resources, copies=4)
    assert len(found) <= 1, found
    return found.pop() if found else text


EXPANDED = [
    ("I don't know", "I do not know"),
    ("It can't be. They won't come.", "It cannot be. They will not come."),
    ("I'm here, you're there", "I am here, you are there"),
    ("we've won and they'll go", "we have won and they will go"),
    ("Let's go", "Let us go"),
    ("DON'T go, I'M HERE, WE'LL SEE", "DO NOT go, I AM HERE, WE WILL SEE"),
    ("I don’t know", "I do not know"),
    ("i dont know and im sorry", "i do not know and i am sorry"),
    # "is" or "has", by what follows.
    ("he's a friend", "he is a friend"),
    ("It's working. She's very happy.", "It is working. She is very happy."),
    ("That's why. There's a way.", "That is why. There is a way."),
    ("It's been late. He's got it.", "It has been late. He has got it."),
    ("Where's my card? What's the rate?", "Where is my card? What is the rate?"),
    # "would" or "had".
    ("I'd like it. We'd also go.", "I would like it. We would also go."),
    ("I'd ordered it, and they'd gone", "I had ordered it, and they had gone"),
    # A negation that stands before its verb.
    ("Don't touch it. Please don't go.", "Do not touch it. Please do not go."),
    ("My card still hasn't arrived", "My card still has not arrived"),
]  # fmt: skip

LEFT_EXPANDING = [
    "he's gone and it's finished",  # is, or has
    "John's card, the dog's bone",  # possessive, or is
    "at it's leisure",  # its, misspelled
    "I'd put it there, and you'd better come",  # would or had
    "Why don't you come? Isn't it nice? Hasn't my card arrived?",  # the subject comes after
    "Why hasn't the card come? Aren't they here?",
    "so cool, isn't it?",
    "well, ill, hell, id, its, were",
    "naïve ’s n't 's",
    "",
    "don",
    "মৌন 👍🏽\r\n",
]

CONTRACTED = [
    ("I do not know", "I don't know"),
    ("I cannot go and can not stay", "I can't go and can't stay"),
    ("They will not come", "They won't come"),
    ("It is a card. I am happy. You are late.", "It's a card. I'm happy. You're late."),
    ("I have ordered it; she has been there", "I've ordered it; she's been there"),
    ("I would like it, they had gone, we will see", "I'd like it, they'd gone, we'll see"),
    ("DO NOT go", "DON'T go"),
    ("It’s so; I do not know", "It’s so; I don’t know"),
    ("What is the rate?", "What's the rate?"),
    ("I am not sure", "I'm not sure"),
    (
        "I think you are late and that is bad",
        "I think you're late and that's bad",
    ),
]

LEFT_CONTRACTING = [
    "Yes, I am. So it is, and there they are.",  # the last word is said in full
    "I know where he is now, and what it is for",
    "I have a card and we had lunch",  # no auxiliary
    "Do NOT go",  # stressed
    "They let us know",
    # No subject of what follows.
    "All of you are late. The card I sent you will come. The reason for it is good.",
    "The service here is bad and the people there are late",
    "it is\r\ngood",
    "do  \n not",
    "Is it? Are you? Am I?",
]


@pytest.mark.parametrize(("text", "expected"), EXPANDED)
def test_expanding(text: str, expected: str, resources: Resources) -> None:
    assert made("expand", text, resources) == expected
    assert values(expected) == values(text)


@pytest.mark.parametrize("text", LEFT_EXPANDING)
def test_what_could_be_two_things_is_not_expanded(text: str, resources: Resources) -> None:
    assert made("expand", text, resources) == text


@pytest.mark.parametrize(("text", "expected"), CONTRACTED)
def test_contracting(text: str, expected: str, resources: Resources) -> None:
    assert made("contract", text, resources) == expected
    assert values(expected) == values(text)


@pytest.mark.parametrize("text", LEFT_CONTRACTING)
def test_what_is_said_in_full_is_not_contracted(text: str, resources: Resources) -> None:
    assert made("contract", text, resources) == text


def test_two_ways_to_contract(resources: Resources) -> None:
    found = copies_of({"kind": "contractions", "rate": 1.0}, "He is not a man", resources)
    assert found == {"He's not a man", "He isn't a man"}


def test_both_directions_at_once(resources: Resources) -> None:
    step = {"kind": "contractions", "rate": 1.0}
    found = copies_of(step, "I'm late and I do not know", resources)
    assert found == {"I am late and I don't know"}


def test_a_share_of_the_places(resources: Resources) -> None:
    found = copies_of({"kind": "contractions"}, "I'm late, you're not", resources)
    assert found == {"I am late, you're not", "I'm late, you are not"}


def test_spans_and_code_stay(resources: Resources) -> None:
    step = {"kind": "contractions", "rate": 1.0}
    text = "say `I do not` or I don't"
    assert refusal_of(step, text, resources, spans=[Span(20, 25)]).startswith("nothing_to_contract")
