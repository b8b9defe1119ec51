"""Opposites by antonym, by affix and by list."""

import pytest

from augment.lexicons.polarity import Polarity
from augment.lexicons.wordnet import Part, WordNet


@pytest.fixture(scope="module")
def polarity() -> Polarity:
    return Polarity.load(WordNet.load())


@pytest.mark.parametrize(
    ("word", "other", "part"),
    [
        ("good", "bad", "a"), ("happy", "unhappy", "a"), ("useful", "useless", "a"),
        ("possible", "impossible", "a"), ("like", "dislike", "v"), ("huge", "little", "a"),
        ("always", "never", "r"), ("buy", "sell", "v"), ("rise", "fall", "v"),
        ("violent", "nonviolent", "a"), ("careful", "careless", "a"), ("go", "stop", "v"),
    ],
)  # fmt: skip
def test_opposites_in_both_directions(
    polarity: Polarity, word: str, other: str, part: Part
) -> None:
    assert polarity.differs(word, other, part)
    assert polarity.differs(other, word, part)


@pytest.mark.parametrize(
    ("word", "other", "part"),
    [
        ("glad", "happy", "a"), ("error", "mistake", "n"), ("find", "discover", "v"),
        ("purchase", "buy", "v"), ("growth", "increase", "n"), ("vital", "important", "a"),
        ("careless", "thoughtless", "a"), ("halt", "stop", "v"),
    ],
)  # fmt: skip
def test_words_of_one_side(polarity: Polarity, word: str, other: str, part: Part) -> None:
    assert not polarity.differs(word, other, part)
