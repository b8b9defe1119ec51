"""Any input as rows: each one holds, or is a fault with its reason and all its bytes."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from augment.datasets.arrow.layout import PlacedRows
from augment.datasets.columns import Columns, NewColumns
from augment.datasets.conll import open_conll
from augment.datasets.delimited import Dialect, scan_rows
from augment.datasets.formats import ARROW, Kind
from augment.datasets.ids import SeenIds
from augment.datasets.json_lines import open_json_lines, scan_lines
from augment.datasets.lines import Line, read_lines
from augment.datasets.rows import BadRowError, Fault, Raw, Row
from augment.datasets.tables import open_table
from augment.datasets.tasks.task import Task
from augment.datasets.writer import Encoder
from augment.errors import DataError

BOM = b"\xef\xbb\xbf"
MIB = 1 << 20


class Layout(Encoder, Protocol):
    """How one file reads and writes its rows, as its head told."""

    @property
    def header(self) -> bytes:
        """The first line of the output, without its end; empty where the format has none."""
        ...

    @property
    def newline(self) -> bytes:
        """The end of the file's first line."""
        ...

    @property
    def task(self) -> Task:
        """What the rows are to the engine."""
        ...

    def scan(self, lines: Iterator[Line], *, limit: int) -> Iterator[Raw | Fault]:
        """The rows in lines of such a file, from the start of one row on."""
        ...

    def ended(self, end: bytes) -> bytes:
        """The end of a row made whole, so that another row may follow."""
        ...

    def final(self, last: Raw | Fault) -> bytes | None:
        """What the output is to end with, by the input's last row; None: as its own last row."""
        ...

    def parse(self, raw: Raw, default_id: str) -> Row:
        """The row behind the bytes, or BadRowError."""
        ...


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How an input is to be read."""

    kind: Kind
    columns: Columns = field(default_factory=Columns)
    new: NewColumns = field(default_factory=NewColumns)
    delimiter: bytes | None = None
    quotes: bool = True
    row_limit: int = 16 * MIB


class Reader:
    """The rows of one input, in order; what it saw beside them is known when it is through.

    Raises:
        DataError: the input as a whole is unusable.
    """

    def __init__(self, read: Callable[[int], bytes], name: str, options: ReadOptions) -> None:
        self.blank_lines = 0
        self.last: Raw | Fault | None = None
        self.options = options
        self._name = name
        self._seen = 0
        lines, self.bom = _without_bom(read_lines(read, limit=options.row_limit))
        self.layout, raws = self._open(lines, options)
        first = next(raws, None)
        # A table's header is above its first row; the other formats have nothing there.
        above = self._seen - len(first.content) if self.layout.header and first is not None else 0
        self.start = len(self.bom) + above
        self.first_line = first.line if above and first is not None else 1
        self._raws = raws if first is None else chain([first], raws)

    def __iter__(self) -> Iterator[Row | Fault]:
        # Ids must be unique, or two records would share all their draws.
        with SeenIds() as ids:
            for number, raw in self.scan():
                found = self.row(raw, number)
                if isinstance(found, Row) and self.options.columns.id and not ids.claim(found.id):
                    yield second(found)
                elif found is not None:
                    yield found

    def scan(self) -> Iterator[tuple[int, Raw | Fault]]:
        """All stretches of the input from `start` on, each with the number of its row.

        Joined they are the rest of the input. A blank line has the number of the row above it.
        """
        return _numbered(self._raws, 0)

    def row(self, raw: Raw | Fault, number: int) -> Row | Fault | None:
        """What a stretch holds; None is a blank line."""
        if isinstance(raw, Fault):
            return raw
        return None if is_blank(raw) else self._row(raw, number)

    def stretch(
        self,
        read: Callable[[int], bytes],
        *,
        line: int,
        before: int,
        doubles: Collection[int] = (),
    ) -> Iterator[Row | Fault]:
        """The rows in a stretch of the input that begins in a line, behind so many rows.

        `doubles` are the numbers of rows whose id an earlier row has.
        """
        limit = self.options.row_limit
        raws = self.layout.scan(read_lines(read, limit=limit, first=line), limit=limit)
        for number, raw in _numbered(raws, before):
            found = self.row(raw, number)
            if isinstance(found, Row) and number in doubles:
                yield second(found)
            elif found is not None:
                yield found

    def final_end(self) -> bytes | None:
        """What the output is to end with; None: with the end of its own last row."""
        return self.layout.final(self.last) if self.last is not None else None

    def _row(self, raw: Raw, number: int) -> Row | Fault:
        try:
            return self.layout.parse(raw, f"{self._name}:{number}")
        except BadRowError as error:
            return Fault(raw.line, error.reason, error.detail, raw.content)

    def _open(
        self, lines: Iterator[Line], options: ReadOptions
    ) -> tuple[Layout, Iterator[Raw | Fault]]:
        if options.kind == "conll":
            limit = options.row_limit
            layout, sentences = open_conll(lines, options.columns, options.new, limit=limit)
            return layout, self._watched(sentences)
        if options.kind == "jsonl" or options.kind in ARROW:
            raws = self._watched(scan_lines(lines, limit=options.row_limit))
            found, raws = open_json_lines(raws, options.columns, options.new)
            return (found if options.kind == "jsonl" else PlacedRows.of(found)), raws
        dialect = dialect_of(options)
        raws = self._watched(scan_rows(lines, dialect, limit=options.row_limit))
        return open_table(raws, dialect, options.columns, options.new)

    def _watched(self, raws: Iterator[Raw | Fault]) -> Iterator[Raw | Fault]:
        for raw in raws:
            self.last = raw
            self._seen += len(raw.content)
            self.blank_lines += is_blank(raw)
            yield raw


def dialect_of(options: ReadOptions) -> Dialect:
    """How the fields of a table are parted.

    Raises:
        DataError: a trail could not be written.
    """
    delimiter = options.delimiter or (b"," if options.kind == "csv" else b"\t")
    if not options.quotes and delimiter != b"\t":
        raise DataError("--no-quotes needs tabs between the fields: the trail holds commas")
    return Dialect(delimiter, options.quotes)


def is_blank(raw: Raw | Fault) -> bool:
    """Whether a stretch is a line without a row."""
    return isinstance(raw, Raw) and not raw.fields and not raw.content.strip(b" \t\r\n")


def second(row: Row) -> Fault:
    """The fault of a row whose id came before."""
    detail = f"an earlier row has the id {row.id!r} as well"
    return Fault(row.line, "duplicate_id", detail, row.content)


def _numbered(raws: Iterator[Raw | Fault], number: int) -> Iterator[tuple[int, Raw | Fault]]:
    for raw in raws:
        number += raw.part == 1 if isinstance(raw, Fault) else not is_blank(raw)
        yield number, raw


def _without_bom(lines: Iterator[Line]) -> tuple[Iterator[Line], bytes]:
    first = next(lines, None)
    if first is None or not first.content.startswith(BOM):
        return (lines if first is None else chain([first], lines)), b""
    rest = first._replace(content=first.content.removeprefix(BOM))
    return (chain([rest], lines) if rest.content else lines), BOM
