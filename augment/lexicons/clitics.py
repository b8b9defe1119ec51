"""Splits contractions as the Penn Treebank does: "don't" -> "do" + "n't"."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Self

from augment.lexicons import store

FILE = "contractions.txt"
_ENDINGS = ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m", "s'")


@dataclass(frozen=True, eq=False, repr=False)
class Clitics:
    """The rule for apostrophes and a table of contractions that have none."""

    _whole: Mapping[str, int]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the table: a line has the parts of one contraction."""
        lines = [line.split() for line in store.lines(FILE, folder)]
        return cls({"".join(parts): len(parts[0]) for parts in lines})

    def split(self, word: str) -> tuple[str, ...]:
        """The parts of one surface word, itself where it has none; "’" becomes "'".

        >>> Clitics.load().split("Couldn’t")
        ('Could', "n't")
        """
        if "’" in word:
            word = word.replace("’", "'")
        lower = word.lower()
        at = self._whole.get(lower, 0)
        if at == 0 and "'" in word:
            at = _ending(lower)
        return (word[:at], word[at:]) if at else (word,)


def _ending(word: str) -> int:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return len(word) - (1 if ending == "s'" else len(ending))
    return 0
