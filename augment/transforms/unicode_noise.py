"""Robustness noise that cannot be seen: look-alike letters, invisible characters, direction marks.

Source: Boucher, Shumailov, Anderson and Papernot 2022, "Bad Characters: Imperceptible NLP
Attacks". For training and testing against such texts; the words read the same, and are others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from augment.lexicons.homoglyphs import DIRECTIONS, INVISIBLE, Homoglyphs
from augment.randomness import Stream
from augment.spec import UnicodeNoise
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.noise import guarded, noised, states_nothing


@dataclass(frozen=True, eq=False)
class UnicodeNoiseTransform:
    """Plays one of the tricks `which`, up to `per_word` times, on `rate` of the words."""

    spec: UnicodeNoise
    homoglyphs: Homoglyphs
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        words = subject.words
        # In other scripts joiners are seen and direction matters.
        fitting = [i for i in subject.free if words[i].surface.isascii()]
        wanted = share(self.spec.rate, len(words))
        return guarded(
            subject,
            noised(subject, stream, wanted, fitting, draw=self._tricked, fits=states_nothing),
        )

    def _tricked(self, word: str, stream: Stream) -> str:
        count = stream.between(1, self.spec.per_word)
        match stream.choice(self.spec.which):
            case "homoglyphs":
                return self._alike(word, count, stream)
            case "invisible":
                return _filled(word, count, stream)
            case "bidirectional":
                # Once is enough: the marks of a pair enclose the word.
                opening, closing = stream.choice(DIRECTIONS)
                return f"{opening}{word}{closing}"

    def _alike(self, word: str, count: int, stream: Stream) -> str:
        places = [at for at, letter in enumerate(word) if self.homoglyphs.of(letter)]
        letters = list(word)
        for at in stream.sample(places, min(count, len(places))):
            letters[at] = stream.choice(self.homoglyphs.of(letters[at]))
        return "".join(letters)


def _filled(word: str, count: int, stream: Stream) -> str:
    """The word with invisible characters between its letters."""
    for _ in range(count if len(word) > 1 else 0):
        at = stream.between(1, len(word) - 1)
        word = word[:at] + stream.choice(INVISIBLE) + word[at:]
    return word
