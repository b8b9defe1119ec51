"""Any input as rows: each one holds, or is a fault with its reason and all its bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain
from typing import Protocol

from augment.datasets.columns import Columns, NewColumns
from augment.datasets.conll import open_conll
from augment.datasets.delimited import Dialect, scan_rows
from augment.datasets.formats import Kind
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
        self._name = name
        lines, self.bom = _without_bom(read_lines(read, limit=options.row_limit))
        self.layout, self._raws = self._open(lines, options)
        # Ids must be unique, or two records would share all their draws. Only hashes are kept.
        self._ids: set[bytes] | None = set() if options.columns.id else None

    def __iter__(self) -> Iterator[Row | Fault]:
        number = 0
        for raw in self._raws:
            if isinstance(raw, Fault):
                number += raw.part == 1
                yield raw
            elif raw.content.strip(b" \t\r\n") or raw.fields:
                number += 1
                yield self._row(raw, number)

    def final_end(self) -> bytes | None:
        """What the output is to end with; None: with the end of its own last row."""
        return self.layout.final(self.last) if self.last is not None else None

    def _row(self, raw: Raw, number: int) -> Row | Fault:
        try:
            row = self.layout.parse(raw, f"{self._name}:{number}")
            if self._ids is not None:
                self._claim(row.id)
        except BadRowError as error:
            return Fault(raw.line, error.reason, error.detail, raw.content)
        return row

    def _claim(self, record_id: str) -> None:
        assert self._ids is not None
        key = blake2b(record_id.encode("utf-8"), digest_size=16).digest()
        if key in self._ids:
            raise BadRowError("duplicate_id", f"an earlier row has the id {record_id!r} as well")
        self._ids.add(key)

    def _open(
        self, lines: Iterator[Line], options: ReadOptions
    ) -> tuple[Layout, Iterator[Raw | Fault]]:
        if options.kind == "conll":
            limit = options.row_limit
            layout, sentences = open_conll(lines, options.columns, options.new, limit=limit)
            return layout, self._watched(sentences)
        if options.kind == "jsonl":
            raws = self._watched(scan_lines(lines, limit=options.row_limit))
            return open_json_lines(raws, options.columns, options.new)
        delimiter = options.delimiter or (b"," if options.kind == "csv" else b"\t")
        if not options.quotes and delimiter != b"\t":
            raise DataError("--no-quotes needs tabs between the fields: the trail holds commas")
        dialect = Dialect(delimiter, options.quotes)
        raws = self._watched(scan_rows(lines, dialect, limit=options.row_limit))
        return open_table(raws, dialect, options.columns, options.new)

    def _watched(self, raws: Iterator[Raw | Fault]) -> Iterator[Raw | Fault]:
        for raw in raws:
            self.last = raw
            if isinstance(raw, Raw) and not raw.fields and not raw.content.strip(b" \t\r\n"):
                self.blank_lines += 1
            yield raw


def _without_bom(lines: Iterator[Line]) -> tuple[Iterator[Line], bytes]:
    first = next(lines, None)
    if first is None or not first.content.startswith(BOM):
        return (lines if first is None else chain([first], lines)), b""
    rest = first._replace(content=first.content.removeprefix(BOM))
    return (chain([rest], lines) if rest.content else lines), BOM
