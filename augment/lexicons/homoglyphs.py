"""Letters of other scripts that look Latin, and characters that are not seen at all.

The letters are among those of Unicode Technical Standard 39, "Unicode Security Mechanisms"
(confusable characters).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final, Self

from augment.lexicons import store

FILE = "homoglyphs.txt"

# Zero width space, zero width non-joiner and joiner, word joiner, soft hyphen.
INVISIBLE: Final = ("\u200b", "\u200c", "\u200d", "\u2060", "\u00ad")
# Isolates and embeddings from both sides, each with what closes it. Not the overrides, which show
# letters in another order.
DIRECTIONS: Final = (
    ("\u2066", "\u2069"),
    ("\u2067", "\u2069"),
    ("\u202a", "\u202c"),
    ("\u202b", "\u202c"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Homoglyphs:
    """Latin letters with their look-alikes.

    >>> [hex(ord(c)) for c in Homoglyphs.load().of("a")]
    ['0x430', '0x3b1']
    """

    _table: Mapping[str, str]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped table; ResourceError if it is missing or damaged."""
        table: dict[str, str] = {}
        for line in store.lines(FILE, folder):
            latin, _, alike = line.split()
            table[latin] = table.get(latin, "") + alike
        return cls(table)

    def of(self, letter: str) -> str:
        """The look-alikes of a letter, none for most signs."""
        return self._table.get(letter, "")
