"""Records, and the trail that says how a copy came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from augment.edits import Edit, Span, apply_edits, invert_edits, move_spans


@dataclass(frozen=True, slots=True)
class Step:
    """The edits that one step made to the text before it, and the model that proposed them.

    `kept` has the reasons for which parts of the text stayed as they were.
    """

    path: str
    edits: tuple[Edit, ...]
    model: str | None = None
    kept: tuple[str, ...] = ()


Trail = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One text with its labels. `id` keys all random draws, so it should stay with the text."""

    text: str
    id: str = "0"
    label: str | None = None
    spans: tuple[Span, ...] = ()

    def edited(self, edits: Sequence[Edit]) -> "Record":
        """The record with the edits made and its spans moved.

        Raises:
            SpanLostError: an edit loses a labelled span.
        """
        moved = move_spans(self.spans, edits) if self.spans else ()
        return Record(apply_edits(self.text, edits), self.id, self.label, moved)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a copy was not made: a stable reason for counting, and what exactly happened.

    One that is not `final` means that a step found nothing to do: the steps after it go on, and it
    is told only if they change nothing either. The `score` is what a check measured, `step` the
    place in the spec of the step or check that refused.
    """

    reason: str
    detail: str = ""
    final: bool = True
    score: float | None = None
    step: str | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


@dataclass(frozen=True, slots=True)
class Copy:
    """An augmented record, and how it came about."""

    record: Record
    number: int
    trail: Trail
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record: its copies, and a refusal for each copy that is missing."""

    record: Record
    copies: tuple[Copy, ...]
    missing: tuple[tuple[int, Refusal], ...] = ()


def undo(text: str, trail: Trail) -> str:
    """The text before all steps of its trail.

    >>> undo("a large dog", (Step("0.synonyms", (Edit(2, "big", "large"),)),))
    'a big dog'
    """
    for step in reversed(trail):
        text = apply_edits(text, invert_edits(step.edits))
    return text


def redo(text: str, trail: Trail) -> str:
    """The text after all steps of a trail, without any model."""
    for step in trail:
        text = apply_edits(text, step.edits)
    return text


def trail_to_json(trail: Trail) -> list[dict[str, Any]]:
    """A trail as plain JSON values: for each step its path and `[start, old, new]` an edit."""
    return [
        {
            "step": step.path,
            "edits": [[edit.start, edit.old, edit.new] for edit in step.edits],
            **({"model": step.model} if step.model else {}),
            **({"kept": list(step.kept)} if step.kept else {}),
        }
        for step in trail
    ]


def trail_from_json(value: Sequence[dict[str, Any]]) -> Trail:
    """The inverse of `trail_to_json`; anchors are not kept, they have done their work."""
    return tuple(
        Step(
            step["step"],
            tuple(Edit(*edit) for edit in step["edits"]),
            step.get("model"),
            tuple(step.get("kept", ())),
        )
        for step in value
    )
