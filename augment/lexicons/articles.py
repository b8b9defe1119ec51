"""Chooses between "a" and "an" by how the next word begins when it is said aloud."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from typing import Self

from augment.lexicons import store

FILE = "articles.txt"
_VOWEL_LETTERS = frozenset("AEFHILMNORSX")  # said "ay", "ee", "ef", "aitch", "eye" ...
_VOWELS = ("a", "e", "i", "o", "u")
_SPELLED = re.compile(r"[A-Za-z](?![A-Za-z])|[A-Z]{2,}s?(?![A-Za-z])")  # X-ray, t, MBA, PCs
_NUMBER = re.compile(r"\d+")
# Said with "y" or "w" first: European, ewe, one, union, user, unanimous, Ukrainian.
_GLIDE = re.compile(r"eu|ewe|on(?:e|ce)(?![a-z])|u[bcfgkqrst][aeiou]|un(?:i|anim)|ukr|util|uvu")


def article(word: str) -> str:
    """Return "a" or "an", whichever fits before this word, by the shipped exceptions.

    >>> article("hour"), article("European")
    ('an', 'a')
    """
    return _shipped().article(word)


@dataclass(frozen=True, eq=False, repr=False)
class Articles:
    """Rules for letters, numbers and spelled-out abbreviations, and a list of exceptions.

    >>> articles = Articles.load()
    >>> [articles.article(word) for word in ("hour", "university", "MBA", "8", "one", "NASA")]
    ['an', 'a', 'an', 'an', 'a', 'a']
    """

    _exceptions: frozenset[tuple[str, str]]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped exceptions; ResourceError if they are missing or damaged."""
        lines = [line.split() for line in store.lines(FILE, folder)]
        return cls(frozenset((article, word) for article, *words in lines for word in words))

    def article(self, word: str) -> str:
        """The article for the word that follows it."""
        number = _NUMBER.match(word)
        if number:
            return _before_number(number[0])
        for article in ("a", "an"):
            if self._listed(article, word):
                return article
        spelled = _SPELLED.match(word)
        if spelled:
            return "an" if word[0].upper() in _VOWEL_LETTERS else "a"
        lower = word.lower()
        return "an" if lower.startswith(_VOWELS) and not _GLIDE.match(lower) else "a"

    def _listed(self, article: str, word: str) -> bool:
        """Whether the word, or a listed beginning of it (`stem*`), takes this article."""
        lower = word.lower()
        return (article, word) in self._exceptions or any(
            (article, f"{lower[:end]}*") in self._exceptions for end in range(2, len(lower) + 1)
        )


@cache  # the exceptions never change, and reading them has no other effect
def _shipped() -> Articles:
    return Articles.load()


def _before_number(digits: str) -> str:
    """8, 80, 800; 11 and 18 alone or before a multiple of three digits: "eleven thousand"."""
    if digits[0] == "8":
        return "an"
    return "an" if digits[:2] in {"11", "18"} and len(digits) % 3 == 2 else "a"
