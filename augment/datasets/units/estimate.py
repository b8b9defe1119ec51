"""What a run would take, told from copies of a sample of its rows."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from augment.datasets.balance import Quotas
from augment.datasets.fit import fitted
from augment.datasets.formats import Input
from augment.datasets.inputs import open_data
from augment.datasets.reader import Reader
from augment.datasets.request import ExpandRequest
from augment.datasets.rows import Row
from augment.datasets.tasks.task import RowCopy, row_copies
from augment.datasets.units.plan import Planner, Unit
from augment.datasets.units.run import open_reader, rows_of
from augment.datasets.units.source import UnitBytes
from augment.datasets.writer import copy_row, original_row
from augment.errors import DataError
from augment.pipeline import Pipeline
from augment.record import Outcome
from augment.words import split_words

PLACES = 8  # in the input, spread evenly, from which rows are taken
ROWS = 32  # from each


@dataclass(frozen=True, slots=True)
class Estimate:
    """A run before it is made: whole counts of the input, the rest told from the sample.

    `words` are those of all texts of which copies are made, once for each copy. `disk` is in bytes:
    the output, and as much again while the run goes on.
    """

    rows: int
    copies: int
    sample: int
    words: int
    seconds: float
    disk: int

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def estimate(request: ExpandRequest, pipeline: Pipeline, *, workers: int = 1) -> Estimate:
    """Make copies of some rows, and tell what all would take with so many processes.

    Raises:
        DataError: the input cannot be read twice, or as a whole is unusable.
    """
    source = request.input
    if source is None or not (source.is_file() or source.is_dir()):
        raise DataError(
            f"{request.shown}: --dry-run reads the input twice; save it as a file first"
        )
    with ExitStack() as stack:
        pipeline = stack.enter_context(
            fitted(pipeline, source, lambda path: rows_of(path, source, request))
        )
        planner, units = _planned(request, source)
        opened = stack.enter_context(open_data(source, request.options))
        reader = open_reader(opened, request)
        sampled = [row for unit in units for row in _some(reader, opened, unit, request)]
        quotas = Quotas.of(request.balance, planner.labels) if request.balance else None
        asked = pipeline.spec.copies if request.copies is None else request.copies
        if quotas is not None:
            asked = max(1, -(-sum(map(quotas.wanted, quotas.rows)) // max(1, planner.rows)))
        began = time.perf_counter()
        size = _size(reader, pipeline, sampled, asked, request)
        seconds = time.perf_counter() - began
    share = planner.rows / max(1, len(sampled))
    words = sum(
        len(split_words(record.text)) for row in sampled if row.training for record in row.records
    )
    return Estimate(
        rows=planner.rows,
        copies=round(asked * share * sum(row.training for row in sampled)),
        sample=len(sampled),
        words=round(words * asked * share),
        seconds=round(seconds * share / workers, 1),
        disk=round(2 * size * share),
    )


def _planned(request: ExpandRequest, source: Path) -> tuple[Planner, list[Unit]]:
    """The plan when it is through, and some of its units, spread evenly."""
    kept: list[Unit] = []
    stride = 1
    with open_data(source, request.options) as opened:
        planner = Planner(open_reader(opened, request), labels=request.balance is not None)
        for unit in planner:
            if unit.number % stride == 0:
                kept.append(unit)
            if len(kept) > PLACES:
                kept, stride = kept[::2], 2 * stride
    return planner, kept


def _some(reader: Reader, opened: Input, unit: Unit, request: ExpandRequest) -> Iterator[Row]:
    """The first rows of a unit."""
    source = UnitBytes(opened, unit, request.shown)
    rows = reader.stretch(source.read, line=unit.line, before=unit.before, doubles=unit.doubles)
    return (row for row in islice(rows, ROWS) if isinstance(row, Row))


def _size(
    reader: Reader, pipeline: Pipeline, rows: list[Row], asked: int, request: ExpandRequest
) -> int:
    """How many bytes the rows with their copies take."""
    records = [
        record
        for row in rows
        for record in row.records
        if row.training and len(record.text) <= request.text_limit
    ]
    made = {
        outcome.record.id: outcome
        for outcome in pipeline.augment_batch(records, copies=asked, seed=request.seed)
    }
    layout, size = reader.layout, 0
    for row in rows:
        if request.keep_originals:
            size += len(original_row(layout, row)) + len(row.end)
        outcomes = [made.get(record.id, Outcome(record, ())) for record in row.records]
        for _, copy in row_copies(layout.task, row.values, outcomes):
            body = copy_row(layout, row, copy) if isinstance(copy, RowCopy) else b""
            size += len(body) + 1 if isinstance(body, bytes) and body else 0
    return size
