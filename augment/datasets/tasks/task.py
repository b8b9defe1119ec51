"""What all tasks have in common, and how the copies of a row's texts become copies of the row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from augment.datasets.rows import BadRowError, sound
from augment.record import Copy, Outcome, Record, Refusal, trail_to_json
from augment.spec import Task as TaskName

# The values of a row by column: strings in a table, any JSON value in JSON Lines.
Values = Mapping[str, Any]


class Task(Protocol):
    """How the columns of a row make records, and how copies of these change the columns."""

    @property
    def name(self) -> TaskName | None:
        """What the labels are for, as a spec says it; None where the columns do not tell."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it reads."""
        ...

    @property
    def sides(self) -> tuple[str, ...]:
        """The column behind each record; one empty name where there is only one."""
        ...

    @property
    def unsettled(self) -> bool:
        """Whether `settled` must be called with the first rows before any is read."""
        ...

    def settled(self, head: Iterable[Values]) -> Self:
        """The task with what only the first rows of the data can tell."""
        ...

    def records(self, values: Values, row_id: str, label: str | None) -> tuple[Record, ...]:
        """One record a side.

        Raises:
            BadRowError: a value is missing, or does not hold.
        """
        ...

    def changed(self, values: Values, copies: Sequence[Copy | None]) -> Values | Refusal:
        """The new values of the columns that change; None stands for a side that stays."""
        ...


@dataclass(frozen=True, slots=True)
class RowCopy:
    """A copy of a whole row: the new values of its columns, and the copies of texts behind them.

    `kept` has the reasons for which sides of it stayed as they were.
    """

    number: int
    values: Values
    copies: tuple[Copy, ...]
    trail: tuple[Mapping[str, Any], ...]
    kept: tuple[str, ...] = ()


def row_copies(
    task: Task, values: Values, outcomes: Sequence[Outcome]
) -> Iterator[tuple[int, RowCopy | Refusal]]:
    """The copies of a row by number, or why one is missing; `outcomes` has one for each side.

    Where only some sides of a row could be changed, the copy has the others as they were.
    """
    made = [{copy.number: copy for copy in outcome.copies} for outcome in outcomes]
    missing = [dict(outcome.missing) for outcome in outcomes]
    numbers = {n for found in made for n in found} | {n for found in missing for n in found}
    for number in sorted(numbers):
        copies = [found.get(number) for found in made]
        refusals = [
            _named(side, found[number])
            for side, found in zip(task.sides, missing, strict=True)
            if number in found
        ]
        if any(copies):
            yield number, _row_copy(task, values, number, copies, refusals)
        else:
            yield number, refusals[0]


def _row_copy(
    task: Task,
    values: Values,
    number: int,
    copies: Sequence[Copy | None],
    refusals: Sequence[Refusal],
) -> RowCopy | Refusal:
    changed = task.changed(values, copies)
    if isinstance(changed, Refusal):
        return changed
    made = [(side, copy) for side, copy in zip(task.sides, copies, strict=True) if copy is not None]
    trail = tuple(
        {**step, "column": side} if side else step
        for side, copy in made
        for step in trail_to_json(copy.trail)
    )
    kept = tuple(refusal.reason for refusal in refusals)
    return RowCopy(number, changed, tuple(copy for _, copy in made), trail, kept)


def _named(side: str, refusal: Refusal) -> Refusal:
    return replace(refusal, detail=f"{side}: {refusal.detail}") if side else refusal


def text_value(values: Values, name: str) -> str:
    """The text in a column.

    Raises:
        BadRowError: it is missing, or no string.
    """
    if name not in values:
        raise BadRowError("no_text", f"the row has no key {name!r}")
    value = values[name]
    if not isinstance(value, str):
        raise BadRowError("no_text", f"{name!r} must be a string, not {type(value).__name__}")
    return sound(value, name)
