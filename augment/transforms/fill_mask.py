"""Contextual infilling by a masked language model (Wu et al. 2019, Kumar et al. 2020).

Each drawn place is masked alone, with all else as it is: what a model expects beside several
masks is less sure, and what it expects beside words that it has put in itself drifts from the text
step by step. So what may come in a place depends on the text and nothing else; it is worked out
once for all copies, and only for the places that they draw. What a place is, and what may come
there, is said by the mode (`filling`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import FillMask
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.filling import Filling
from augment.transforms.masked_model import MaskedModel
from augment.transforms.replacing import Option, by_rank
from augment.transforms.surroundings import with_values

_LOOKED_AT = 10  # guesses for each word wanted: many are other forms, or of another tag
_ROUNDS = 3  # of drawing places anew for those where nothing fits


@dataclass(slots=True)
class _Draft:
    """One copy in the making: its places in the order in which it drew them, and what it has."""

    subject: Subject
    stream: Stream
    places: list[int]
    wanted: int
    options: list[Option] = field(default_factory=list)

    def next_places(self) -> list[int]:
        """As many places as it still wants, taken off the front."""
        lacking = self.wanted - len(self.options)
        taken, self.places = self.places[:lacking], self.places[lacking:]
        return taken


@dataclass(frozen=True, eq=False)
class FillMaskTransform:
    """Fills as many places as `rate` of the words, as far as the model finds words for them."""

    spec: FillMask
    filling: Filling
    masked: MaskedModel

    @property
    def exact(self) -> bool:
        """Whether a place's words never depend on the places beside it."""
        return self.masked.exact

    @property
    def model(self) -> str:
        """The checkpoint."""
        return self.masked.name

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits at drawn places, and of an article before them where it no longer fits."""
        if self.spec.rate == 0:
            return [()] * len(batch)
        drafts = [self._draft(s, stream) for s, stream in zip(batch, streams, strict=True)]
        for _ in range(_ROUNDS):
            asked = [(draft, draft.next_places()) for draft in drafts]
            self._look_up([(draft.subject, place) for draft, places in asked for place in places])
            for draft, places in asked:
                options = (draft.subject.recall((self, place)) for place in places)
                draft.options += (option for option in options if option.candidates)
        return [self._proposal(draft) for draft in drafts]

    def _draft(self, subject: Subject, stream: Stream) -> _Draft:
        places = subject.remember(self, lambda: self.filling.places(subject))
        wanted = min(share(self.spec.rate, len(subject.words)), len(places))
        if wanted and wanted == len(places):
            # There are few, so all of them each time would leave few copies that differ.
            wanted = stream.between(1, wanted)
        return _Draft(subject, stream, stream.sample(places, len(places)), wanted)

    def _look_up(self, asked: Sequence[tuple[Subject, int]]) -> None:
        """Note the options of places that are new, all in one batch."""
        fresh = {(id(s), i): (s, i) for s, i in asked if not s.knows((self, i))}
        gaps = [self.filling.gap(subject, index) for subject, index in fresh.values()]
        guesses = self.masked.guesses(gaps, self.spec.top_k * _LOOKED_AT)
        for (subject, index), found in zip(fresh.values(), guesses, strict=True):
            likely = [g.word for g in found if g.probability >= self.spec.min_probability]
            option = self.filling.option(subject, index, likely, self.spec.top_k)
            subject.note((self, index), option)

    def _proposal(self, draft: _Draft) -> Proposal:
        if not draft.options:
            detail = f"the model has no fitting word for any of {len(draft.subject.words)}"
            return Refusal("nothing_fits", detail, final=False)
        changes = [
            self.filling.edits(draft.subject, o, by_rank(o.candidates, draft.stream))
            for o in draft.options
        ]
        return with_values(draft.subject, changes)
