"""What a leaf step is, and what it is told of a text.

A leaf proposes edits for a batch of texts and changes nothing: no state of its own, none of the
records. One object serves all threads. It draws first (`Stream`), then writes edits.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, TypeVar, runtime_checkable

from augment.edits import Edit
from augment.lexicons.protected import Protection, Stretch, merged_stretches
from augment.randomness import Stream
from augment.record import Record, Refusal
from augment.words import Word, split_words

T = TypeVar("T")


class Partial(NamedTuple):
    """Edits of a step that says more: which parts of the text had to stay, and the model behind."""

    edits: tuple[Edit, ...]
    kept: tuple[Refusal, ...] = ()
    model: str | None = None


Proposal = tuple[Edit, ...] | Partial | Refusal

# Reason of a step that has nothing more to offer for a text. What was wrong with all that it had
# offered before says more, so that is told in its place.
EXHAUSTED: Final = "exhausted"


class Subject:
    """One record as a leaf sees it, with what is worked out of its text once for all copies."""

    # Written out, since `cached_property` takes a lock each time and this is the hottest place.
    __slots__ = (
        "_counts",
        "_free",
        "_protected",
        "_remembered",
        "_words",
        "protection",
        "record",
        "text",
    )

    def __init__(self, record: Record, protection: Protection) -> None:
        self.record = record
        self.text = record.text
        self.protection = protection
        self._remembered: dict[object, Any] = {}
        self._counts: dict[object, int] = {}
        self._words: tuple[Word, ...] | None = None
        self._protected: tuple[Stretch, ...] | None = None
        self._free: tuple[int, ...] | None = None

    @property
    def words(self) -> tuple[Word, ...]:
        """All words, in order."""
        if self._words is None:
            self._words = split_words(self.text)
        return self._words

    @property
    def verbatim(self) -> tuple[Stretch, ...]:
        """Stretches that an edit may cover only if it anchors them unchanged."""
        return self._with_spans(self.protection.verbatim(self.text))

    @property
    def protected(self) -> tuple[Stretch, ...]:
        """What word-level steps leave alone: verbatim stretches, numbers, dates and negations."""
        if self._protected is None:
            self._protected = self._with_spans(self.protection.stretches(self.text))
        return self._protected

    @property
    def free(self) -> tuple[int, ...]:
        """Indices of the words that no protected stretch touches."""
        if self._free is None:
            self._free = self._unprotected() if self.protected else tuple(range(len(self.words)))
        return self._free

    def _unprotected(self) -> tuple[int, ...]:
        free, ahead = [], list(reversed(self.protected))
        for index, word in enumerate(self.words):
            while ahead and ahead[-1].end <= word.start:
                ahead.pop()
            if not ahead or ahead[-1].start >= word.end:
                free.append(index)
        return tuple(free)

    def _with_spans(self, stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
        spans = [Stretch(s.start, s.end, "span") for s in self.record.spans if s.end > s.start]
        return merged_stretches((*stretches, *spans)) if spans else stretches

    def knows(self, key: object) -> bool:
        """Whether something is remembered under the key."""
        return key in self._remembered

    def count(self, key: object) -> int:
        """How often this was asked under the key before."""
        self._counts[key] = self._counts.get(key, -1) + 1
        return self._counts[key]

    def note(self, key: object, value: object) -> None:
        """Remember a value that was worked out for several subjects at once."""
        self._remembered[key] = value

    def recall(self, key: object) -> Any:
        """What was noted under the key."""
        return self._remembered[key]

    def remember(self, key: object, work_out: Callable[[], T]) -> T:
        """What `work_out` gives for this text, worked out at the first call."""
        if key not in self._remembered:
            self._remembered[key] = work_out()
        found: T = self._remembered[key]
        return found


class Transform(Protocol):
    """A leaf step.

    `exact` says whether the same spec, seed and record id give the same copy always, or only in
    the same unit and batch (int8 models).
    """

    @property
    def exact(self) -> bool:
        """Whether a copy depends on nothing but spec, seed, record id and versions."""
        ...

    @property
    def model(self) -> str | None:
        """What the trail says of the model behind the step."""
        ...

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """For each subject the edits of its text, or why there are none (see `Refusal.final`)."""
        ...


@runtime_checkable
class UnfittedTransform(Protocol):
    """A leaf step that must read the data set first; see `augment.checks.base.Unfitted`."""

    @property
    def kind(self) -> str:
        """Its kind in the spec."""
        ...

    @property
    def exact(self) -> bool:
        """See `Transform.exact`, of the step that it becomes."""
        ...

    @property
    def model(self) -> str | None:
        """See `Transform.model`, of the step that it becomes."""
        ...

    def fitting(self, folder: Path) -> Any:
        """A pass over a data set, begun (an `augment.checks.base.Fitting`)."""
        ...

    def fitted(self, folder: Path) -> Transform:
        """The step, ready, with what a fitting left."""
        ...


def share(rate: float, count: int) -> int:
    """How many of `count` words a rate means: rounded, but one at least unless the rate is 0."""
    return 0 if rate == 0 or count == 0 else max(1, round(rate * count))
