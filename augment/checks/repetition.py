"""Repetition: what loops, as models that translate or write may do.

Duplicate n-grams are the measure of Rae et al. 2021 ("Scaling Language Models", table A1); beside
them count words that repeat what stands right before them, which in short texts comes first.
"""

from collections.abc import Sequence

from augment.checks.base import Case, Verdict, drop
from augment.spec import Repetition
from augment.words import split_words

LONGEST_LOOP = 8  # words; longer ones show as duplicate n-grams
NGRAM = 4


def repeated(text: str) -> float:
    """Share of the words that only repeat others: loops, and n-grams that stood before.

    >>> repeated("the card the card the card is late"), repeated("my card is late")
    (0.5, 0.0)
    """
    words = [word.surface.casefold() for word in split_words(text)]
    again: set[int] = set()
    for size in range(1, min(LONGEST_LOOP, len(words) // 2) + 1):
        for start in range(size, len(words) - size + 1):
            if words[start - size : start] == words[start : start + size]:
                again.update(range(start, start + size))
    seen: set[tuple[str, ...]] = set()
    for start in range(len(words) - NGRAM + 1):
        ngram = tuple(words[start : start + NGRAM])
        if ngram in seen:
            again.update(range(start, start + NGRAM))
        seen.add(ngram)
    return len(again) / len(words) if words else 0.0


class RepetitionCheck:
    """See `augment.spec.Repetition`. The score is the share of repeated words above the original's.

    What the original says again ("no, no, no") its copies may.
    """

    exact = True

    def __init__(self, spec: Repetition) -> None:
        self._spec = spec

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.texts) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        after = repeated(new)
        more = after - repeated(text) if after else 0.0
        if more <= self._spec.most:
            return Verdict(more)
        detail = f"{after:.0%} of its words repeat others, {after - more:.0%} in the original"
        return drop("repetition", detail, more)
