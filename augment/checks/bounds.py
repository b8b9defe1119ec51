"""Bounds: on which side of a value something lies, as in "until Friday" -> "from Friday".

A value that both texts name tells nothing of what stands before it. The word next to it sets a
bound (at least, at most; until, from) or says whether it is a step or an end ("by 60 %",
"to 60 %").
"""

import re
from collections.abc import Mapping
from typing import Final

from augment.lexicons.values import find

_REACH: Final = 32  # characters before a value, enough for "no later than the end of "
_FILL: Final = r"(?: (?:the|a|an|about|around|end of|start of|this|next|last|on))*\s*[$€£]?$"
_BEFORE: Final = {
    "until": r"until|till|up to|no later than|by|before",
    "from": r"from|after|since|as of|starting|beginning|no earlier than|not before|not until",
    "least": r"at least|no less than|not less than|no fewer than|a minimum of|upwards of"
    r"|(?<!no )(?<!not )more than|(?<!no )(?<!not )over|above|exceeding",
    "most": r"at most|no more than|not more than|a maximum of|not exceeding|within"
    r"|(?<!no )(?<!not )(?:less|fewer) than|under|below",
    "to": r"to",
}
_BEHIND: Final = {"least": r"or (?:more|over|longer|older)", "most": r"or (?:less|fewer|under)"}
# Sides of one value that cannot both hold; all else may be a rewording.
_APART: Final = (
    frozenset({"until", "from"}),
    frozenset({"least", "most"}),
    frozenset({"least", "until"}),
    frozenset({"most", "from"}),
)
_CHANGED: Final = re.compile(
    r"\b(?:reduc|increas|rais|cut|fell|fall|r[io]se|grew|grow|drop|lower|shr[aiu]nk|climb|jump|gain"
    r"|declin|discount|slash|plung|lift|w[ei]nt up|went down|up|down)"
)
_FORMS: Final = {
    side: re.compile(rf"(?<![\w-])(?:{words}){_FILL}", re.IGNORECASE)
    for side, words in _BEFORE.items()
}
_AFTER: Final = {
    side: re.compile(rf"\s*(?:\w+ )?{words}\b", re.IGNORECASE) for side, words in _BEHIND.items()
}


def moved(text: str, new: str) -> list[str]:
    """What became of the bounds of the values that both texts name, in words.

    >>> moved("You have until Friday.", "You have from Friday.")
    ['until Friday became from Friday']
    >>> moved("At least ten came.", "Ten or more came.")
    []
    """
    old, now = _sides(text), _sides(new)
    changed = bool(_CHANGED.search(text.casefold()) and _CHANGED.search(new.casefold()))
    return [
        f"{side} {value} became {other} {value}"
        for key, (side, value) in old.items()
        if key in now
        for other in (now[key][0],)
        if side != other and (_apart(side, other) or (changed and _stepped(side, other, key)))
    ]


def _apart(side: str, other: str) -> bool:
    return {side, other} in _APART


def _stepped(side: str, other: str, key: str) -> bool:
    """Whether "by 5" stands against "to 5", of something that rises or falls."""
    return {side, other} == {"until", "to"} and not key.startswith(("date", "time"))


def _sides(text: str) -> Mapping[str, tuple[str, str]]:
    """For each value named once its side and how it is written."""
    found: dict[str, tuple[str, str]] = {}
    twice: set[str] = set()
    for value in find(text):
        if value.key == "negation":
            continue
        before = text[max(0, value.start - _REACH) : value.start]
        side = _side(before, text[value.end : value.end + _REACH])
        if value.key in found or value.key in twice:
            twice.add(value.key)
            found.pop(value.key, None)
        elif side:
            found[value.key] = (side, text[value.start : value.end])
    return found


def _side(before: str, behind: str) -> str:
    """The side that the words around a value tell; the longest phrase that ends there counts."""
    for side, form in _AFTER.items():
        if form.match(behind):
            return side
    hits = {side: hit.start() for side, form in _FORMS.items() if (hit := form.search(before))}
    return min(hits, key=lambda side: hits[side], default="")
