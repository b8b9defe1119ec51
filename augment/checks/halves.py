"""Two statements on either side of a word, and what changed places between them."""

import re
from collections.abc import Sequence
from typing import Final

from augment.checks.sides import Sides, tokens_of

# Words that part two statements; what each says of its own things may not change sides.
BETWEEN: Final = ("but", ";", "saying", "because", "while", "whereas")
_PAUSES: Final = frozenset({",", "."})
_BOTH_WAYS: Final = ("but", "and", "while", "whereas", ";")
_PREFERENCES: Final = (
    re.compile(r"\bprefer\w* (.+?) (?:to|over|rather than|instead of) (.+)"),
    re.compile(r"\brather (.+?) than (.+)"),
)

# The tokens of a text, and for each its lemma where it takes part, else nothing.
Read = tuple[Sequence[str], Sequence[str]]


def crossed(old: Read, now: Read, between: str) -> bool:
    """Whether of what two statements say a part changed places and a part stayed.

    All of it may: "small but clean", "clean but small".
    """
    one, two = _halves(*old, between), _halves(*now, between)
    if not one or not two:
        return False
    moved = one.first & two.second and one.second & two.first
    stayed = one.first & two.first and (between == ";" or one.second & two.second)
    return bool(moved and stayed)


def exchanged_whole(text: str, new: str) -> bool:
    """Whether two statements only changed places, around a word that holds both ways.

    >>> exchanged_whole("Small but clean.", "Clean but small.")
    True
    """
    old, now = ([word for word in tokens_of(one) if word not in _PAUSES] for one in (text, new))
    return any(
        old.count(word) == now.count(word) == 1
        and set(old[: old.index(word)]) == set(now[now.index(word) + 1 :])
        and set(old[old.index(word) + 1 :]) == set(now[: now.index(word)])
        for word in _BOTH_WAYS
    )


def preference(text: str) -> tuple[str, str] | None:
    """What is preferred, and to what.

    >>> preference("I'd rather walk than ride"), preference("I prefer tea to milk")
    (('walk', 'ride'), ('tea', 'milk'))
    """
    for form in _PREFERENCES:
        if match := form.search(text.casefold()):
            return match[1], match[2]
    return None


def _halves(tokens: Sequence[str], lemmas: Sequence[str], between: str) -> Sides | None:
    """What is named on one side alone of a word that comes once."""
    if tokens.count(between) != 1:
        return None
    at = tokens.index(between)
    first, second = (frozenset(filter(None, half)) for half in (lemmas[:at], lemmas[at + 1 :]))
    return Sides(first - second, second - first)
