"""What a mention of a name consists of."""

import re
from typing import Final, Literal, NamedTuple

from augment.edits import Span
from augment.lexicons.gazetteer import Listed

# `given` is a given name whose gender is not known.
Kind = Listed | Literal["given"]
_POSSESSIVE: Final = re.compile(r"['’]s?\Z")


class Part(NamedTuple):
    """A stretch of the text that is one name, by itself or in a longer one."""

    start: int
    end: int
    name: str
    kind: Kind


class Run(NamedTuple):
    """Words in a row without a possessive ending: where they stand, and what they are."""

    start: int
    end: int
    name: str

    def of(self, kind: Kind) -> Part:
        """The same as a name of some kind."""
        return Part(*self, kind)


class Mention(NamedTuple):
    """One place where people or places are named: its parts, and the span that it is, if any."""

    first: int  # index of its first word
    parts: tuple[Part, ...]
    span: Span | None = None


def stem_length(written: str) -> int:
    """The length of a name without its possessive ending.

    >>> stem_length("Mary's"), stem_length("James'"), stem_length("Mary")
    (4, 5, 4)
    """
    ending = _POSSESSIVE.search(written)
    return ending.start() if ending and ending.start() else len(written)
