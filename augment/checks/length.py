"""Length: a copy that lost half of its text, or grew to twice its size, is hardly the same."""

from collections.abc import Sequence

from augment.checks.base import Case, Verdict, drop
from augment.spec import Length


class LengthCheck:
    """See `augment.spec.Length`. The score is the ratio of the lengths in characters.

    Characters and not words, so that it holds for languages without spaces, too.
    """

    exact = True

    def __init__(self, spec: Length) -> None:
        self._spec = spec

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.texts) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        before, after = len(text.strip()), len(new.strip())
        ratio = after / max(1, before)
        low, high = self._spec.ratio_range
        if low <= ratio <= high or abs(after - before) <= self._spec.slack:
            return Verdict(ratio)
        detail = f"{before:,} characters became {after:,}, allowed are {low:g} to {high:g} times"
        return drop("length", detail, ratio)
