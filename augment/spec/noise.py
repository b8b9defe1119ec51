"""Noise in the letters of words: slips of the keyboard, misspellings, scanning, look-alikes.

Words that carry numbers, names of files and the like are never noised, so the label of a text
stays. A model that is trained on such copies is harder to throw off by the errors that people and
machines make (Belinkov and Bisk 2018, "Synthetic and Natural Noise Both Break Neural Machine
Translation").
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from augment.spec.part import Rate
from augment.spec.risks import LeafPart, Risk

PerWord = Annotated[int, Field(ge=1, le=5)]
Slip = Literal["neighbour", "drop", "double", "transpose"]
Trick = Literal["homoglyphs", "invisible", "bidirectional"]

# A text with such words is read as before, but it is none to learn to write from.
_SPELLING: frozenset[Risk] = frozenset({"grammar"})


class Typos(LeafPart):
    """Slips of the keyboard inside words: a neighbouring key, a letter lost, doubled or swapped.

    A slip that makes another English word is drawn anew, so that the text says what it said.
    """

    breaks: ClassVar[frozenset[Risk]] = _SPELLING

    kind: Literal["typos"] = "typos"
    rate: Rate = 0.1
    per_word: PerWord = 1
    """Slips in one word: from 1 to so many."""
    layout: Literal["qwerty", "qwertz", "azerty"] = "qwerty"
    """Keyboard on which a neighbouring key is hit."""
    slips: tuple[Slip, ...] = Field(
        default=("neighbour", "drop", "double", "transpose"), min_length=1
    )
    """Slips to draw from: a key beside the right one, a letter lost, doubled, or two transposed."""
    shortest: int = Field(default=4, ge=2, le=50)
    """Letters of the shortest word that is changed."""
    keep_first: bool = True
    """Whether the first letter of a word stays, as it does in most typing errors."""


class Misspellings(LeafPart):
    """Spell words as people often misspell them ("definately"), from a list of English words."""

    breaks: ClassVar[frozenset[Risk]] = _SPELLING

    kind: Literal["misspellings"] = "misspellings"
    rate: Rate = 0.1


class Ocr(LeafPart):
    """Errors of text recognition: letters become what a scanner takes them for ("modem", "c1ose").

    Numbers are never read wrongly, as they are values. A reading that is another English word is
    drawn anew.
    """

    breaks: ClassVar[frozenset[Risk]] = _SPELLING

    kind: Literal["ocr"] = "ocr"
    rate: Rate = 0.1
    per_word: PerWord = 1
    """Wrong readings in one word: from 1 to so many."""
    digits: bool = True
    """Whether a letter may be read as a digit ("l" as "1"); never in the first place of a word."""


class UnicodeNoise(LeafPart):
    """Robustness noise: words that look the same and are other characters.

    A reader sees nothing of it and a tokenizer much (Boucher et al. 2022, "Bad Characters:
    Imperceptible NLP Attacks"). It is for training and testing against such texts; the copies do
    not resemble what people write.
    """

    # Software that cuts at invisible characters counts other words.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans", "grammar"})

    kind: Literal["unicode_noise"] = "unicode_noise"
    rate: Rate = 0.1
    per_word: PerWord = 1
    """Characters changed or put into one word: from 1 to so many."""
    which: tuple[Trick, ...] = Field(
        default=("homoglyphs", "invisible", "bidirectional"), min_length=1
    )
    """homoglyphs: Cyrillic and Greek letters that look Latin; invisible: zero-width characters and
    soft hyphens inside a word; bidirectional: marks of direction around a word, always in pairs,
    so that the text after them runs as before."""

    @property
    def breaking(self) -> frozenset[Risk]:
        """As `breaks`, but words stay whole without invisible characters."""
        return self.breaks if "invisible" in self.which else _SPELLING
