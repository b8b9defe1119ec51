"""Rows of a table as lines of JSON, with the columns that the engine reads."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

from augment.datasets.arrow.schema import coded, named
from augment.datasets.arrow.source import ArrowSource
from augment.datasets.columns import Columns, NewColumns, check_new, find_columns
from augment.datasets.formats import Input, Kind
from augment.datasets.tasks.choose import choose_task
from augment.errors import DataError


@contextmanager
def open_rows(
    path: Path, kind: Kind, asked: Columns, new: NewColumns, also: Sequence[str] = ()
) -> Iterator[Input]:
    """The rows of a data set as bytes; `also` names columns that are read beside the task's.

    Raises:
        DataError: it cannot be read, has no rows, or no column for the text.
    """
    source = ArrowSource(path, kind)
    try:
        columns = _columns(source, asked, new)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    columns += [name for name in also if name in source.names and name not in columns]
    lines = _Lines(source, columns)
    yield Input(lines.read, lines.seek, lines.position, source.size, packed=True)
    lines.close()


def _columns(source: ArrowSource, asked: Columns, new: NewColumns) -> list[str]:
    """The columns that are read, and no others: those may be large, or no JSON."""
    names = source.names
    if not source.rows:
        raise DataError(f"the data set has no rows; its columns are {', '.join(names) or 'none'}")
    task = choose_task(asked, names, nested=True)
    found = find_columns(asked, names, task.columns)
    check_new(new, names)
    for side in task.sides if task.sides != ("",) else task.columns[:1]:
        _check_text(source.schema.field(side), listed=task.name == "tagging")
    others = [name for name in (found.label, found.id, found.split) if name is not None]
    wanted = [*(name for name in task.columns if name in names), *others]
    for name in others:
        if "binary" in str(source.schema.field(name).type):
            raise DataError(f"the column {name!r} holds bytes; name one with text or numbers")
    return list(dict.fromkeys(wanted))


def _check_text(field: Any, *, listed: bool) -> None:
    import pyarrow as pa

    kind = field.type
    if listed and (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        kind = kind.value_type
        listed = False
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    if listed or not any(is_text(kind) for is_text in texts):
        wanted = "a list of strings" if listed else "strings"
        raise DataError(
            f"the column {field.name!r} is of type {field.type}, where {wanted} are needed; name "
            "another one with --text, or turn it into strings first"
        )


class _Lines:
    """The bytes of all lines; forward they are made once, backward from the piece's start anew."""

    def __init__(self, source: ArrowSource, columns: Sequence[str]) -> None:
        self._source = source
        self._columns = list(columns)
        self._coded = coded(source.schema, columns)
        self._piece = 0
        self._batches: Any = None
        self._batch: Any = None
        self._first = self._rows = self._at = 0
        self._bytes = b""
        self._ends: list[int] = []
        self._go_to(0)

    def read(self, count: int) -> bytes:
        """At most so many of the bytes that follow; none at the end."""
        while count and self._at == len(self._bytes):
            if not self._next():
                return b""
            self._fill()
        data = self._bytes[self._at : self._at + count]
        self._at += len(data)
        return data

    def seek(self, place: int, row: int) -> None:
        """Go to a row, by the number of rows above it."""
        del place
        piece = self._source.piece_of(row)
        if row < self._first or piece > self._piece:
            self._go_to(piece)
        while row >= self._first + self._rows and self._next():
            pass
        if not self._ends:
            self._fill()
        within = row - self._first
        self._at = self._ends[within - 1] if within else 0

    def position(self) -> int:
        """How far it is, as a place in the files."""
        done = self._first + self._rows
        return self._source.size * done // max(1, self._source.rows)

    def close(self) -> None:
        """Close the file that is being read."""
        self._batches.close()

    def _go_to(self, piece: int) -> None:
        self._piece = piece
        if self._batches is not None:
            self._batches.close()
        self._batches = self._source.batches(piece, self._columns)
        self._first = self._rows = self._at = 0
        self._batch, self._bytes, self._ends = None, b"", []
        if piece:
            self._next()

    def _next(self) -> bool:
        """Go to the next batch, whose lines are not made yet; whether there is one."""
        found = next(self._batches, None)
        if found is None:
            return False
        self._first, self._batch = found
        self._rows = self._batch.num_rows
        self._piece = self._source.piece_of(self._first)
        self._at, self._bytes, self._ends = 0, b"", []
        return True

    def _fill(self) -> None:
        if self._batch is None:
            return
        lines = [
            found if isinstance(found, bytes) else self._line(found)
            for found in _rows(self._batch, self._columns)
        ]
        self._bytes = b"".join(lines)
        self._ends = list(accumulate(map(len, lines)))

    def _line(self, values: dict[str, Any]) -> bytes:
        for name, names in self._coded.items():
            values[name] = named(values[name], names)
        # Numbers, dates and decimals of a label or id come as JSON has them, or as they are shown.
        return json.dumps(values, ensure_ascii=False, default=str).encode("utf-8") + b"\n"


def _rows(batch: Any, columns: Sequence[str]) -> Iterator[dict[str, Any] | bytes]:
    """The values of each row; of one whose text is no UTF-8 the line."""
    try:
        cells = [batch.column(i).to_pylist() for i in range(len(columns))]
    except UnicodeDecodeError:
        for row in range(batch.num_rows):
            yield _row_alone(batch.slice(row, 1), columns)
        return
    for values in zip(*cells, strict=True):
        yield dict(zip(columns, values, strict=True))


def _row_alone(row: Any, columns: Sequence[str]) -> dict[str, Any] | bytes:
    """The values of a row; where a text is no UTF-8, a line with its bytes, which is told so."""
    import pyarrow as pa

    values: dict[str, Any] = {}
    for i, name in enumerate(columns):
        try:
            values[name] = row.column(i)[0].as_py()
        except UnicodeDecodeError:
            found = row.column(i)[0]
            held = found.as_buffer().to_pybytes() if isinstance(found, pa.StringScalar) else b""
            key = json.dumps(name).encode()
            return b"{" + key + b': "' + held.replace(b"\n", b" ") + b'\xff"}\n'
    return values
