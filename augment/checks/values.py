"""Values: the same numbers, amounts, dates, times and names before and after.

Kinds of this project keep them by themselves; this check is for copies of other making. Numbers and
the like are compared as `lexicons.values` reads them, so that "3" may become "three". Names are
words with a capital that begin no sentence, and listed names anywhere; their capitals may change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from augment.checks.base import Case, Verdict, drop
from augment.lexicons.gazetteer import Gazetteer
from augment.lexicons.values import difference, stretches, values
from augment.words import Word, split_words

_NO_NAMES: Final = frozenset({"i", "i'm", "i'd", "i'll", "i've", "ok"})
_ENDS: Final = frozenset('.!?:;"“”()[]|\n-–—*#')


class ValuesCheck:
    """See `augment.spec.Values`. The score counts what was lost or added; 0 is kept.

    >>> from augment.record import Copy, Record
    >>> check = ValuesCheck(Gazetteer.load())
    >>> def judged(text, new):
    ...     return check.judge([Case(Record(text), Copy(Record(new), 1, ()))])[0].refusal
    >>> judged("Meet Ann at 5 pm.", "Meet Bob at 17:00.").detail
    'lost name ann; added name bob'
    """

    exact = True

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.unmasked) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        before, after = values(text), values(new)
        # Negation is for `polarity`, which knows that "not good" may become "bad".
        before["negation"] = after["negation"] = 0
        named, named_now = self._names(text), self._names(new)
        had, has = _forms(text), _forms(new)
        before.update(f"name {name}" for name in named if name not in has)
        after.update(f"name {name}" for name in named_now if name not in had)
        for key in (before - after) | (after - before):
            if (unit := _single(key)) and unit.search(text) and unit.search(new):
                before[key] = after[key] = 0
        detail = difference(+before, +after)
        if not detail:
            return Verdict(0.0)
        return drop("values", detail, float(((before - after) + (after - before)).total()))

    def _names(self, text: str) -> set[str]:
        words = split_words(text)
        taken = [(start, end) for start, end, _ in stretches(text)]
        capitals = sum(word.surface[0].isupper() for word in words)
        # In a headline, or a text in capitals, a capital tells nothing.
        telling = 2 * capitals <= len(words) or len(words) < 4
        return {
            _form(word)
            for word, begins in self._begun(text, words)
            if word.surface[0].isupper()
            and word.surface.casefold() not in _NO_NAMES
            and not any(start < word.end and word.start < end for start, end in taken)
            and ((telling and not begins) or self._listed(word.surface))
        }

    def _begun(self, text: str, words: Sequence[Word]) -> Iterator[tuple[Word, bool]]:
        """Each word, and whether it begins a sentence or something like one."""
        end, before = 0, ""
        for word in words:
            gap = text[end : word.start]
            titled = gap.strip() == "." and before in self._gazetteer.pointed_titles
            yield word, end == 0 or (not titled and not _ENDS.isdisjoint(gap))
            end, before = word.end, word.surface

    def _listed(self, name: str) -> bool:
        bare = name.removesuffix("'s").removesuffix("’s")
        return bool(self._gazetteer.given(bare) or self._gazetteer.place(bare))


def _single(key: str) -> re.Pattern[str] | None:
    """Of one of a unit, what finds it: "last a day" may become "last for a day", which counts."""
    kind, _, rest = key.partition(" 1 ")
    if kind != "number" or not rest:
        return None
    return re.compile(rf"\b(?:an?|one|1|the|per|each|every) {re.escape(rest)}\b", re.IGNORECASE)


def _form(word: Word) -> str:
    return word.surface.casefold().removesuffix("'s").removesuffix("’s")


def _forms(text: str) -> Counter[str]:
    return Counter(_form(word) for word in split_words(text))
