"""Words around a number that decide whether it may be written in another way."""

from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Self

from augment.lexicons import store
from augment.lexicons.sections import sections

FILE = "number_context.txt"


@dataclass(frozen=True, eq=False, repr=False)
class NumberContext:
    """Lists of such words, in lower case.

    `labels` stand before a number that names something, `clock` before a time of day, `linking`
    after a sum of money, `fixed_ordinal` after an ordinal in a fixed phrase; `grammar` are function
    words: only they say nothing by a capital.
    """

    labels: frozenset[str]
    clock: frozenset[str]
    linking: frozenset[str]
    fixed_ordinal: frozenset[str]
    grammar: frozenset[str]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped lists; ResourceError if one is missing or damaged.

        >>> "flight" in NumberContext.load().labels
        True
        """
        listed = sections(FILE, folder)
        return cls(
            labels=frozenset(listed["label"]),
            clock=frozenset(listed["clock"]),
            linking=frozenset(listed["linking"]),
            fixed_ordinal=frozenset(listed["fixed_ordinal"]),
            grammar=store.words("function_words.txt", folder),
        )
