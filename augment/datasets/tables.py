"""CSV and TSV files as records, and records as lines of such a file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from augment.datasets.columns import Columns, Found, NewColumns, check_new, find_columns
from augment.datasets.delimited import Dialect, decode_field, encode_field
from augment.datasets.rows import BadRowError, Fault, Offsets, Raw, Row, decoded, line_end
from augment.edits import Span
from augment.errors import DataError
from augment.record import Record, Trail, trail_to_json


@dataclass(frozen=True)
class Table:
    """What the header of a CSV or TSV file tells: how to read its rows and how to write others."""

    dialect: Dialect
    names: tuple[str, ...]
    asked: Columns
    found: Found
    header: bytes
    newline: bytes

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
        record = Record(
            text=self._value(raw, found.text),
            id=self._value(raw, found.id) if found.id else default_id,
            label=self._value(raw, found.label) if found.label else None,
        )
        return Row(
            raw.line,
            raw.content,
            record,
            text=self._field(raw, found.text),
            insert=len(raw.content) - len(line_end(raw.content)),
            training=not found.split or self._value(raw, found.split) == self.asked.part,
        )

    def new_fields(self, row: Row, copy: int, trail: Trail) -> bytes:
        """The new columns, as they stand behind those of the row."""
        cells = (row.record.id, str(copy), compact(trail_to_json(trail)))
        return _cells(cells, self.dialect)

    def text(self, row: Row, text: str) -> bytes | None:
        """The bytes of another text in the place of the row's; None where it cannot be written."""
        quoted = row.content.startswith(b'"', row.text.start)
        return encode_field(text, self.dialect, quoted=quoted)

    def spans(self, row: Row, spans: Sequence[Span]) -> bytes:
        """Nothing: a table has no spans."""
        del row, spans
        return b""

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
    found = find_columns(asked, names)
    check_new(new, names)
    first = next((raw for raw in raws if isinstance(raw, Fault) or raw.fields), None)
    if first is None:
        raise DataError("the file has a header but no rows")
    newline = line_end(head.content) or b"\n"
    body = head.content.removesuffix(newline)
    header = body + _cells(new.names, dialect)
    table = Table(dialect, names, asked, found, header, newline)
    return table, _chain(first, raws)


def compact(value: Any) -> str:
    """JSON without spaces, in which only what must be is escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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
