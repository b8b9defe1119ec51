"""Errors of text recognition: letters become what a scanner takes them for."""

from collections.abc import Sequence
from dataclasses import dataclass

from augment.lexicons.confusions import Confusions, Misread
from augment.lexicons.real_words import RealWords
from augment.randomness import Stream
from augment.spec import Ocr
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.noise import guarded, letters_only, noised, states_nothing


@dataclass(frozen=True, eq=False)
class OcrTransform:
    """Misreads up to `per_word` places in `rate` of the words; numbers are left alone."""

    spec: Ocr
    confusions: Confusions
    real: RealWords
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        words = subject.words
        fitting = [
            i for i in subject.free if len(words[i].surface) > 2 and letters_only(words[i].surface)
        ]
        wanted = share(self.spec.rate, len(words))
        edits = noised(subject, stream, wanted, fitting, draw=self._misread, fits=self._fits)
        return guarded(subject, edits, codes=self.spec.digits)

    def _fits(self, word: str) -> bool:
        if word.isalpha():
            return not self.real.knows(word) and states_nothing(word)
        # "1st", "2nd": a digit in front would state a number.
        return not word[0].isdigit()

    def _misread(self, word: str, stream: Stream) -> str:
        options = self._options(word)
        wanted = min(stream.between(1, self.spec.per_word), len(options))
        chosen: list[Misread] = []
        for option in stream.sample(options, len(options)):
            if len(chosen) == wanted:
                break
            if all(_apart(option, other) for other in chosen):
                chosen.append(option)
        for at, printed, read in sorted(chosen, reverse=True):
            word = word[:at] + read + word[at + len(printed) :]
        return word

    def _options(self, word: str) -> list[Misread]:
        return [
            misread
            for misread in self.confusions.of(word)
            if self.spec.digits or not misread.read.isdigit()
        ]


def _apart(one: Misread, other: Misread) -> bool:
    return one.at + len(one.printed) <= other.at or other.at + len(other.printed) <= one.at
