"""Draws all copies of an output again, from its originals, a spec and a seed, and compares.

Equality is promised for exact copies: word-level kinds, and translation in float32 on the same
kind of processor with the same packages and models. Others are only counted.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from augment.datasets.fit import fitted
from augment.datasets.rows import Fault, Row
from augment.datasets.tasks.task import RowCopy, Task, row_copies
from augment.datasets.units.select import cases_of, refusal_of
from augment.errors import DataError
from augment.pipeline import Pipeline
from augment.record import Outcome, Refusal
from augment.report.reading import WrittenOptions, WrittenReader, WrittenRow, open_written
from augment.report.replay import SHOWN, Difference

BATCH = 256

# An original, and its copies below it.
_Family = tuple[WrittenRow, list[WrittenRow]]


@dataclass(slots=True)
class Redrawn:
    """What drawing again came to; `broken` has the first exact copies that differ."""

    originals: int = 0
    copies: int = 0
    exact: int = 0
    exact_equal: int = 0
    others: int = 0
    others_equal: int = 0
    broken: tuple[Difference, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all copies came out equal for which that is promised."""
        return self.exact == self.exact_equal

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        shown = [
            {"line": one.line, "reason": one.reason, "detail": one.detail} for one in self.broken
        ]
        counts = ("originals", "copies", "exact", "exact_equal", "others", "others_equal")
        return {**{name: getattr(self, name) for name in counts}, "differences": shown}


def rerun(
    output: Path,
    options: WrittenOptions,
    pipeline: Pipeline,
    *,
    text_limit: int = 1_000_000,
    balanced: bool = False,
) -> Redrawn:
    """Draw the copies of all originals in the output again.

    Of a `balanced` one each original gets as many as it has: the others were not asked, or are
    missing, which is not compared.

    Raises:
        DataError: the output cannot be read, or holds only copies.
    """
    done = Redrawn()
    with ExitStack() as stack:
        pipeline = stack.enter_context(
            fitted(pipeline, output, lambda path: _originals(path, options))
        )
        select = stack.enter_context(pipeline.selector())
        reader = stack.enter_context(open_written(output, options))
        for batch in _batches(_families(reader)):
            fit = [
                (record, _asked(pipeline, copies, balanced=balanced))
                for original, copies in batch
                for record in original.records
                if original.training and len(record.text) <= text_limit
            ]
            asked = [count for _, count in fit]
            made = iter(pipeline.augment_batch([r for r, _ in fit], copies=asked) if fit else ())
            for original, copies in batch:
                outcomes = [
                    next(made)
                    if original.training and len(record.text) <= text_limit
                    else Outcome(record, ())
                    for record in original.records
                ]
                drawn = dict(row_copies(reader.layout.task, original.values, outcomes))
                for number, copy in drawn.items():
                    if isinstance(copy, RowCopy):
                        drawn[number] = refusal_of(select, number, cases_of(original, copy)) or copy
                _compare(done, reader.layout.task, (original, copies), drawn, pipeline)
    return done


def _asked(pipeline: Pipeline, copies: list[WrittenRow], *, balanced: bool) -> int:
    """How many copies to draw of an original."""
    return max((row.copy for row in copies), default=0) if balanced else pipeline.spec.copies


def _compare(
    done: Redrawn,
    task: Task,
    family: _Family,
    drawn: Mapping[int, RowCopy | Refusal],
    pipeline: Pipeline,
) -> None:
    original, copies = family
    done.originals += 1
    # Where copies are held against one another, one that is not exact may displace any.
    alone = pipeline.spec.candidates is None and not any(
        check.kind == "duplicates" for check in pipeline.spec.checks
    )
    found = {row.copy: row for row in copies}
    numbers = {*found, *(n for n, made in drawn.items() if isinstance(made, RowCopy))}
    for number in sorted(numbers):
        done.copies += 1
        made = drawn.get(number)
        exact = pipeline.exact or (
            alone and isinstance(made, RowCopy) and all(copy.exact for copy in made.copies)
        )
        why = _why(made, found.get(number), task)
        if exact:
            done.exact += 1
            done.exact_equal += why is None
        else:
            done.others += 1
            done.others_equal += why is None
        if exact and why is not None and len(done.broken) < SHOWN:
            line = found[number].line if number in found else original.line
            detail = f"copy {number} of {original.id!r}: {why}"
            done.broken = (*done.broken, Difference(line, "drawn_otherwise", detail))


def _why(made: RowCopy | Refusal | None, row: WrittenRow | None, task: Task) -> str | None:
    """What is not equal between a copy drawn again and the one of the output."""
    if not isinstance(made, RowCopy):
        return f"it is not made again ({made or 'it was not asked for'})"
    if row is None:
        return "it is made now, and is not in the output"
    for name, value in made.values.items():
        if name in task.columns and row.values.get(name) != value:
            return (
                f"{name!r} is now {str(value)[:100]!r}, it was {str(row.values.get(name))[:100]!r}"
            )
    then = [(step.path, step.edits) for _, step in row.steps]
    now = [
        (step.path, tuple(edit._replace(anchors=()) for edit in step.edits))
        for copy in made.copies
        for step in copy.trail
    ]
    return None if then == now else "its text is equal, but its trail is another"


def _families(
    rows: Iterable[Row | Fault],
) -> Iterator[_Family]:
    """Each original with its copies below it."""
    whole = (row for row in rows if isinstance(row, WrittenRow))
    for source_id, group in groupby(whole, key=lambda row: row.id):
        first, *copies = group
        if first.copy != 0:
            raise DataError(
                f"line {first.line}: copy {first.copy} of {source_id!r} has no original above it; "
                "to draw again, the output must hold the originals, each above its copies"
            )
        yield first, copies


def _batches(
    families: Iterator[_Family],
) -> Iterator[list[_Family]]:
    batch = []
    for family in families:
        batch.append(family)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@contextmanager
def _originals(path: Path, options: WrittenOptions) -> Iterator[Iterable[Row | Fault]]:
    """The originals in an output; or the rows of a data set that a check names."""
    from augment.report.reading import open_originals

    with ExitStack() as stack:
        try:
            reader: WrittenReader = stack.enter_context(open_written(path, options))
        except DataError:
            yield stack.enter_context(open_originals(path, options, None))
        else:
            yield (row for row in reader if isinstance(row, WrittenRow) and row.copy == 0)
