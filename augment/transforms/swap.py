"""Random swap (EDA, Wei and Zou 2019): two words of a sentence change places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from augment.edits import Edit
from augment.lexicons.gazetteer import Gazetteer
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import tag_words
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Swap
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.surroundings import capital, starts_sentence, uncapital, with_values

# What may stand between words that change places: no end of a sentence or line, no bracket.
_GAP = re.compile(r"[^\S\r\n]*(?:[,;:/–—-][^\S\r\n]*)?")
_BEFORE = 6  # words that the tagger looks back at


@dataclass(frozen=True, eq=False)
class SwapTransform:
    """Moves `rate` of the words, in pairs; what is protected neither moves nor is crossed."""

    spec: Swap
    tagger: Tagger
    gazetteer: Gazetteer
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Two edits for each pair of words."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        pairs = subject.remember(self, lambda: tuple(_pairs(subject, self.spec.distance)))
        if not pairs:
            detail = f"no two of {len(subject.words)} words can change places"
            return Refusal("nothing_to_swap", detail, final=False)
        # Each pair moves two words.
        wanted = max(1, share(self.spec.rate, len(subject.words)) // 2)
        changes = []
        moved: set[int] = set()
        for pair in stream.sample(pairs, len(pairs)):
            if moved.isdisjoint(pair):
                moved.update(pair)
                changes.append(self._edits(subject, *pair))
            if len(moved) >= 2 * wanted:
                break
        return with_values(subject, changes)

    def _edits(self, subject: Subject, first: int, second: int) -> tuple[Edit, Edit]:
        one, other = subject.words[first], subject.words[second]
        earlier, later = other.surface, one.surface
        if one.surface[0].isupper() and starts_sentence(subject.text, one.start):
            if earlier.islower():
                earlier = capital(earlier)
            if not self._name(subject, first):
                later = uncapital(later)
        return Edit(one.start, one.surface, earlier), Edit(other.start, other.surface, later)

    def _name(self, subject: Subject, index: int) -> bool:
        """Whether the first word of a sentence is a name, and its capital its own.

        The tagger takes most capitals for names, so it is asked about the small word.
        """
        words, surface = subject.words, subject.words[index].surface
        if self.gazetteer.given(surface) or self.gazetteer.place(surface):
            return True
        tagged = subject.remember("tags", lambda: tag_words(subject.text, words, self.tagger))
        place, start = tagged.places[index], max(0, tagged.places[index] - _BEFORE)
        following = tagged.tokens[place + 1 : place + 3]
        window = [*tagged.tokens[start:place], uncapital(surface), *following]
        return self.tagger.tag(window)[place - start].startswith("NNP")


def _pairs(subject: Subject, distance: int) -> Iterator[tuple[int, int]]:
    """Pairs of different words, all of them free from the first to the second."""
    words, text = subject.words, subject.text
    # Words of some scripts stand without a space; one of another script there would join with them.
    joined = {i for i, (one, other) in enumerate(pairwise(words)) if one.end == other.start}
    free = [i for i in subject.free if i not in joined and i - 1 not in joined]
    near = {
        one
        for one, other in pairwise(free)
        if other == one + 1 and _GAP.fullmatch(text, words[one].end, words[other].start)
    }
    for first in free:
        for second in range(first + 1, min(first + distance, len(words) - 1) + 1):
            if second - 1 not in near:
                break
            if words[first].surface.casefold() != words[second].surface.casefold():
                yield first, second
