"""Misspellings that people make, from a reviewed list."""

from collections.abc import Sequence
from dataclasses import dataclass

from augment.edits import Edit
from augment.lexicons.misspellings import Misspellings
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Misspellings as MisspellingsSpec
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.noise import guarded


@dataclass(frozen=True, eq=False)
class MisspellingsTransform:
    """Misspells `rate` of the words, as far as they are on the list."""

    spec: MisspellingsSpec
    misspellings: Misspellings
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words that are on the list."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        options = subject.remember(self, lambda: self._options(subject))
        if not options:
            detail = f"none of {len(subject.words)} words has a known misspelling"
            return Refusal("no_misspelling", detail, final=False)
        wanted = min(share(self.spec.rate, len(subject.words)), len(options))
        if wanted == len(options):
            # There are few, so all of them each time would leave few copies that differ.
            wanted = stream.between(1, wanted)
        edits = []
        for index, wrong in stream.sample(options, wanted):
            word = subject.words[index]
            edits.append(Edit(word.start, word.surface, stream.choice(wrong)))
        return guarded(subject, tuple(sorted(edits)))

    def _options(self, subject: Subject) -> list[tuple[int, tuple[str, ...]]]:
        found = ((i, self.misspellings.of(subject.words[i].surface)) for i in subject.free)
        return [(index, wrong) for index, wrong in found if wrong]
