"""What a text states that a rewording must keep: numbers, amounts, dates, times and negation.

A text is cut into tokens, and a small reader goes over them once from left to right. What counts
as a number word, unit, month or negation stands in `data/protected_<language>.json`; languages
without such a file are read for figures, symbols and units alone (`data/protected_any.json`).

Where English is ambiguous the reader is conservative, and says the same of both wordings:

- `one` counts only before a unit, after words like `step`, or as part of a number; `a week`
  counts as one week only where it is a duration ("for a week", "a week ago").
- `a dozen`, `hundreds`, `half`, `both` and `once` are free.
- `second` after a number is the time unit; it is an ordinal after `the`, `my`, ... `first`
  likewise, so that the adverb ("First, log in") stays free.
- `may` and `march` are months only beside a day or year or after words like `in`.
- `no` before a number with a point ("No. 5") is a label; `no one` is `nobody`; `not only`,
  `no doubt` and question tags ("isn't it?") do not negate.
- 04/05/2026 could be either order, so it equals only itself; 25/12/2026 is a full date.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from augment.lexicons.value_cursor import SENTENCE_MARKS, Value
from augment.lexicons.value_grammar import grammar_of
from augment.lexicons.value_quantities import Quantities
from augment.lexicons.value_tokens import hints_of, negations, pieces

__all__ = ["Value", "difference", "find", "stretches", "values"]

_OPENERS: Final = frozenset({"a", "an", "half", "minus", "-", "\u2212"})


def values(text: str, language: str = "en") -> Counter[str]:
    """Count the normalised values of a text.

    >>> sorted(values("I don't owe $1,000 since March 12, 2026.").elements())
    ['amount 1000 USD', 'date 2026-03-12', 'negation']
    >>> values("It's 50% off") == values("it is fifty per cent off")
    True
    """
    return Counter(value.key for value in find(text, language) if value.counted)


def difference(before: Counter[str], after: Counter[str]) -> str:
    """Say what the second count lacks or has too many of; empty where they agree.

    >>> difference(values("Order 42 is late."), values("The order isn't late."))
    'lost number 42; added negation'
    """
    lost = [f"lost {_times(key, n)}" for key, n in sorted((before - after).items())]
    added = [f"added {_times(key, n)}" for key, n in sorted((after - before).items())]
    return "; ".join(lost + added)


def find(text: str, language: str = "en") -> tuple[Value, ...]:
    """Find the values of a text with their offsets, sorted and without overlap.

    >>> [(v.start, v.end, v.key) for v in find("Wait 3 days, not 4.")]
    [(5, 11, 'number 3 day'), (13, 16, 'negation'), (17, 18, 'number 4')]
    """
    grammar = grammar_of(language)
    found: list[Value] = []
    for start, end in pieces(text):
        piece = text[start:end]
        hints = hints_of(piece, grammar)
        if hints is None or hints:
            found += _Reader(piece, start, grammar).read()
    return tuple(found)


def _times(key: str, n: int) -> str:
    return key if n == 1 else f"{key} x{n}"


def stretches(text: str, language: str = "en") -> Iterator[tuple[int, int, str]]:
    """Where the values stand, and the reason of each, without working out what they come to.

    A text whose only values are negations is common, and needs no reading.

    >>> [*stretches("It is not here.")]
    [(6, 9, 'negation')]
    """
    grammar = grammar_of(language)
    for start, stop in pieces(text):
        piece = text[start:stop]
        hints = hints_of(piece, grammar)
        if hints is not None and not hints:
            continue
        if hints and grammar.simple.issuperset(hints) and not grammar.idioms.search(piece):
            for begin, end in negations(piece, grammar):
                yield start + begin, start + end, "negation"
        else:
            for value in _Reader(piece, start, grammar).read():
                yield value.start, value.end, value.reason


class _Reader(Quantities):
    """Reads one piece from left to right, all rules together."""

    def read(self) -> list[Value]:
        starters = self.grammar.starters
        rules = (self._negation, self._date, self._time, self._duration, self._quantities)
        i = 0
        while i < len(self.tokens):
            token = self.tokens[i]
            word = token.text
            if word in SENTENCE_MARKS:
                self.neither = False
            # A rule answers the token after what it has read, and `i` where it has read nothing.
            if (
                token.kind in ("number", "code")
                or word in starters
                or word in _OPENERS
                or word.endswith("n't")
            ):
                i = next((j for rule in rules if (j := rule(i)) > i), i + 1)
            else:
                i += 1
        return self.found
