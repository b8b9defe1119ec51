"""Pieces, tokens and figures: what the reader of values goes over."""

import re
from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from typing import Final, NamedTuple

from augment.lexicons.value_grammar import Grammar

_PIECE: Final = 4096
_SENTENCE_END: Final = re.compile(r"[.!?]\s+(?=[^\W\d_])")
_SPACE: Final = re.compile(r"\s+")
_DIGIT: Final = re.compile(r"\d")
_WORD: Final = re.compile(r"[^\W\d_]+")
_CONTRACTED: Final = re.compile(r"n['\u2019\u02bc\u2032`\u00b4]t\b")
_TOKEN: Final = re.compile(
    r"(?P<code>[^\W\d_]++\d\w*+)"
    # "Sunday's" and "nobody's" are read without their ending.
    r"|(?P<word>[^\W\d_]++(?:'(?!s(?!\w))[^\W\d_]++)*+)"
    r"|(?P<number>\d++(?:[.,]\d++)*+)"
    r"|(?P<mark>[^\w\s])"
)
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2019\u02bc\u2032`\u00b4", "'"))


class Token(NamedTuple):
    """A code, word, number or mark in lower case, with its offsets in the piece."""

    start: int
    end: int
    kind: str
    text: str


_token = partial(tuple.__new__, Token)  # no Python call for each token, as the constructor is


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of pieces of a few thousand characters, cut between sentences if possible."""
    start = 0
    while len(text) - start > 2 * _PIECE:
        low, high = start + _PIECE, start + 2 * _PIECE
        cut = _SENTENCE_END.search(text, low, high) or _SPACE.search(text, low, high)
        yield start, (start := cut.end() if cut else high)
    yield start, len(text)


def may_hold_values(piece: str, grammar: Grammar) -> bool:
    """Whether a piece has a digit or a word that a value can begin with; much faster to ask."""
    if _DIGIT.search(piece):
        return True
    lower = piece.lower()
    return not grammar.hints.isdisjoint(_WORD.findall(lower)) or bool(_CONTRACTED.search(lower))


def tokens_of(text: str) -> list[Token]:
    """All tokens of a piece, in order."""
    lower = text.lower()
    if len(lower) != len(text):
        # A few letters grow when lowered (\u0130); they stay as they are, so that offsets hold.
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if "`" in lower or not lower.isascii():
        lower = lower.translate(_APOSTROPHES)
    return [
        _token((match.start(), match.end(), match.lastgroup, match[0]))
        for match in _TOKEN.finditer(lower)
    ]


_SHAPES: Final = (
    (re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"), ",", "."),
    (re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?"), ",", "."),
    (re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})"), ".", ","),
    (re.compile(r"\d+(?:\.\d+)?"), ",", "."),
    (re.compile(r"\d+,\d+"), ".", ","),
)
_LONGEST_FIGURE: Final = 40


def figure_value(text: str) -> Fraction | None:
    """Read a figure, or None where it is a code, a version or a list."""
    if len(text) > _LONGEST_FIGURE or (text.startswith("0") and len(text) > 2 and text.isdigit()):
        return None
    if text.isdigit():
        return Fraction(int(text))
    for shape, grouping, point in _SHAPES:
        if shape.fullmatch(text):
            return Fraction(text.replace(grouping, "").replace(point, "."))
    return None


def plain_text(value: Fraction) -> str:
    """Write a value as a plain decimal, or as a fraction where no decimal ends."""
    rest = value.denominator
    if rest == 1:
        return str(value.numerator)
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(value)
    with localcontext(prec=3 * _LONGEST_FIGURE):
        return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")
