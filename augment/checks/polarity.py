"""Polarity: no negation added or lost, no word turned into its opposite.

Embeddings are blind to both: an antonym leaves a cosine of 0.95. So negations are counted as
`lexicons.values` reads them, and each word that went is held against each that came (WordNet's
antonyms, negative affixes). A negation that went may be paid by an opposite that came ("not good",
"bad") or by a word that carries its own ("cannot", "unable to"); all else is dropped. What it keeps
of right and of wrong copies stands in the docstring of `meaning`.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from augment.checks.base import Case, Verdict, drop
from augment.checks.opposites import Opposites, negations_and_words
from augment.lexicons.values import stretches, values


class PolarityCheck:
    """See `augment.spec.PolarityGuard`. The score counts what turned round; 0 is kept.

    >>> from augment.record import Copy, Record
    >>> check = PolarityCheck(Opposites.load())
    >>> def judged(text, new):
    ...     return check.judge([Case(Record(text), Copy(Record(new), 1, ()))])[0].refusal
    >>> judged("The food was good.", "The food was bad.").detail
    'good became its opposite bad'
    >>> judged("The food was not good.", "The food was bad.")
    """

    exact = True

    def __init__(self, opposites: Opposites) -> None:
        self._opposites = opposites

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.texts) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        before, old_words = _read(text)
        after, new_words = _read(new)
        counted, counted_new = Counter(old_words), Counter(new_words)
        lost, gained = counted - counted_new, counted_new - counted
        pairs = self._pairs(lost, gained) or self._exchanged(old_words, new_words, lost, gained)
        change = abs(after - before)
        if not change and not pairs:
            return Verdict(0.0)
        carriers = 0
        if change:
            paired = {word for pair in pairs for word in pair}
            carriers = sum(
                self._opposites.negated(word)
                for word in (lost if after > before else gained)
                if word not in paired
            )
        if len(pairs) <= change <= len(pairs) + carriers:
            return Verdict(0.0)
        details = [f"{one} became its opposite {other}" for one, other in pairs]
        if change:
            times = "a negation" if change == 1 else f"{change} negations"
            details.append(f"{'added' if after > before else 'lost'} {times}")
        return drop("polarity", "; ".join(details), float(max(1, abs(change - len(pairs)))))

    def _pairs(self, lost: Counter[str], gained: Counter[str]) -> list[tuple[str, str]]:
        """Words that went with an opposite that came, each word once."""
        found: list[tuple[str, str]] = []
        left = dict.fromkeys(gained)
        for word in lost:
            for other in left:
                if self._opposites.opposed(word, other):
                    found.append((word, other))
                    del left[other]
                    break
        return found

    def _exchanged(
        self, words: list[str], new_words: list[str], lost: Counter[str], gained: Counter[str]
    ) -> list[tuple[str, str]]:
        """Words that stand where a word stood that says the opposite, by its synonyms."""
        wide = {
            (word, other)
            for word in lost
            for other in gained
            if self._opposites.opposed_in_place(word, other)
        }
        if not wide:
            return []
        matcher = SequenceMatcher(a=words, b=new_words, autojunk=False)
        return [
            (word, other)
            for _, i, j, k, m in matcher.get_opcodes()
            for word, other in zip(words[i:j], new_words[k:m], strict=False)
            if (word, other) in wide
        ]


def _read(text: str) -> tuple[int, list[str]]:
    """Negations and words; `values` knows the negations that do not count ("not only")."""
    count, words = negations_and_words(text)
    return (values(text)["negation"] - 2 * _cancelled(text) if count else 0), words


def _cancelled(text: str) -> int:
    """How often a negation negates the one right behind it, as in "not impossible"."""
    found = [(start, end) for start, end, why in stretches(text) if why == "negation"]
    return sum(text[end:start].isspace() for (_, end), (start, _) in pairwise(found))
