"""Tokens of a tagged text and of its copies: what no edit touched stays, the rest is cut anew."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from augment.edits import Edit, Span
from augment.lexicons.protected import Protection
from augment.record import Trail
from augment.words import split_words

# Addresses, placeholders and the like are one token each.
_WHOLE: Final = Protection()

# What the Penn Treebank, and most tagged data after it, parts from the word before.
_CLITIC: Final = re.compile(r"(?<=\w)(?:n['’]t|['’](?:s|m|re|ve|ll|d))$", re.IGNORECASE)


class Token(NamedTuple):
    """A token of a text by offsets; `origin` is its number among the original's, if it is one."""

    start: int
    end: int
    origin: int | None = None


def placed(tokens: Sequence[str]) -> list[Token]:
    """Where the tokens stand when they are joined by spaces.

    >>> placed(["New", "York"])
    [Token(start=0, end=3, origin=0), Token(start=4, end=8, origin=1)]
    """
    found: list[Token] = []
    at = 0
    for number, token in enumerate(tokens):
        found.append(Token(at, at + len(token), number))
        at += len(token) + 1
    return found


def parts_clitics(sequences: Iterable[Sequence[str]]) -> bool:
    """Whether data parts clitics from their words, as in "do n't" and "it 's".

    >>> parts_clitics([["I", "do", "n't"]]), parts_clitics([["I", "don't", "'"]])
    (True, False)
    """
    return any(
        _CLITIC.search(f"x{token}", 1)
        for tokens in sequences
        for token in tokens
        if len(token) < 4 and "'" in token
    )


def cut_anew(
    tokens: Sequence[Token],
    trail: Trail,
    text: str,
    spans: Sequence[Span],
    *,
    clitics: bool = False,
) -> list[Token]:
    """The tokens of a copy: those that came through all edits, and what is between them cut.

    `clitics` are parted from their words, if so asked. No token goes over the border of a span, and
    together they hold all that is not whitespace.

    >>> from augment.record import Step
    >>> trail = (Step("0.synonyms", (Edit(2, "big", "very large"),)),)
    >>> cut_anew(placed(["a", "big", "dog"]), trail, "a very large dog", ())[1]
    Token(start=2, end=6, origin=None)
    """
    left = list(tokens)
    for step in trail:
        left = _carried(left, step.edits)
    left = _apart(left, text, spans)
    borders = sorted({place for span in spans for place in (span.start, span.end)})
    found: list[Token] = []
    at = 0
    for token in (*left, Token(len(text), len(text))):
        for cut in _cut(text, at, token.start, borders):
            found += _parted(cut, text) if clitics else (cut,)
        at = token.end
        found.append(token)
    return found[:-1]


def _carried(tokens: Sequence[Token], edits: Sequence[Edit]) -> list[Token]:
    """The tokens that the edits of one step leave as they are, at their new places."""
    left: list[Token] = []
    shift = ahead = 0
    for token in tokens:
        while ahead < len(edits) and edits[ahead].end <= token.start:
            shift += len(edits[ahead].new) - len(edits[ahead].old)
            ahead += 1
        if ahead == len(edits) or edits[ahead].start >= token.end:
            left.append(Token(token.start + shift, token.end + shift, token.origin))
        elif place := _anchored(token, edits[ahead]):
            start = edits[ahead].start + shift + place[0]
            left.append(Token(start, start + token.end - token.start, token.origin))
    return sorted(left)


def _anchored(token: Token, edit: Edit) -> tuple[int] | None:
    """Where in the new text of an edit the token stands, if an anchor holds it unchanged."""
    for anchor in edit.anchors:
        if anchor.start <= token.start and token.end <= anchor.end:
            old = edit.old[anchor.start - edit.start : anchor.end - edit.start]
            if old == edit.new[anchor.new_start : anchor.new_end]:
                return (anchor.new_start + token.start - anchor.start,)
    return None


def _apart(tokens: Sequence[Token], text: str, spans: Sequence[Span]) -> list[Token]:
    """The tokens without those to which an edit glued more letters, and without overlaps.

    A token of a span stays in any case: the words of a span are its own.
    """
    words = {place for word in split_words(text) for place in range(word.start + 1, word.end)}
    left: list[Token] = []
    for token in tokens:
        glued = token.start in words or token.end in words
        spanned = any(s.start <= token.start and token.end <= s.end for s in spans)
        if (not left or left[-1].end <= token.start) and (spanned or not glued):
            left.append(token)
    return left


def _cut(text: str, start: int, end: int, borders: Sequence[int]) -> Iterator[Token]:
    """Tokens of a stretch: words, marks, and addresses and the like in one piece."""
    if text[start:end].isspace() or start == end:
        return
    inside = (place for place in borders if start < place < end)
    for left, right in pairwise((start, *inside, end)):
        at = left
        for stretch in _WHOLE.verbatim(text[left:right]):
            yield from _cut_plain(text, at, left + stretch.start)
            whole = text[left + stretch.start : left + stretch.end]
            if any(map(str.isspace, whole)):
                yield from _cut_plain(text, left + stretch.start, left + stretch.end)
            else:
                yield Token(left + stretch.start, left + stretch.end)
            at = left + stretch.end
        yield from _cut_plain(text, at, right)


def _parted(token: Token, text: str) -> Iterator[Token]:
    """A word and its clitic, or the token itself."""
    clitic = _CLITIC.search(text, token.start, token.end)
    if clitic is None:
        yield token
    else:
        yield Token(token.start, clitic.start())
        yield Token(clitic.start(), token.end)


def _cut_plain(text: str, start: int, end: int) -> Iterator[Token]:
    """Words, and runs of one mark or of other signs between them."""
    at = start
    for word in split_words(text[start:end]):
        yield from _cut_marks(text, at, start + word.start)
        yield Token(start + word.start, start + word.end)
        at = start + word.end
    yield from _cut_marks(text, at, end)


def _cut_marks(text: str, start: int, end: int) -> Iterator[Token]:
    at = start
    for kind, run in groupby(text[start:end], _mark):
        length = len(list(run))
        if kind != " ":
            yield Token(at, at + length)
        at += length


def _mark(character: str) -> str:
    """What runs are made of: one mark, whitespace, or anything else (the parts of an emoji)."""
    if character.isspace():
        return " "
    return character if unicodedata.category(character).startswith("P") else ""
