"""Length: a copy that lost half of its text, or grew to twice its size, is hardly the same."""

import re
from collections.abc import Sequence
from typing import Final

from augment.checks.base import Case, Verdict, drop
from augment.spec import Length

_FILLER: Final = re.compile(
    r"\b(?:well|honestly|frankly|actually|basically|literally|really|just|quite|like|so|um+|uh+|er|"
    r"anyway|you know|i mean|i guess|kind of|sort of|to be honest|as a matter of fact|in fact|"
    r"at the end of the day|if you ask me|to tell you the truth|needless to say|of course)\b,? *",
    re.IGNORECASE,
)


class LengthCheck:
    """See `augment.spec.Length`. The score is the ratio of the lengths in characters.

    Characters and not words, so that it holds for languages without spaces, too. English fillers
    ("you know") count for nothing, so that a copy may drop them.
    """

    exact = True

    def __init__(self, spec: Length) -> None:
        self._spec = spec

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.texts) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        before, after = len(text.strip()), len(new.strip())
        low, high = self._spec.ratio_range
        ratio = after / max(1, before)
        if not low <= ratio <= high:
            plain, plain_new = (len(_FILLER.sub("", one).strip()) for one in (text, new))
            ratio = plain_new / plain if plain else ratio
        if low <= ratio <= high or abs(after - before) <= self._spec.slack:
            return Verdict(ratio)
        detail = f"{before:,} characters became {after:,}, allowed are {low:g} to {high:g} times"
        return drop("length", detail, ratio)
