"""Proof that every copy of an output follows from its original by the edits of its trail.

No model is needed. What is compared: the texts, and with them all that moves along (spans, tags,
answers), and the label, which no step may change.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from augment.datasets.rows import Fault, Row
from augment.datasets.tasks.tagging import TaggingTask
from augment.datasets.tasks.task import Task
from augment.edits import SpanLostError
from augment.record import Copy, Record, Refusal, Trail, redo
from augment.report.reading import WrittenOptions, WrittenRow, open_originals, open_written

SHOWN = 20  # differences that are told


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of the output that does not follow, and why."""

    line: int
    reason: str
    detail: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.detail} [{self.reason}]"


@dataclass(slots=True)
class Replayed:
    """What a replay came to; `differences` has the first ones, `differing` counts all."""

    originals: int = 0
    copies: int = 0
    equal: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether all that was there follows."""
        return not self.differing

    def differs(self, difference: Difference) -> None:
        """Count a difference, and keep it if it is one of the first."""
        self.differing += 1
        if len(self.differences) < SHOWN:
            self.differences.append(difference)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "originals": self.originals,
            "copies": self.copies,
            "equal": self.equal,
            "differing": self.differing,
            "differences": [
                {"line": one.line, "reason": one.reason, "detail": one.detail}
                for one in self.differences
            ],
        }


class _Originals(Protocol):
    def of(self, copy: WrittenRow) -> Row | None: ...


def replay(
    output: Path,
    options: WrittenOptions,
    *,
    originals: Path | None = None,
    input_name: str | None = None,
) -> Replayed:
    """Apply all trails, and compare; `originals` is the input, for outputs that hold only copies.

    `input_name` is the name under which the run knew its input, as ids may be made of it.

    Raises:
        DataError: a file as a whole cannot be read.
    """
    done = Replayed()
    with ExitStack() as stack:
        reader = stack.enter_context(open_written(output, options))
        task = reader.layout.task
        source: _Originals = _Above()
        if originals is not None:
            rows = stack.enter_context(open_originals(originals, options, input_name))
            source = _Beside(iter(rows))
        for row in reader:
            if isinstance(row, Fault):
                done.differs(Difference(row.line, row.reason, row.detail))
                continue
            assert isinstance(row, WrittenRow)
            if row.copy == 0:
                done.originals += 1
                if row.steps:
                    done.differs(Difference(row.line, "bad_trail", "an original has a trail"))
                if isinstance(source, _Above):
                    source.row = row
                continue
            done.copies += 1
            found = difference(task, source.of(row), row, beside=originals is not None)
            if found is None:
                done.equal += 1
            else:
                done.differs(found)
    return done


class _Above:
    """Originals in the output itself, each above its copies."""

    def __init__(self) -> None:
        self.row: WrittenRow | None = None

    def of(self, copy: WrittenRow) -> Row | None:
        return self.row if self.row is not None and self.row.id == copy.id else None


class _Beside:
    """Originals in a file of their own, in the order of the copies."""

    def __init__(self, rows: Iterator[Row | Fault]) -> None:
        self._rows = rows
        self._row: Row | None = None

    def of(self, copy: WrittenRow) -> Row | None:
        while self._row is None or self._row.id != copy.id:
            row = next(self._rows, None)
            if row is None:
                self._row = None
                return None
            if isinstance(row, Row):
                self._row = row
        return self._row


def difference(
    task: Task, original: Row | None, row: WrittenRow, *, beside: bool
) -> Difference | None:
    """Why a copy does not follow from its original; None if it does."""
    if original is None:
        where = (
            "the originals have no row of that id behind the one before; give the input of the run"
            if beside
            else "no original of that id stands above it; an output of only copies needs "
            "--originals INPUT"
        )
        return Difference(row.line, "no_original", f"copy {row.copy} of {row.id!r}: {where}")
    place = f"copy {row.copy} of {row.id!r}"
    strange = [column for column, _ in row.steps if column not in task.sides]
    if strange or not row.steps:
        what = f"names the column {strange[0]!r}, which is not copied" if strange else "is empty"
        return Difference(row.line, "bad_trail", f"{place}: its trail {what}")
    if original.labels != row.labels:
        told = f"{', '.join(row.labels)!r} instead of {', '.join(original.labels)!r}"
        return Difference(row.line, "other_label", f"{place}: its label is {told}")
    for side, record, written in zip(task.sides, original.records, row.records, strict=True):
        found = _text_differs(task, record, written, row.trail(side))
        if found:
            in_column = f" in {side!r}" if side else ""
            return Difference(row.line, found[0], f"{place}{in_column}: {found[1]}")
    moved = _moved_along(task, original, row)
    wrong = [name for name, value in moved.items() if row.values.get(name) != value]
    if wrong:
        return Difference(
            row.line,
            "other_value",
            f"{place}: {wrong[0]!r} is {_short(row.values.get(wrong[0]))}, not "
            f"{_short(moved[wrong[0]])}",
        )
    return None


def _text_differs(
    task: Task, record: Record, written: Record, trail: Trail
) -> tuple[str, str] | None:
    try:
        text = redo(record.text, trail)
    except ValueError as error:
        return "bad_edit", f"its trail does not fit the original: {error}"
    # Tokens of a copy are cut anew, and where one ends there need not be a space.
    if isinstance(task, TaggingTask):
        same = "".join(text.split()) == "".join(written.text.split())
    else:
        same = text == written.text
    if same and Counter(one.label for one in record.spans) != Counter(
        one.label for one in written.spans
    ):
        return "other_value", "its spans or entities are not those of the original"
    if same:
        return None
    return "other_text", f"the edits give {_short(text)}, the row has {_short(written.text)}"


def _moved_along(task: Task, original: Row, row: WrittenRow) -> dict[str, Any]:
    """Spans, tags and answers as the edits move them; nothing where only an anchor could tell."""
    copies: list[Copy | None] = []
    try:
        for side, record in zip(task.sides, original.records, strict=True):
            trail = row.trail(side)
            for step in trail:
                record = record.edited(step.edits)  # noqa: PLW2901
            copies.append(Copy(record, row.copy, trail) if trail else None)
        changed = task.changed(original.values, copies)
    except SpanLostError:
        return {}
    if isinstance(changed, Refusal) or isinstance(task, TaggingTask):
        # Which tokens an anchor carried through is not in the trail either.
        return {}
    return {name: value for name, value in changed.items() if name in task.columns}


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 100 else f"{shown[:97]}..."
