"""One unit worked off: its rows with their copies, its rejects and its counts, in files."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from augment.datasets.formats import Input
from augment.datasets.output import OutputFile
from augment.datasets.reader import Reader
from augment.datasets.rejects import Rejects
from augment.datasets.rows import Fault, Row
from augment.datasets.summary import CopyCounts, Tally
from augment.datasets.tasks.task import RowCopy, row_copies
from augment.datasets.units.batches import batches
from augment.datasets.units.files import CopyEntry, RowEntry, UnitDone, note_of
from augment.datasets.units.job import Job
from augment.datasets.units.plan import Unit
from augment.datasets.units.select import cases_of
from augment.datasets.units.source import UnitBytes
from augment.datasets.writer import copy_row, original_row
from augment.pipeline import Pipeline
from augment.record import Outcome, Record, Refusal

Observe = Callable[[Outcome], None]

LOST = Refusal(
    "worker_lost", "the process that made the copies of this part of the data died twice"
)


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one more batch came to: rows, written copies, bytes of the input, copies by kind."""

    rows: int
    copies: int
    size: int
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Generator:
    """Works off units of one input, one after the other.

    Without a `pipeline` no copies are made, and all are told as lost.
    """

    job: Job
    pipeline: Pipeline | None
    reader: Reader
    opened: Input
    folder: Path
    observe: Observe | None = None

    def generate(
        self, unit: Unit, name: str, advance: Callable[[Advanced], None] = lambda _: None
    ) -> UnitDone:
        """Write the files of a unit under a name in the folder; they are on disk when it returns.

        Raises:
            DataError: the input was changed since it was planned.
            OutputError: a file cannot be written.
        """
        source = UnitBytes(self.opened, unit, self.job.request.shown)
        rows = self.reader.stretch(
            source.read, line=unit.line, before=unit.before, doubles=frozenset(unit.doubles)
        )
        with ExitStack() as stack:
            run = _UnitRun(self, unit, name, stack)
            for batch in batches(rows):
                advance(run.batch(batch))
            source.check()
            return run.finish()


