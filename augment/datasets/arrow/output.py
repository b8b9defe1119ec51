"""The output as tables again: rows of the input taken by their places, new values set in them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from augment.datasets.arrow.layout import PlacedRow, placed_row
from augment.datasets.arrow.schema import coded, numbered, output_schema
from augment.datasets.arrow.source import ArrowSource
from augment.datasets.columns import NewColumns
from augment.errors import DataError

ROWS: Final = 256  # of the output that are made at once


class TableWriter(Protocol):
    """Takes tables of the output, in order."""

    def add(self, table: Any) -> None:
        """Write some rows."""
        ...


class ArrowRows:
    """Lines of `PlacedRows` come in, tables go out; memory holds some hundred rows."""

    def __init__(
        self,
        source: ArrowSource,
        new: NewColumns,
        changing: Sequence[str],
        open_writer: Callable[[Any], TableWriter],
    ) -> None:
        """`open_writer` is given the schema of the output."""
        self._originals = _Originals(source)
        self._source = source
        self._new = new
        self._changing = [name for name in changing if name in source.names]
        self._coded = coded(source.schema, self._changing)
        self._schema = output_schema(source.schema, new, self._changing)
        self._writer = open_writer(self._schema)
        self._held = b""
        self._lines: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Take bytes of lines, wherever they are cut."""
        *whole, self._held = (self._held + data).split(b"\n")
        self._lines += whole
        while len(self._lines) >= ROWS:
            self._make(self._lines[:ROWS])
            del self._lines[:ROWS]

    def close(self) -> None:
        """Write what is left."""
        if self._lines:
            self._make(self._lines)
        self._lines = []

    def leave(self) -> None:
        """Close the file whose rows are read."""
        self._originals.close()

    def _make(self, lines: Sequence[bytes]) -> None:
        import pyarrow as pa

        rows = [placed_row(line) for line in lines]
        table = self._originals.take([one.row for one in rows])
        columns = [
            self._changed(table.column(name), name, rows)
            if name in self._changing
            else table.column(name)
            for name in self._source.names
        ]
        columns += [pa.array(values) for values in zip(*(one.new for one in rows), strict=True)]
        arrays = [
            column.cast(field.type) if column.type != field.type else column
            for column, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.add(pa.table(arrays, schema=self._schema))

    def _changed(self, column: Any, name: str, rows: Sequence[PlacedRow]) -> Any:
        """A column with the values that copies have anew, and its own elsewhere."""
        import pyarrow as pa

        kind = self._schema.field(name).type
        column = column.cast(kind) if column.type != kind else column
        changed = [i for i, one in enumerate(rows) if name in one.values]
        if not changed:
            return column
        try:
            found = [rows[i].values[name] for i in changed]
            if name in self._coded:
                found = numbered(found, self._coded[name])
            values = pa.array(found, type=kind)
        except (pa.ArrowException, ValueError, OverflowError) as error:
            raise DataError(
                f"{self._source.path}: a copy does not fit the column {name!r} of type {kind}: "
                f"{error}"
            ) from error
        places = list(range(len(rows)))
        for number, i in enumerate(changed):
            places[i] = len(rows) + number
        return pa.chunked_array([*column.chunks, values], type=kind).take(pa.array(places))


class _Originals:
    """Rows of the input by their numbers, which never go down."""

    def __init__(self, source: ArrowSource) -> None:
        self._source = source
        self._batches: Any = source.batches(0)
        self._first = 0
        self._batch: Any = None

    def take(self, rows: Sequence[int]) -> Any:
        """A table with these rows."""
        import pyarrow as pa

        return pa.Table.from_batches(list(self._taken(rows)), self._source.schema)

    def close(self) -> None:
        """Close the file that is being read."""
        self._batches.close()

    def _taken(self, rows: Sequence[int]) -> Iterator[Any]:
        import pyarrow as pa

        at = 0
        while at < len(rows):
            while self._batch is None or rows[at] >= self._first + self._batch.num_rows:
                self._go_on()
            end = self._first + self._batch.num_rows
            stop = next((i for i in range(at, len(rows)) if rows[i] >= end), len(rows))
            places = [row - self._first for row in rows[at:stop]]
            try:
                yield self._batch.take(pa.array(places))
            except pa.ArrowNotImplementedError:  # of some types, such as views, rows go one by one
                yield from (self._batch.slice(place, 1) for place in places)
            at = stop

    def _go_on(self) -> None:
        found = next(self._batches, None)
        if found is None:
            raise DataError(
                f"{self._source.path}: has fewer rows than when the run began; put the old file "
                "back and go on with --resume, or begin anew with --restart"
            )
        self._first, self._batch = found
