"""Invented words: nothing in the copy that is neither in its original nor in any lexicon.

A translator that meets a rare word may make one up ("firefly" came back as "flesecula"). Known are
the words of the original, WordNet's with all their forms, function words, and what has a capital
or a figure, for that is a name or a code.
"""

from collections.abc import Sequence
from typing import Final

from augment.checks.base import Case, Verdict, drop
from augment.lexicons.inflection import Inflector
from augment.lexicons.real_words import RealWords
from augment.words import split_words

LEAST: Final = 4  # letters; shorter strings are mostly abbreviations
# Spellings of speech that no dictionary of WordNet's kind lists.
_SPOKEN: Final = frozenset(
    {"gonna", "gotta", "wanna", "kinda", "sorta", "lemme", "gimme", "dunno", "outta", "cannot"}
    | {"yeah", "yep", "nope", "cuz", "wifi", "email", "emails", "app", "apps", "online", "website"}
)
_TAGS: Final = ("NNS", "VBZ", "VBD", "VBN", "VBG", "JJR", "JJS")


class InventedCheck:
    """See `augment.spec.Invented`. The score counts the invented words; 0 is kept."""

    exact = True

    def __init__(self, real_words: RealWords, inflector: Inflector) -> None:
        self._real_words = real_words
        self._inflector = inflector

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.texts) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        known = {word.surface.casefold() for word in split_words(text)}
        known |= {word.removesuffix("'s").removesuffix("’s") for word in known}
        invented = [
            word.surface
            for word in split_words(new)
            if word.surface not in known and not self._known(word.surface)
        ]
        if not invented:
            return Verdict(0.0)
        detail = f"{', '.join(map(repr, invented))} is in no lexicon and not in the original"
        return drop("invented", detail, float(len(invented)))

    def _known(self, word: str) -> bool:
        if len(word) < LEAST or not word.isascii() or not word.isalpha() or not word.islower():
            return True
        return (
            word in _SPOKEN
            or self._real_words.knows(word)
            or any(self._real_words.knows(self._inflector.lemma(word, tag)) for tag in _TAGS)
        )
