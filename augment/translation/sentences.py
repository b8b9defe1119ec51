"""Sentences of a text by offsets, none longer than a model does well with."""

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The embedded models learned from single sentences; past this they drop clauses.
LONGEST_WORDS = 60
# A stretch without any space is cut here, so that the number of pieces stays bounded.
LONGEST_CHARACTERS = 600

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_TOKEN = re.compile(r"\S+")
_BREAK = re.compile(r"[;:,–—]\s+|\s+")


def sentence_offsets(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, without the whitespace between them.

    Lines are never joined. A sentence of more than 60 words is cut at a clause, else between words.

    >>> sentence_offsets("Dr. Smith left.  He was tired.")
    [(0, 15), (17, 30)]
    """
    offsets = []
    for line in _LINE.finditer(text):
        for start, end in _split_line(line[0]):
            offsets += _cut(text, line.start() + start, line.start() + end)
    return offsets


def _split_line(line: str) -> "Iterator[tuple[int, int]]":
    at = 0
    for sentence in _tokenizer()(line):
        stripped = sentence.strip()
        start = line.find(stripped, at)
        if stripped:
            yield start, start + len(stripped)
            at = start + len(stripped)


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The stretch, or its parts where it is too long."""
    parts = []
    while (limit := _limit(text, start, end)) < end:
        cut, resume = _best_break(text, start, limit)
        parts.append((start, cut))
        start = resume
    parts.append((start, end))
    return parts


def _limit(text: str, start: int, end: int) -> int:
    """The furthest offset at which a part may end."""
    limit = min(end, start + LONGEST_CHARACTERS)
    words = islice(_TOKEN.finditer(text, start, limit), LONGEST_WORDS, None)
    first_too_many = next(words, None)
    return limit if first_too_many is None else first_too_many.start()


def _best_break(text: str, start: int, limit: int) -> tuple[int, int]:
    """Where to end a part and where to go on: the last clause in its second half, or word."""
    breaks = [m for m in _BREAK.finditer(text, start + 1, limit) if text[start : m.end()].strip()]
    clauses = [m for m in breaks if not m[0].isspace() and m.start() - start > (limit - start) // 2]
    if not breaks:
        return limit, limit
    chosen = (clauses or breaks)[-1]
    cut = chosen.start() if chosen[0].isspace() else chosen.start() + 1
    return cut, chosen.end()


@cache
def _tokenizer() -> "Callable[[str], list[str]]":
    from nupunkt import sent_tokenize

    def tokenize(line: str) -> list[str]:
        return [str(sentence) for sentence in sent_tokenize(line)]

    return tokenize
