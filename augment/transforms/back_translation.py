"""Back-translation: each sentence goes into another language and comes back reworded.

One edit a sentence, so the whitespace between sentences stays as it was. What must survive verbatim
travels behind a mark (`translation/pins.py`) and is anchored where the mark came back; what has a
value (numbers, dates, negation) must have the same value after. Else there is no copy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from augment.edits import Anchor, Edit
from augment.lexicons.protected import Stretch, merged_stretches
from augment.lexicons.values import difference, values
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import BackTranslation
from augment.transforms.base import Proposal, Subject
from augment.translation import Decoding, Hypothesis, Translator
from augment.translation.guards import fault, translatable
from augment.translation.pins import Pinned, pin, strange, unpin
from augment.translation.sentences import sentence_offsets


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence on its way: where it starts, its text, and that text with its pins."""

    start: int
    text: str
    pinned: Pinned


@dataclass(frozen=True, slots=True)
class Journey:
    """A sentence, its translation, and the best ways in which that came back."""

    sentence: Sentence
    forth: Hypothesis
    back: tuple[Hypothesis, ...]


@dataclass(frozen=True, eq=False)
class BackTranslationTransform:
    """Rewords all sentences of a text by way of the pivot language."""

    spec: BackTranslation
    forward: Translator
    backward: Translator

    @property
    def exact(self) -> bool:
        """Whether both models are."""
        return self.forward.exact and self.backward.exact

    @property
    def model(self) -> str:
        """Both models, there and back."""
        return f"{self.forward.name} {self.backward.name}"

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """One edit for each sentence that came back different."""
        self._translate([subject for subject in batch if not subject.knows(self)])
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _translate(self, subjects: Sequence[Subject]) -> None:
        """Send the sentences of all subjects round in one go; each subject remembers its own."""
        plans = {id(s): (s, _sentences(s, self.forward.unreadable)) for s in subjects}
        texts = [
            sentence.pinned.text
            for _, found in plans.values()
            if not isinstance(found, Refusal)
            for sentence in found
        ]
        forth = [found[0] for found in self.forward.translate(texts)]
        usable = [not fault(text, there) for text, there in zip(texts, forth, strict=True)]
        returning = [there.text for there, fine in zip(forth, usable, strict=True) if fine]
        decoding = Decoding(self.spec.beam, self.spec.hypotheses)
        returned = iter(self.backward.translate(returning, decoding))
        rounds = iter(
            [
                (there, tuple(next(returned)) if fine else ())
                for there, fine in zip(forth, usable, strict=True)
            ]
        )
        for subject, found in plans.values():
            journeys = (
                found
                if isinstance(found, Refusal)
                else tuple(Journey(sentence, *next(rounds)) for sentence in found)
            )
            subject.note(self, journeys)

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        journeys: tuple[Journey, ...] | Refusal = subject.remember(self, tuple)
        if isinstance(journeys, Refusal):
            return journeys
        if not journeys:
            detail = "the text has no words but protected ones"
            return Refusal("nothing_to_translate", detail, final=False)
        edits = []
        for journey in journeys:
            edit = self._edit(journey, stream)
            if isinstance(edit, Refusal):
                return edit
            if edit is not None:
                edits.append(edit)
        return tuple(edits)

    def _edit(self, journey: Journey, stream: Stream) -> Edit | Refusal | None:
        sentence = journey.sentence
        if problem := fault(sentence.pinned.text, journey.forth):
            return Refusal(problem.reason, f"{self.forward.target}: {problem.detail}")
        fresh = [found for found in journey.back if found.text != sentence.pinned.text]
        if not fresh:
            return None
        # The further down the list, the more faults. Weights by rank and not by score: scores may
        # differ in their last digits from batch to batch, and the draw must not.
        chosen = fresh[stream.weighted([1 / (rank * rank) for rank in range(1, len(fresh) + 1)])]
        if problem := fault(journey.forth.text, chosen):
            return Refusal(problem.reason, f"{self.backward.target}: {problem.detail}")
        unpinned = unpin(sentence.pinned, chosen.text)
        if isinstance(unpinned, Refusal):
            return unpinned
        new, anchors = unpinned
        language = self.spec.source
        if changed := difference(values(sentence.text, language), values(new, language)):
            return Refusal("value_changed", changed)
        return Edit(sentence.start, sentence.text, new, _moved(anchors, sentence.start))


def _sentences(
    subject: Subject, unreadable: Callable[[str], str]
) -> tuple[Sentence, ...] | Refusal:
    """The sentences with something to translate, or why a stretch cannot be kept."""
    sentences, verbatim = [], subject.verbatim
    for start, end in sentence_offsets(subject.text):
        inside = [s for s in verbatim if s.start < end and s.end > start]
        if any(s.start < start or s.end > end for s in inside):
            return Refusal("protected_cut", "a protected stretch goes over the end of a sentence")
        text = subject.text[start:end]
        kept = [Stretch(s.start - start, s.end - start, s.reason) for s in inside]
        kept += [Stretch(*place, "unreadable") for place in strange(text, unreadable(text))]
        pinned = pin(text, [(s.start, s.end, s.reason) for s in merged_stretches(kept)])
        if translatable(pinned.rest):
            sentences.append(Sentence(start, text, pinned))
    return tuple(sentences)


def _moved(anchors: Sequence[Anchor], start: int) -> tuple[Anchor, ...]:
    """Anchors with their old side in offsets of the text instead of the sentence."""
    return tuple(Anchor(a.start + start, a.end + start, a.new_start, a.new_end) for a in anchors)
