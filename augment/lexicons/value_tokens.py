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
_NOT: Final = frozenset({"not"})
_SPOKEN: Final = re.compile(r"[^\W\d_]++(?:['\u2019\u02bc\u2032`\u00b4][^\W\d_]++)*+")
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


def hints_of(piece: str, grammar: Grammar) -> frozenset[str] | None:
    """The telling words of a piece, or nothing where it has a digit and must be read anyway.

    An empty set means that the piece holds no value; asking is much faster than reading.
    """
    if _DIGIT.search(piece):
        return None
    lower = piece.lower()
    hints = grammar.hints.intersection(_WORD.findall(lower))
    # A contraction of "not" is a negation that the list of words need not have.
    return hints or (_NOT if _CONTRACTED.search(lower) else hints)


def negations(piece: str, grammar: Grammar) -> Iterator[tuple[int, int]]:
    """Offsets of the words that negate by themselves: those of the list, and "...n't"."""
    for match in _SPOKEN.finditer(piece):
        word = match[0].lower()
        contracted = word[-1] == "t" and word.translate(_APOSTROPHES).endswith("n't")
        if contracted or word in grammar.simple:
            yield match.span()


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
