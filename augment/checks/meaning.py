"""Meaning: the cosine of the sentence embeddings of original and copy has a floor.

The floor was set on 400 Wikipedia sentences and 400 bank queries (flores v1, banking77; 6 to 40
words, evenly spread) with the packaged model in int8. Share of the pairs that a floor keeps,
sentences / queries:

    copies                        0.70         0.75         0.80        0.90
    back-translated, beam 4    96 / 88 %    94 / 85 %    90 / 80 %   76 / 69 %
    synonyms, rate 0.2        100 / 99      98 / 98      97 / 93     89 / 77
    another text                0 / 0        0 / 0        0 / 0       0 / 0
    first half of the words    68 / 32      58 / 23      43 / 16     10 / 4
    words shuffled             98 / 94      95 / 86      88 / 75     43 / 24
    one word -> its antonym   100 / 100    100 / 97      97 / 92     88 / 70
    "not" put in               99 / 100     98 / 100     96 / 100    77 / 97

So it finds copies that talk of something else or lost half of what was said. It hardly sees a lost
order and is blind to polarity, which is a check of its own (it keeps 0 to 1 % of the last two rows,
and 99 to 100 % of the first two). Back-translations under 0.75 are mostly wrong ("expedited" came
back as "streamlined", "track a card" as "accompany a card"); free rewordings lie at 0.75 to 0.8, so
a higher floor keeps only what changed little. Beside `polarity`, `values`, `scope` and `roles`,
which see what turns a text round, 0.5 is enough (`tests.bench.traps`): rewordings written by people
go down to it. Masks are put back first: with [MASK] for every
seventh word the median is 0.56. The table comes from `python -m tests.bench.checks TEXTS.jsonl`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.checks.base import Case, Verdict, drop
from augment.spec import Meaning

if TYPE_CHECKING:
    from augment.checks.encoder import Encoder


class MeaningCheck:
    """See `augment.spec.Meaning`. The score is the cosine."""

    def __init__(self, spec: Meaning, encoder: "Encoder") -> None:
        self.exact = encoder.exact
        self._floor = spec.floor
        self._encoder = encoder

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`; the texts share the batches of the encoder."""
        texts = [case.unmasked for case in cases]
        cosines = self._encoder.cosines([text for text, _ in texts], [new for _, new in texts])
        return [
            Verdict(cosine)
            if cosine >= self._floor
            else drop("meaning", f"cosine {cosine:.3f}, the floor is {self._floor:g}", cosine)
            for cosine in cosines
        ]
