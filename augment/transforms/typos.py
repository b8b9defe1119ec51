"""Slips of the keyboard: letters hit wrongly, lost, doubled or transposed inside words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from augment.lexicons.keyboard import Keyboard
from augment.lexicons.real_words import RealWords
from augment.randomness import Stream
from augment.spec import Typos
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.noise import guarded, letters_only, noised, states_nothing


@dataclass(frozen=True, eq=False)
class TyposTransform:
    """Puts up to `per_word` slips into `rate` of the words."""

    spec: Typos
    keyboard: Keyboard
    real: RealWords
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        wanted = share(self.spec.rate, len(subject.words))
        if self.spec.rate == 0:
            return ()
        fitting = [i for i in subject.free if self._may_change(subject.words[i].surface)]
        return guarded(
            subject, noised(subject, stream, wanted, fitting, draw=self._slipped, fits=self._fits)
        )

    def _may_change(self, word: str) -> bool:
        return len(word) >= self.spec.shortest and letters_only(word)

    def _fits(self, word: str) -> bool:
        return not self.real.knows(word) and states_nothing(word)

    def _slipped(self, word: str, stream: Stream) -> str:
        for _ in range(stream.between(1, self.spec.per_word)):
            word = self._slip(word, stream)
        return word

    def _slip(self, word: str, stream: Stream) -> str:
        """The word with one slip; itself where the drawn slip does not go at the drawn place."""
        slip = stream.choice(self.spec.slips)
        first = int(self.spec.keep_first)
        # What comes of two letters that change places has its first letter one place earlier.
        last = len(word) - 2 if slip == "transpose" else len(word) - 1
        if last < first:
            return word
        at = stream.between(first, last)
        letter, rest = word[at], word[at + 1 :]
        match slip:
            case "neighbour":
                near = self.keyboard.neighbours(letter)
                new = stream.choice(near) if near else letter
            case "drop":
                # A doubled letter loses one of the two: "leter", and a short word is none without.
                new = "" if len(word) > 2 else letter
            case "double":
                new = letter + letter.lower()
            case "transpose":
                new, rest = _transposed(letter, rest[0]), rest[1:]
            case _:
                assert_never(slip)
        return word[:at] + new + rest


def _transposed(one: str, other: str) -> str:
    """Both letters the other way round; the capital of the first place stays there ("hTe" is rare).

    >>> _transposed("T", "h")
    'Ht'
    """
    if one.isupper() and other.islower():
        return other.upper() + one.lower()
    return other + one
