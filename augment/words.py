"""Words and the gaps between them, by offsets; joined they give the text back.

A word is a run of letters and digits, with apostrophes and hyphens inside it ("don't",
"well-known"); a number with its points and colons ("3.50", "10:30"); an abbreviation with its
points ("U.S."); or a single Chinese or Japanese character, since those scripts write no spaces.
"""

import re
from functools import partial
from typing import NamedTuple


class Word(NamedTuple):
    """One word: `text[start:end] == surface`."""

    start: int
    end: int
    surface: str


# `\w` leaves out combining marks, which would cut words of Hindi, Arabic with vowels, or decomposed
# accents in pieces; these blocks hold the marks of the scripts in common use.
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0a3c-\u0a4d\u0abc-\u0acd\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd\u0d3e-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u102b-\u103e\u17b4-\u17d3\u200c\u200d"  # fmt: skip  # noqa: E501
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W{_IDEOGRAPHS}]"
_RUN = rf"(?:{_LETTER}[{_MARKS}]*)+"

_WORD = re.compile(
    rf"""
      [^\W\d_](?:\.[^\W\d_])+\.?(?!\w)      # U.S., e.g.
    | \d+(?:[.,:/]\d+)+                       # 3.50, 1,000, 10:30
    | {_RUN}(?:['’\-]{_RUN})*                 # words, also don't and well-known
    | [{_IDEOGRAPHS}]
    """,
    re.VERBOSE,
)

# Most English text is plain ASCII, for which a simpler pattern finds the same words faster; it asks
# first for what is most frequent, a word of two letters or more.
_ASCII_WORD = re.compile(
    r"[A-Za-z]{2}\w*(?:['\-]\w+)*|[A-Za-z](?:\.[A-Za-z])+\.?(?!\w)|\d+(?:[.,:/]\d+)+|\w+(?:['\-]\w+)*",
    re.ASCII,
)


_WORD_OF = partial(tuple.__new__, Word)  # no Python call for each word, as the constructor is


def split_words(text: str) -> tuple[Word, ...]:
    """All words of a text, in order.

    >>> [word.surface for word in split_words("I don't pay $3.50.")]
    ['I', "don't", 'pay', '3.50']
    """
    pattern = _ASCII_WORD if text.isascii() else _WORD
    return tuple(map(_WORD_OF, [(m.start(), m.end(), m[0]) for m in pattern.finditer(text)]))


def split_pieces(text: str) -> list[str]:
    """Words and gaps in turn; joined they are the text.

    >>> split_pieces("Hello,  world")
    ['Hello', ',  ', 'world']
    """
    pieces, at = [], 0
    for word in split_words(text):
        pieces += [text[at : word.start], word.surface]
        at = word.end
    pieces.append(text[at:])
    return [piece for piece in pieces if piece]
