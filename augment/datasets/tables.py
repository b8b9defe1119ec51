"""CSV and TSV files as records, and records as lines of such a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from augment.datasets.columns import Columns, Found, NewColumns, check_new, find_columns
from augment.datasets.delimited import Dialect, decode_field, encode_field, scan_rows
from augment.datasets.labels import read_label
from augment.datasets.lines import Line
from augment.datasets.rows import BadRowError, Fault, Offsets, Raw, Row, decoded, line_end
from augment.datasets.tasks.choose import choose_task
from augment.datasets.tasks.task import Task
from augment.datasets.values import compact
from augment.datasets.writer import Changes
from augment.errors import DataError


@dataclass(frozen=True)
class Table:
    """What the header of a CSV or TSV file tells: how to read its rows and how to write others."""

    dialect: Dialect
    names: tuple[str, ...]
    asked: Columns
    found: Found
    task: Task
    header: bytes
    newline: bytes

    def scan(self, lines: Iterator[Line], *, limit: int) -> Iterator[Raw | Fault]:
        """The rows in lines below the header."""
        return scan_rows(lines, self.dialect, limit=limit)

    def parse(self, raw: Raw, default_id: str) -> Row:
        """The row behind the bytes.

        Raises:
            BadRowError: it is ragged, not UTF-8, or holds a NUL byte.
        """
        decoded(raw.content)
        if len(raw.fields) != len(self.names):
            raise BadRowError(
                "ragged", f"{len(raw.fields)} fields where the header has {len(self.names)}"
            )
        found = self.found
        row_id = self._value(raw, found.id) if found.id else default_id
        label = self._value(raw, found.label) if found.label else None
        label, labels = read_label(label, found.label or "", self.asked.labels)
        values = {name: self._value(raw, name) for name in self.task.columns}
        stop = len(raw.content) - len(line_end(raw.content))
        return Row(
            raw.line,
            raw.content,
            row_id,
            self.task.records(values, row_id, label),
            values,
            {name: self._field(raw, name) for name in self.task.columns},
            insert=stop,
            stop=stop,
            labels=labels,
            training=not found.split or self._value(raw, found.split) == self.asked.part,
        )

    def ended(self, end: bytes) -> bytes:
        """The end of a row, which the last one of a file may lack."""
        return end or self.newline

    def final(self, last: Raw | Fault) -> bytes | None:
        """How the output ends: without a line end if the input does."""
        return None if line_end(last.content) else b""

    def new_fields(self, row: Row, copy: int, trail: Sequence[Mapping[str, Any]]) -> bytes:
        """The new columns, as they stand behind those of the row."""
        return _cells((row.id, str(copy), compact(trail)), self.dialect)

    def changes(self, row: Row, values: Mapping[str, Any]) -> Changes | None:
        """Other texts in place of the row's; None where one cannot be written."""
        changes = []
        for name, value in values.items():
            place = row.places[name]
            quoted = row.content.startswith(b'"', place.start)
            encoded = encode_field(value, self.dialect, quoted=quoted)
            if encoded is None:
                return None
            changes.append((place, encoded))
        return changes

    def _field(self, raw: Raw, name: str) -> Offsets:
        return raw.fields[self.names.index(name)]

    def _value(self, raw: Raw, name: str) -> str:
        return decode_field(raw.content[slice(*self._field(raw, name))], self.dialect)


def open_table(
    raws: Iterator[Raw | Fault], dialect: Dialect, asked: Columns, new: NewColumns
) -> tuple[Table, Iterator[Raw | Fault]]:
    """The table that a file holds, and its rows.

    Raises:
        DataError: there is no usable header, no column for the text, or no row.
    """
    head = next((raw for raw in raws if isinstance(raw, Fault) or raw.fields), None)
    if head is None:
        raise DataError("the file is empty")
    names = _header(head, dialect)
    task = choose_task(asked, names, nested=False)
    found = find_columns(asked, names, task.columns)
    check_new(new, names)
    first = next((raw for raw in raws if isinstance(raw, Fault) or raw.fields), None)
    if first is None:
        raise DataError("the file has a header but no rows")
    newline = line_end(head.content) or b"\n"
    body = head.content.removesuffix(newline)
    header = body + _cells(new.names, dialect)
    table = Table(dialect, names, asked, found, task, header, newline)
    return table, _chain(first, raws)


def _cells(values: Sequence[str], dialect: Dialect) -> bytes:
    """More fields, each behind a delimiter.

    JSON escapes tabs and line ends, so only a name that a person gave can fail here.
    """
    cells = []
    for value in values:
        cell = encode_field(value, dialect)
        if cell is None:
            raise DataError(f"{value!r} cannot be written without quotes; leave out --no-quotes")
        cells.append(dialect.delimiter + cell)
    return b"".join(cells)


def _header(head: Raw | Fault, dialect: Dialect) -> tuple[str, ...]:
    if isinstance(head, Fault):
        raise DataError(f"line {head.line} cannot be read as a header: {head.detail}")
    try:
        decoded(head.content)
    except BadRowError as error:
        raise DataError(f"line {head.line} cannot be read as a header: {error.detail}") from error
    return tuple(decode_field(head.content[slice(*field)], dialect) for field in head.fields)


def _chain(first: Raw | Fault, rest: Iterator[Raw | Fault]) -> Iterator[Raw | Fault]:
    yield first
    yield from rest
