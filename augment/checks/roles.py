"""Roles: no two words changed places, as in "from Rome to Milan" -> "from Milan to Rome".

A bag of words cannot see it, and an embedding hardly does. Two words have changed places if each
stands behind what the other stood behind; articles and possessives aside. What is only listed
("clean and quiet") may stand in any order.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

from augment.checks.base import Case, Verdict, drop
from augment.checks.halves import exchanged_whole
from augment.checks.opposites import Opposites
from augment.checks.orientation import OFFICES, Orientation
from augment.checks.sides import TITLE
from augment.lexicons import store
from augment.lexicons.value_grammar import grammar_of
from augment.lexicons.values import values
from augment.words import split_words

_START: Final = "^"
# "Ann is as tall as Bob" holds the other way round, too.
_EQUAL: Final = re.compile(r"\bas \w+ as\b|\bthe same \w+ as\b", re.IGNORECASE)
_SKIPPED: Final = frozenset(
    {"a", "an", "the", "my", "your", "his", "her", "its", "our", "their"}
    | {"this", "that", "these", "those"}
    | {"mr", "mrs", "ms", "miss", "dr", "doctor", "prof", "professor", "sir"}
)
_LISTING: Final = frozenset({"and", "or", "nor", "&"})


class RolesCheck:
    """See `augment.spec.Roles`. The score counts the pairs that changed places; 0 is kept.

    >>> from augment.record import Copy, Record
    >>> check = RolesCheck(Opposites.load())
    >>> def judged(text, new):
    ...     return check.judge([Case(Record(text), Copy(Record(new), 1, ()))])[0].refusal
    >>> judged("The dog chased the cat.", "The cat chased the dog.").detail
    'dog and cat changed places'
    >>> judged("The dog chased the cat.", "The cat was chased by the dog.")
    """

    exact = True

    def __init__(self, opposites: Opposites) -> None:
        self._orientation = Orientation(opposites)
        # Units and currencies may not be replaced, but they can change places.
        grammar = grammar_of("en")
        units = {*grammar.units, *grammar.currencies}
        numbers = {word for word, number in grammar.small.items() if number > 1}
        self._function_words = store.words("function_words.txt") - units - OFFICES - numbers

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.unmasked) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        before, after = self._behind(text), self._behind(new)
        moved = [word for word, left in before.items() if after.get(word, left) != left]
        converse = (
            self._orientation.from_the_other_end(text, new)
            or exchanged_whole(text, new)
            or all(_EQUAL.search(one) and not values(one)["negation"] for one in (text, new))
        )
        found = [
            f"{one} and {other} changed places"
            for one, other in combinations(moved, 2)
            if not converse
            and before[one] == after[other]
            and before[other] == after[one]
            and not {before[one], before[other]} & _LISTING
        ]
        if not (found := found or self._orientation.reversals(text, new)):
            return Verdict(0.0)
        return drop("roles", "; ".join(found), float(len(found)))

    def _behind(self, text: str) -> Mapping[str, str]:
        """For each content word that comes once, the word that it stands behind."""
        found: dict[str, str] = {}
        end, left = 0, _START
        counts: Counter[str] = Counter()
        text = TITLE.sub(r"\1", text)
        for word in split_words(text):
            form = word.surface.casefold().removesuffix("'s").removesuffix("’s")
            gap = text[end : word.start]
            if any(mark in gap for mark in ".!?;:"):
                left = _START
            elif "," in gap:
                left = "and"
            end = word.end
            if form in _SKIPPED:
                continue
            if form not in self._function_words:
                counts[form] += 1
                found[form] = left
            left = form
        return {word: left for word, left in found.items() if counts[word] == 1}
