"""Fluency: a language model finds the copy not much less likely than its original.

Relative, since what is likely depends on the domain: a log-probability that is poor for a newspaper
is fine for a chat.
"""

from collections.abc import Sequence

from augment.checks.base import Case, Verdict, drop
from augment.checks.language_model import LanguageModel
from augment.spec import Fluency


class FluencyCheck:
    """See `augment.spec.Fluency`. The score is the gain in nats a piece; below 0 it is a loss."""

    exact = False  # a text's digits may depend on the texts in its batch

    def __init__(self, spec: Fluency, model: LanguageModel) -> None:
        self._spec = spec
        self._model = model

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        unique = list(dict.fromkeys(text for case in cases for text in case.unmasked))
        values = self._model.mean_log_probabilities(unique)
        found = dict(zip(unique, values, strict=True))
        return [self._verdict(*(found[text] for text in case.unmasked)) for case in cases]

    def _verdict(self, before: float, after: float) -> Verdict:
        gain = after - before
        if gain >= -self._spec.drop:
            return Verdict(gain)
        detail = f"{after:.2f} nats a piece, its original {before:.2f}"
        return drop("fluency", detail, gain)
