"""How people misspell English words."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Self

from augment.lexicons import casing, store

FILE = "misspellings.txt"


@dataclass(frozen=True, eq=False, repr=False)
class Misspellings:
    """A reviewed list of words and their misspellings, none of them a word itself.

    >>> Misspellings.load().of("Definitely")
    ('Definately', 'Definitly')
    """

    _table: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped list; ResourceError if it is missing or damaged."""
        rows = [line.split() for line in store.lines(FILE, folder)]
        return cls({word.lower(): tuple(wrong) for word, *wrong in rows})

    def of(self, word: str) -> tuple[str, ...]:
        """The misspellings of a word in its case, a possessive ending kept; maybe none."""
        base = word[:-2] if word.endswith(("'s", "’s")) else word
        wrong = self._table.get(base.lower(), ())
        return tuple(casing.like(form, base) + word[len(base) :] for form in wrong)
