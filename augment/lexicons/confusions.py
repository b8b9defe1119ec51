"""What text recognition takes for what: "rn" for "m", "l" for "1".

The pairs are those that are known from scanned books and newspapers: K. Kukich, "Techniques for
Automatically Correcting Words in Text" (1992), section 1.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import NamedTuple, Self

from augment.lexicons import store

FILE = "ocr_confusions.txt"


class Misread(NamedTuple):
    """A reading that is wrong: where in a word, what is printed there, what is read."""

    at: int
    printed: str
    read: str


@dataclass(frozen=True, eq=False, repr=False)
class Confusions:
    """Printed letters, one or two, with what is read in their place."""

    _table: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped table; ResourceError if it is missing or damaged."""
        table: dict[str, tuple[str, ...]] = {}
        for line in store.lines(FILE, folder):
            printed, read = line.split()
            table[printed] = (*table.get(printed, ()), read)
        return cls(table)

    def of(self, word: str) -> Sequence[Misread]:
        """All wrong readings of a word, from left to right.

        >>> Confusions.load().of("arm")
        [Misread(at=0, printed='a', read='o'), Misread(at=2, printed='m', read='rn')]
        """
        return [
            Misread(at, printed, read)
            for at in range(len(word))
            for length in (1, 2)
            if at + length <= len(word)
            for printed in (word[at : at + length],)
            for read in self._table.get(printed, ())
        ]
