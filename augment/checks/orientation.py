"""Which way round a text tells something: who did it, what is more, what came first.

A text can be turned round by its words ("sold", "bought"; "faster", "slower"; "before", "after")
and by the places of those who take part. A rewording may do both or neither; one alone tells the
reverse.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from augment.checks.halves import BETWEEN, crossed, preference
from augment.checks.opposites import Opposites
from augment.checks.sides import (
    Sides,
    actors,
    around,
    beside,
    exchanged,
    stayed,
    swapped,
    taking_part,
    tokens_of,
)
from augment.lexicons import store
from augment.lexicons.value_grammar import grammar_of

# Listed with the words of grammar, for none may replace them; but who holds them takes part.
OFFICES: Final = frozenset(
    {"king", "queen", "prince", "princess", "president", "minister", "emperor", "lord", "lady"}
)
_EARLIER: Final = frozenset({"before", "until", "till"})
_LATER: Final = frozenset({"after", "once", "following"})
_THEN: Final = frozenset({"then", "afterwards"})
_CONTRASTS: Final = (
    (",", "not"),
    ("but", "not"),
    ("and", "not"),
    ("rather", "than"),
    ("instead", "of"),
)
_LESS: Final = frozenset({"less", "fewer"})
_WHOM: Final = re.compile(
    r"\b(?:who|whom|that|which) (?:(?:did|does|do|has|have|had) )?(?:the |an? |my |his |her )?"
    r"(\w+) (\w+)"
)
_WHO: Final = re.compile(
    r"\b(?:who|that|which) (?:(?:has|have|had) )?(\w+) (?:(?:to|for|with|from|at|on) )?"
    r"(?:the |an? |my |his |her )?(\w+)"
)
_OWNED: Final = r"(?:(?:the|a|an|my|your|his|her|our|their|whole|entire) )*"
_FROM: Final = re.compile(rf"\bfrom {_OWNED}(\w+)|\b(\w+)['’]s\b")
_TO: Final = re.compile(rf"\b(?:in)?to {_OWNED}(\w+)")


class Orientation:
    """Compares two texts of one content."""

    def __init__(self, opposites: Opposites) -> None:
        self._opposites = opposites
        grammar = grammar_of("en")
        times = {*grammar.weekdays, *grammar.months}
        self._function_words = store.words("function_words.txt") - times - OFFICES

    def exchanged(self, text: str, new: str, word: str, other: str) -> bool | None:
        """Whether who stands around a word of one text stands the other way round another's."""
        one, two = self._around(text, word), self._around(new, other)
        return exchanged(one, two) if one and two else None

    def from_the_other_end(self, text: str, new: str) -> bool:
        """Whether a converse word tells it with the ends exchanged, so that nothing is reversed.

        >>> orientation = Orientation(Opposites.load())
        >>> orientation.from_the_other_end("Ann is taller than Bob.", "Bob is shorter than Ann.")
        True
        """
        words, others = (set(tokens_of(one)) for one in (text, new))
        compared = "than" in words & others
        for word in words - others:
            for other in others - words:
                if self._opposites.converse(word, other):
                    if self.exchanged(text, new, word, other):
                        return True
                elif compared and self._opposites.opposed(word, other):
                    return bool(self.exchanged(text, new, "than", "than"))
        return False

    def other_ends(self, text: str, new: str) -> list[tuple[str, str]]:
        """Converse words with the same ones on either side, as "gave" and "got" by one person."""
        words, others = (dict.fromkeys(tokens_of(one)) for one in (text, new))
        return [
            (word, other)
            for word in words
            if word not in others
            for other in others
            if other not in words and self._opposites.converse(word, other)
            if (one := self._around(text, word)) and (two := self._around(new, other))
            if stayed(one, two)
        ]

    def order_kept(self, text: str, new: str) -> bool:
        """Whether both tell what came first, and tell the same."""
        one, two = self._events(*self._read(text)), self._events(*self._read(new))
        return bool(one and two and exchanged(one, two) is False)

    def reversals(self, text: str, new: str) -> list[str]:
        """What is told the other way round, in words."""
        old, now = self._read(text), self._read(new)
        found = [*self._verbs(old, now), *self._contrasts(old, now)]
        if _swapped_ways(text, new):
            found.append("from and to changed places")
        if self._asked_of(text, new) or self._asked_of(new, text):
            found.append("who acts and who is acted on")
        if self._order(old, now):
            found.append("what came first comes last")
        one, two = ((tokens, self._forms(parts)) for tokens, parts in (old, now))
        if any(crossed(one, two, between) for between in BETWEEN):
            found.append("what is said of two things changed places")
        chosen, chosen_now = self._preferred(text), self._preferred(new)
        if chosen and chosen_now and exchanged(chosen, chosen_now):
            found.append("what is preferred changed places")
        if self._comparison(old, now):
            found.append("what is compared changed places")
        return found

    def _read(self, text: str) -> tuple[list[str], list[str]]:
        tokens = tokens_of(text)
        return tokens, taking_part(tokens, self._function_words)

    def _around(self, text: str, word: str) -> Sides | None:
        tokens, parts = self._read(text)
        return around(tokens, parts, tokens.index(word)) if word in tokens else None

    def _verbs(
        self, old: tuple[list[str], list[str]], now: tuple[list[str], list[str]]
    ) -> Iterator[str]:
        for i, verb in self._pivots(old):
            for j, other in self._pivots(now):
                if self._opposites.akin(verb, other) and swapped(actors(*old, i), actors(*now, j)):
                    yield f"who did what to whom around {verb}"

    def _pivots(self, read: tuple[list[str], list[str]]) -> list[tuple[int, str]]:
        tokens, parts = read
        return [
            (i, token)
            for i, token in enumerate(tokens)
            if parts[i] and i and self._opposites.verb(token)
        ]

    def _contrasts(
        self, old: tuple[list[str], list[str]], now: tuple[list[str], list[str]]
    ) -> Iterator[str]:
        for pair in _CONTRASTS:
            i, j = (_find(tokens, pair) for tokens, _ in (old, now))
            if i and j and swapped(beside(*old, i, i + 2), beside(*now, j, j + 2)):
                yield f"what stands beside {' '.join(pair)} changed places"

    def _asked_of(self, text: str, new: str) -> bool:
        """Whether "who did Ann call" stands against "who called Ann"."""
        one, two = _WHOM.search(text.casefold()), _WHO.search(new.casefold())
        return bool(one and two and one[1] == two[2] and self._opposites.akin(one[2], two[1]))

    def _order(self, old: tuple[list[str], list[str]], now: tuple[list[str], list[str]]) -> bool:
        one, two = self._events(*old), self._events(*now)
        return bool(one and two and exchanged(one, two))

    def _events(self, tokens: Sequence[str], parts: Sequence[str]) -> Sides | None:
        """What came first and what came then, by lemmas; None where nothing tells the order."""
        at = next((i for i, t in enumerate(tokens) if t in _EARLIER | _LATER | _THEN), -1)
        if at < 0 or (tokens[at] in _THEN and at == 0):
            return None
        low, high = self._clause(tokens, at)
        if tokens[at] == "afterwards" and "and" in tokens[low:at]:
            at = max(i for i in range(low, at) if tokens[i] == "and")
        left = self._lemmas(parts[low:at])
        right = self._lemmas(parts[at + 1 : high])
        if "," in tokens[at:high]:
            comma = tokens.index(",", at)
            right = self._lemmas(parts[at + 1 : comma])
            if not left:  # "after lunch, rest", "for two hours after lunch, rest"
                left = self._lemmas(parts[comma + 1 : high])
        if not left or not right:
            return None
        return Sides(right, left) if tokens[at] in _LATER else Sides(left, right)

    def _clause(self, tokens: Sequence[str], at: int) -> tuple[int, int]:
        ends = [i for i, token in enumerate(tokens) if token in {".", ";", "!", "?"}]
        low = max((i + 1 for i in ends if i < at), default=0)
        return low, min((i for i in ends if i > at), default=len(tokens))

    def _lemmas(self, parts: Sequence[str]) -> frozenset[str]:
        """Each word by the shortest thing that it may be a form of."""
        return frozenset(form for form in self._forms(parts) if form)

    def _forms(self, parts: Sequence[str]) -> list[str]:
        return [
            min(self._opposites.lemmas(part), key=lambda form: (len(form), form)) if part else ""
            for part in parts
        ]

    def _preferred(self, text: str) -> Sides | None:
        """What is preferred, and to what."""
        found = preference(text)
        return Sides(*(self._lemmas(self._read(side)[1]) for side in found)) if found else None

    def _comparison(
        self, old: tuple[list[str], list[str]], now: tuple[list[str], list[str]]
    ) -> bool:
        """Whether what is more became what is less."""
        if "than" not in old[0] or "than" not in now[0]:
            return False
        moved = exchanged(self._compared(*old), self._compared(*now))
        if moved is None:
            return False
        words, others = set(old[0]), set(now[0])
        turned = any(
            self._opposites.opposed(word, other)
            for word in words - others
            for other in others - words
        ) or bool(_LESS & words) != bool(_LESS & others)
        return moved and not turned

    def _compared(self, tokens: Sequence[str], parts: Sequence[str]) -> Sides:
        at = tokens.index("than")
        # What is compared, and not by what: "comfortable" stands before "than" either way.
        things = [*parts[: at - 1], "", *parts[at:]]
        sides = around(tokens, things, at)
        return Sides(self._lemmas(tuple(sides.first)), self._lemmas(tuple(sides.second)))


def _swapped_ways(text: str, new: str) -> bool:
    """Whether where it comes from and where it goes to changed places."""
    one, two = (Sides(_behind(_FROM, each), _behind(_TO, each)) for each in (text, new))
    return swapped(one, two)


def _behind(way: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset(
        word for match in way.finditer(text.casefold()) for word in filter(None, match.groups())
    )


def _find(tokens: Sequence[str], pair: tuple[str, str]) -> int:
    """Where two words stand one behind the other; 0 where they do not, or begin the text."""
    return next((i for i, two in enumerate(pairwise(tokens)) if two == pair), 0)
