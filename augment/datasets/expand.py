"""A whole data set through a pipeline: a labelled file goes in and comes out larger.

Rows stream through in batches of bounded size, and so does memory; originals and their copies come
out in the order of the input, and the output gets its name when all of it is on disk.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from augment.datasets.columns import Columns, NewColumns
from augment.datasets.fit import fitted
from augment.datasets.formats import Input, Kind, input_kind, input_name, open_input, suffix_kind
from augment.datasets.output import OutputFile, check_output, same_file
from augment.datasets.reader import Reader, ReadOptions
from augment.datasets.rejects import Rejects
from augment.datasets.rows import Fault, Row
from augment.datasets.run_record import leave_record, now, record_path
from augment.datasets.summary import Summary, Tally
from augment.datasets.tasks.suits import check_suits
from augment.datasets.tasks.task import RowCopy, row_copies
from augment.datasets.writer import RowWriter, copy_row, original_row
from augment.errors import Cancelled, DataError, OutputError
from augment.pipeline import Pipeline, Selector
from augment.record import Outcome, Record, Refusal
from augment.spec import PipelineSpec

BATCH_ROWS = 256
BATCH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandRequest:
    """What to expand, and how; `input` and `output` None are standard input and output.

    `copies` and `seed` stand in for those of the spec. A text over `text_limit` characters is kept,
    but gets no copies.
    """

    input: Path | None
    output: Path | None
    rejects: Path | None = None
    kind: Kind | None = None
    columns: Columns = field(default_factory=Columns)
    new: NewColumns = field(default_factory=NewColumns)
    delimiter: bytes | None = None
    quotes: bool = True
    copies: int | None = None
    seed: int | None = None
    keep_originals: bool = True
    force: bool = False
    row_limit: int = 16 << 20
    text_limit: int = 1_000_000

    @property
    def rejects_path(self) -> Path | None:
        """Where rejects go: as asked, else beside the output, else (None) to standard error."""
        if self.rejects is None and self.output is not None:
            return self.output.with_name(f"{self.output.name}.rejects.jsonl")
        return self.rejects


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; `size` is None where the end is not known (standard input)."""

    rows: int
    copies: int
    position: int
    size: int | None


def check(request: ExpandRequest, spec: PipelineSpec | None = None) -> None:
    """Find what is wrong with a request before any model is loaded.

    Raises:
        DataError: the input is missing, has no known format, or no column for the text.
        OutputError: the output exists, is the input, or is named as another format.
        SpecError: the spec does not suit what the data's labels are for.
    """
    kind = input_kind(request.input, request.kind)
    _check_outputs(request, kind)
    # Standard input can be read only once, so its head is looked at when the run starts.
    if request.input is not None and request.input.is_file():
        with open_input(request.input) as opened:
            reader = _reader(opened, request)
        if spec is not None:
            check_suits(spec, reader.layout.task)
    elif request.input is not None and not request.input.exists():
        raise DataError(f"{request.input}: there is no such file")


def expand(
    request: ExpandRequest,
    pipeline: Pipeline,
    *,
    progress: Callable[[Progress], None] | None = None,
    observe: Callable[[Outcome], None] | None = None,
) -> Summary:
    """Write the rows of the input with copies of each; rejects go to a file of their own.

    `observe` is given the outcome of each text once its row is written. Where no row of the output
    came about there is no output, and the summary's is None.

    Raises:
        DataError: the input as a whole is unusable.
        OutputError: the output cannot be written, or exists.
        Cancelled: the user broke the run off.
    """
    check(request, pipeline.spec)
    try:
        return _expand(request, pipeline, progress or (lambda _: None), observe)
    except KeyboardInterrupt:
        left = "" if request.output is None else f"; nothing was written to {request.output}"
        raise Cancelled(f"cancelled{left}") from None


def _expand(
    request: ExpandRequest,
    pipeline: Pipeline,
    progress: Callable[[Progress], None],
    observe: Callable[[Outcome], None] | None,
) -> Summary:
    began, at, done = time.perf_counter(), now(), 0
    with ExitStack() as stack:
        opened = stack.enter_context(open_input(request.input))
        reader = _reader(opened, request)
        check_suits(pipeline.spec, reader.layout.task)
        pipeline = stack.enter_context(
            fitted(pipeline, request.input, lambda path: _rows(path, request))
        )
        rejects = stack.enter_context(Rejects(request.rejects_path, force=request.force))
        output = stack.enter_context(OutputFile(request.output, force=request.force))
        select = stack.enter_context(pipeline.selector())
        run = _Run(request, pipeline, reader, output, rejects, select=select, observe=observe)
        for batch in _batches(reader):
            run.batch(batch)
            done += sum(len(row.content) for row in batch)
            position = opened.position() if opened.packed and opened.size else done
            progress(Progress(run.tally.rows, run.tally.written, position, opened.size))
        run.writer.close(reader.final_end())
        rejected = rejects.publish()
        # A file with a header alone would pass for a result.
        if run.lines:
            output.publish()
        shown = request.output if run.lines else None
        summary = run.tally.summary(
            blank_lines=reader.blank_lines,
            seconds=time.perf_counter() - began,
            output=str(shown) if shown else None,
            rejects=str(request.rejects_path) if rejected else None,
        )
        if run.lines:
            leave_record(
                request, pipeline.spec, reader.layout, summary, began=at, models=run.models
            )
        return summary


