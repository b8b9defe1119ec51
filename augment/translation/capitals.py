"""Sentences in capitals: models know words by small letters, and make up ends for others.

So such a sentence goes through in small letters, and comes back in capitals.
"""

import re
from typing import Final

from augment.translation.pins import Pinned

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_LONG: Final = 5
_ENGLISH_I: Final = re.compile(r"\bi\b")


def in_capitals(text: str) -> bool:
    """Whether two words or more are all in capitals, and not all of them may be short names.

    >>> in_capitals("VERY BAD SERVICE!"), in_capitals("USA and NATO"), in_capitals("NATO, EU")
    (True, False, False)
    """
    words = _WORD.findall(text)
    return (
        len(words) > 1
        and all(word.isupper() for word in words)
        and any(len(word) >= _LONG for word in words)
    )


def in_small_letters(pinned: Pinned, language: str) -> str:
    """A sentence in capitals as a model reads it best; marks stay, and names begin with a capital.

    >>> from augment.translation.pins import pin
    >>> in_small_letters(pin("I WROTE TO A@B.IO", [(11, 17, "email")]), "en")
    'I wrote to XQ1'
    """
    pieces, at = [], 0
    for each in pinned.pins:
        pieces += [_lowered(pinned.original[at : each.start], language)]
        pieces += [each.mark or each.original.title()]
        at = each.end
    pieces += [_lowered(pinned.original[at:], language)]
    text = "".join(pieces)
    start = next((i for i, character in enumerate(text) if character.isalpha()), 0)
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


def _lowered(text: str, language: str) -> str:
    small = text.lower()
    return _ENGLISH_I.sub("I", small) if language == "en" else small
