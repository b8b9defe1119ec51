"""Random punctuation (AEDA, Karimi, Rossi and Prati 2021): marks between words."""

from collections.abc import Sequence
from dataclasses import dataclass

from augment.edits import Edit
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Punctuation
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.surroundings import is_spacing, touched, with_values


@dataclass(frozen=True, eq=False)
class PunctuationTransform:
    """Puts in between 1 and `rate` times the number of words, a mark and a space each."""

    spec: Punctuation
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits that put a mark before a word."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        most = share(self.spec.rate, len(subject.words))
        places = subject.remember(self, lambda: _places(subject))
        if most == 0 or not places:
            if self.spec.rate == 0:
                return ()
            detail = f"{len(subject.words)} words, and no free space between two of them"
            return Refusal("no_room_for_marks", detail, final=False)
        count = min(stream.between(1, most), len(places))
        changes = [
            [Edit(place, "", f"{stream.choice(self.spec.marks)} ")]
            for place in stream.sample(places, count)
        ]
        return with_values(subject, changes)


def _places(subject: Subject) -> tuple[int, ...]:
    """Starts of words that nothing but spaces parts from the word before."""
    text, words = subject.text, subject.words
    places = []
    for index in range(1, len(words)):
        start = words[index].start
        gap = text[words[index - 1].end : start]
        if gap and all(map(is_spacing, gap)) and not touched(subject.protected, start, start):
            places.append(start)
    return tuple(places)