class _Run:
    """What happens to one batch after the other."""

    def __init__(
        self,
        request: ExpandRequest,
        pipeline: Pipeline,
        reader: Reader,
        output: OutputFile,
        rejects: Rejects,
        *,
        select: Selector,
        observe: Callable[[Outcome], None] | None,
    ) -> None:
        labels = request.columns.labels.type
        self.tally = Tally(keep_originals=request.keep_originals, labels=labels)
        self.lines = 0
        self.models: set[str] = set()
        self.writer = RowWriter(output.write, reader.layout.ended)
        self._request = request
        self._pipeline = pipeline
        self._select = select
        self._copies = pipeline.spec.copies if request.copies is None else request.copies
        self._layout = reader.layout
        self._rejects = rejects
        self._observe = observe
        output.write(reader.bom)
        if reader.layout.header:
            self.writer.row(reader.layout.header)

    def batch(self, batch: list[Row | Fault]) -> None:
        rows = [row for row in batch if isinstance(row, Row)]
        outcomes = map(self._select, self._outcomes(rows))
        for row in batch:
            if isinstance(row, Fault):
                self.tally.fault(row)
                self._rejects.row(row)
            else:
                self._write(row, [next(outcomes) for _ in row.records])

    def _outcomes(self, rows: list[Row]) -> Iterable[Outcome]:
        """One outcome a record; other parts and overlong texts do not meet the pipeline."""
        records = [(row, record) for row in rows for record in row.records]
        fit = [record for row, record in records if row.training and not self._too_long(record)]
        made = iter(
            self._pipeline.augment_batch(fit, copies=self._copies, seed=self._request.seed)
            if fit
            else ()
        )
        for row, record in records:
            if not row.training:
                yield Outcome(record, ())
            elif refusal := self._too_long(record):
                missing = tuple((number, refusal) for number in range(1, self._copies + 1))
                yield Outcome(record, (), missing)
            else:
                yield next(made)

    def _too_long(self, record: Record) -> Refusal | None:
        length, limit = len(record.text), self._request.text_limit
        if length <= limit:
            return None
        return Refusal("text_too_long", f"{length:,} characters, the limit is {limit:,}")

    def _write(self, row: Row, outcomes: list[Outcome]) -> None:
        self.tally.row(row)
        if self._request.keep_originals:
            self._row(original_row(self._layout, row), row.end)
        for number, made in row_copies(self._layout.task, row.values, outcomes):
            if isinstance(made, Refusal):
                self._drop(row, number, made)
            elif isinstance(body := copy_row(self._layout, row, made), Refusal):
                self._drop(row, number, body)
            else:
                self._row(body)
                self.tally.copy(row, made)
                self._note_models(made)
        if self._observe is not None:
            for outcome in outcomes:
                self._observe(outcome)

    def _row(self, body: bytes, end: bytes | None = None) -> None:
        self.writer.row(body, end)
        self.lines += 1

    def _note_models(self, made: RowCopy) -> None:
        steps = (step for copy in made.copies for step in copy.trail)
        self.models.update(step.model for step in steps if step.model)

    def _drop(self, row: Row, number: int, refusal: Refusal) -> None:
        self.tally.dropped(refusal)
        self._rejects.copy(row, number, refusal)


def _batches(reader: Iterable[Row | Fault]) -> Iterator[list[Row | Fault]]:
    """Rows in groups that depend on nothing but the input, bounded in number and in bytes."""
    batch: list[Row | Fault] = []
    size = 0
    for row in reader:
        batch.append(row)
        size += len(row.content)
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextmanager
def _rows(path: Path, request: ExpandRequest) -> Iterator[Reader]:
    """The rows of the input, or of a data set with the same columns."""
    if path != request.input:
        request = replace(request, input=path, kind=None)
    with open_input(path) as opened:
        yield _reader(opened, request)


def _reader(opened: Input, request: ExpandRequest) -> Reader:
    options = ReadOptions(
        kind=input_kind(request.input, request.kind),
        columns=request.columns,
        new=request.new,
        delimiter=request.delimiter,
        quotes=request.quotes,
        row_limit=request.row_limit,
    )
    try:
        return Reader(opened.read, input_name(request.input), options)
    except DataError as error:
        shown = "standard input" if request.input is None else str(request.input)
        if str(error).startswith(f"{shown}: "):
            raise
        raise DataError(f"{shown}: {error}") from error


def _check_outputs(request: ExpandRequest, kind: Kind) -> None:
    output, rejects = request.output, request.rejects_path
    # A device keeps no bytes, so there is nothing to record beside it.
    kept = output is not None and (output.is_file() or not output.exists())
    record = record_path(output) if output is not None and kept else None
    if output is not None:
        named = suffix_kind(output)
        if named is not None and named != kind:
            raise OutputError(
                f"{output}: is named as {named}, but the input is {kind}, and rows keep their "
                f"bytes; give the output the suffix .{kind}"
            )
    for path in (output, rejects, record):
        if path is not None and request.input is not None and same_file(path, request.input):
            raise OutputError(f"{path}: is the input itself; write to another file")
    if output is not None and rejects is not None and same_file(output, rejects):
        raise OutputError(f"{rejects}: is the output itself; name another file with --rejects")
    check_output(output, force=request.force)
    check_output(rejects, force=request.force)
    check_output(record, force=request.force)
