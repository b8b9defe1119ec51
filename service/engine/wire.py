"""What the engine and its workers tell each other, as plain JSON values.

To a worker: `{"batch": n, "spec": ..., "strict": ..., "items": [[record, copies, seed], ...]}`.
From it: `{"ready": pid}` once; then for each batch `{"taken": n}`, `{"begun": n}` when its pipeline
is there, `{"item": i, "outcome"|"error": ..., "seconds": [preparing, tokenizing, translating,
working]}` for each item as it ends, and `{"done": n, "preparing": seconds, "counts": ...}` with
what became of every draw (`augment.counts.StepCounts`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from augment.edits import Anchor, Edit, Span
from augment.record import Copy, Outcome, Record, Refusal, Step
from service.engine.items import ItemError


class Task(NamedTuple):
    """An item of a batch, as a worker sees it."""

    record: Record
    copies: int
    seed: int


def task_to_json(task: Task) -> list[Any]:
    """An item; `task_from_json` gives it back."""
    return [_record_to_json(task.record), task.copies, task.seed]


def task_from_json(value: Sequence[Any]) -> Task:
    """The inverse of `task_to_json`."""
    record, copies, seed = value
    return Task(_record_from_json(record), copies, seed)


def end_to_json(end: Outcome | ItemError) -> dict[str, Any]:
    """What became of an item."""
    if isinstance(end, ItemError):
        return {"error": [end.code, end.message, end.retryable]}
    copies = [
        [_record_to_json(c.record), c.number, [_step_to_json(s) for s in c.trail], c.exact]
        for c in end.copies
    ]
    missing = [[number, [r.reason, r.detail, r.final, r.score]] for number, r in end.missing]
    return {"outcome": [copies, missing]}


def end_from_json(value: dict[str, Any], record: Record) -> Outcome | ItemError:
    """The inverse of `end_to_json`; the record itself does not come back over the pipe."""
    if "error" in value:
        return ItemError(*value["error"])
    copies, missing = value["outcome"]
    return Outcome(
        record,
        tuple(
            Copy(_record_from_json(one), number, tuple(map(_step_from_json, trail)), exact)
            for one, number, trail, exact in copies
        ),
        tuple((number, Refusal(*refusal)) for number, refusal in missing),
    )


def _record_to_json(record: Record) -> list[Any]:
    return [record.text, record.id, record.label, record.spans]


def _record_from_json(value: Sequence[Any]) -> Record:
    text, name, label, spans = value
    return Record(text, name, label, tuple(Span(*span) for span in spans))


def _step_to_json(step: Step) -> list[Any]:
    return [step.path, step.edits, step.model, step.kept]


def _step_from_json(value: Sequence[Any]) -> Step:
    path, edits, model, kept = value
    return Step(path, tuple(map(_edit_from_json, edits)), model, tuple(kept))


def _edit_from_json(value: Sequence[Any]) -> Edit:
    start, old, new, anchors = value
    return Edit(start, old, new, tuple(Anchor(*anchor) for anchor in anchors))