class _UnitRun:
    """The files and counts of one unit in the making."""

    def __init__(self, by: Generator, unit: Unit, name: str, stack: ExitStack) -> None:
        job = by.job
        self._tally = Tally(
            keep_originals=job.request.keep_originals, labels=job.request.columns.labels.type
        )
        self._job = job
        self._by = by
        self._unit = unit
        self._layout = by.reader.layout
        self._paths = {part: by.folder / f"{name}.{part}" for part in ("rows", "rejects", "index")}
        self._rows = stack.enter_context(OutputFile(self._paths["rows"], force=True))
        self._rejects = stack.enter_context(Rejects(self._paths["rejects"], force=True))
        self._index = (
            stack.enter_context(OutputFile(self._paths["index"], force=True))
            if job.selective
            else None
        )
        self._above = Counter(unit.labels)
        self._lines = self._tail = 0
        self._made, self._kinds = 0, Counter[str]()
        self._models: set[str] = set()

    def batch(self, batch: Sequence[Row | Fault]) -> Advanced:
        """Work off some rows, and tell what came of them."""
        rows = [row for row in batch if isinstance(row, Row)]
        copies = [self._copies(row) for row in rows]
        outcomes = self._outcomes(rows, copies)
        if self._job.quotas is not None:
            self._make_up(rows, copies, outcomes)
        each = iter(outcomes)
        for row in batch:
            if isinstance(row, Fault):
                self._tally.fault(row)
                self._rejects.row(row)
            else:
                self._write(row, next(each))
        made, kinds = self._made, self._kinds
        self._made, self._kinds = 0, Counter()
        return Advanced(len(batch), made, sum(len(row.content) for row in batch), dict(kinds))

    def finish(self) -> UnitDone:
        """Give all files their names, and tell what there is."""
        self._rows.publish()
        self._rejects.publish()
        if self._index is not None:
            self._index.publish()
        notes = {part: note_of(path) for part, path in self._paths.items()}
        rows = notes["rows"]
        assert rows is not None
        return UnitDone(
            self._unit.number,
            self._unit.digest,
            self._unit.end - self._unit.start,
            self._lines,
            self._tail,
            self._tally.state(),
            tuple(sorted(self._models)),
            rows,
            notes["rejects"],
            notes["index"],
            lost=self._by.pipeline is None,
        )

    def _copies(self, row: Row) -> int:
        """How many copies are asked of a row."""
        quotas = self._job.quotas
        if not row.training:
            return 0
        if quotas is None:
            return self._job.copies
        if len(row.labels) != 1:
            return 0
        (label,) = row.labels
        above = self._above[label]
        self._above[label] += 1
        return quotas.copies(label, above)

    def _outcomes(self, rows: Sequence[Row], copies: Sequence[int]) -> list[list[Outcome]]:
        """An outcome for each record of each row; overlong texts do not meet the pipeline."""
        asked = [
            (record, count)
            for row, count in zip(rows, copies, strict=True)
            for record in row.records
        ]
        fit = [(record, count) for record, count in asked if count and not self._unfit(record)]
        made = iter(self._augmented(fit))
        each = iter([self._refused(*one) or next(made) for one in asked])
        return [[next(each) for _ in row.records] for row in rows]

    def _refused(self, record: Record, count: int) -> Outcome | None:
        """The outcome of a record that does not meet the pipeline."""
        refusal = self._unfit(record)
        if count and refusal is None:
            return None
        missing = [] if refusal is None else [(n, refusal) for n in range(1, count + 1)]
        return Outcome(record, (), tuple(missing))

    def _augmented(self, fit: Sequence[tuple[Record, int]]) -> list[Outcome]:
        pipeline = self._by.pipeline
        if not fit or pipeline is None:
            return []
        return pipeline.augment_batch(
            [record for record, _ in fit],
            copies=[count for _, count in fit],
            seed=self._job.request.seed,
            counts=self._tally.steps,
        )

    def _unfit(self, record: Record) -> Refusal | None:
        length, limit = len(record.text), self._job.request.text_limit
        if length > limit:
            return Refusal("text_too_long", f"{length:,} characters, the limit is {limit:,}")
        return LOST if self._by.pipeline is None else None

    def _make_up(
        self, rows: Sequence[Row], copies: Sequence[int], outcomes: list[list[Outcome]]
    ) -> None:
        """Ask more of rows that gave all, for others of their label that could not."""
        short: Counter[str] = Counter()
        able: dict[str, list[int]] = {}
        for i, (row, count) in enumerate(zip(rows, copies, strict=True)):
            if not count:
                continue
            made = sum(isinstance(one, RowCopy) for _, one in self._row_copies(row, outcomes[i]))
            short[row.labels[0]] += count - made
            if made == count:
                able.setdefault(row.labels[0], []).append(i)
        more = {
            i: copies[i] + extra
            for label, givers in able.items()
            for i, extra in zip(givers, _shared(short[label], givers, copies), strict=True)
            if extra
        }
        again = self._outcomes([rows[i] for i in more], list(more.values()))
        for i, found in zip(more, again, strict=True):
            outcomes[i] = found

    def _row_copies(
        self, row: Row, outcomes: Sequence[Outcome]
    ) -> list[tuple[int, RowCopy | Refusal]]:
        return list(row_copies(self._layout.task, row.values, outcomes))

    def _write(self, row: Row, outcomes: Sequence[Outcome]) -> None:
        self._tally.row(row)
        made: list[tuple[RowCopy, bytes]] = []
        for number, copy in self._row_copies(row, outcomes):
            body = copy if isinstance(copy, Refusal) else copy_row(self._layout, row, copy)
            if isinstance(body, Refusal):
                self._tally.dropped(body)
                self._rejects.copy(row, number, body)
            else:
                made.append((cast("RowCopy", copy), body))
        entry = RowEntry(row.line, row.id, list(row.labels), 0, 0)
        if self._job.request.keep_originals:
            end = self._layout.ended(row.end) if made else row.end
            entry.size, entry.end = self._put(original_row(self._layout, row), end)
        for copy, body in made:
            size, end_size = self._put(body, self._layout.ended(b""))
            counts = CopyCounts.of(copy)
            self._made += 1
            self._kinds.update(counts.kinds)
            if self._index is None:
                self._tally.copy(row.labels, counts)
            else:
                cases = cases_of(row, copy)
                entry.copies.append(CopyEntry(copy.number, size, end_size, cases, asdict(counts)))
            self._models.update(
                step.model for one in copy.copies for step in one.trail if step.model
            )
        if self._index is not None:
            self._index.write(entry.to_bytes())
        if self._by.observe is not None:
            for outcome in outcomes:
                self._by.observe(outcome)

    def _put(self, body: bytes, end: bytes) -> tuple[int, int]:
        """Write a row of the output; its size with its end, and that of its end."""
        self._rows.write(body + end)
        self._lines += 1
        self._tail = len(end)
        return len(body) + len(end), len(end)


def _shared(wanted: int, givers: Sequence[int], copies: Sequence[int]) -> list[int]:
    """How much more each giver is asked for: even shares, at most as much again and one more."""
    shares = [
        (n + 1) * wanted // len(givers) - n * wanted // len(givers) for n in range(len(givers))
    ]
    return [min(share, copies[i] + 1) for i, share in zip(givers, shares, strict=True)]
