"""Which letters lie beside each other on a keyboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Self

from augment.lexicons import store

FILE = "keyboard.txt"


@dataclass(frozen=True, eq=False, repr=False)
class Keyboard:
    """The letters of one layout with their neighbours.

    >>> Keyboard.load("qwerty").neighbours("S")
    'AWEDXZ'
    """

    _neighbours: Mapping[str, str]

    @classmethod
    def load(cls, layout: str, folder: Traversable | None = None) -> Self:
        """Read the shipped table; ResourceError if it is missing or damaged."""
        rows = [line.split() for line in store.lines(FILE, folder)]
        return cls({key: near for name, key, near in rows if name == layout})

    def neighbours(self, letter: str) -> str:
        """The letters around this one, in its case; empty for a letter without a key of its own."""
        near = self._neighbours.get(letter.lower(), "")
        return near.upper() if letter.isupper() else near
