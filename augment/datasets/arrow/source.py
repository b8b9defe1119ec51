"""Rows of Parquet files, or of a folder that `save_to_disk` wrote, by their number."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from augment.datasets.files import data_files
from augment.datasets.formats import Kind
from augment.errors import DataError

BATCH: Final = 256  # rows in memory at once
BUFFER: Final = 1 << 20  # bytes of a column
STATE: Final = "state.json"
INFO: Final = "dataset_info.json"
INSTALL: Final = "pip install 'text-augmentation-service[parquet]'"


@dataclass(frozen=True, slots=True)
class Piece:
    """A row group of a Parquet file, or (`group` None) a whole file of record batches."""

    path: Path
    group: int | None
    rows: int


class ArrowSource:
    """The rows of one data set, in the order of its files; `schema` is that of all of them."""

    def __init__(self, path: Path, kind: Kind) -> None:
        """Read what the files say of themselves, and no rows.

        Raises:
            DataError: pyarrow is missing, a file is damaged, or has other columns than the first.
        """
        if find_spec("pyarrow") is None:
            raise DataError(f"{path}: Parquet and Arrow need the package pyarrow: {INSTALL}")
        self.path = path
        self.kind = kind
        self.files = _listed(path) if kind == "arrow" else data_files(path, kind)
        self.size = sum(file.stat().st_size for file in self.files)
        self.schema: Any = None
        self.compression = "snappy"
        self._pieces: list[Piece] = []
        for file in self.files:
            with _opening(file):
                schema, pieces = self._look(file)
            self._check(schema, file)
            self._pieces += [piece for piece in pieces if piece.rows]
        self._ends = list(accumulate(piece.rows for piece in self._pieces))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(self.schema.names)

    @property
    def rows(self) -> int:
        """How many there are."""
        return self._ends[-1] if self._ends else 0

    def piece_of(self, row: int) -> int:
        """The number of the piece that has a row."""
        return bisect_right(self._ends, row)

    def batches(
        self, piece: int, columns: Sequence[str] | None = None
    ) -> Iterator[tuple[int, Any]]:
        """Record batches from the beginning of a piece to the end, each behind its first row.

        Raises:
            DataError: a file is damaged.
        """
        row = self._ends[piece - 1] if piece else 0
        for one in self._pieces[piece:]:
            with _opening(one.path):
                for batch in _batches(one, columns):
                    yield row, batch
                    row += batch.num_rows

    def _look(self, file: Path) -> tuple[Any, list[Piece]]:
        if self.kind == "arrow":
            with _stream(file) as reader:
                rows = sum(batch.num_rows for batch in reader)
                return reader.schema, [Piece(file, None, rows)]
        import pyarrow.parquet as pq

        with pq.ParquetFile(file) as parquet:
            told = parquet.metadata
            if not self._pieces and told.num_row_groups and told.num_columns:
                self.compression = told.row_group(0).column(0).compression.lower()
            groups = range(told.num_row_groups)
            pieces = [Piece(file, group, told.row_group(group).num_rows) for group in groups]
            return parquet.schema_arrow, pieces

    def _check(self, schema: Any, file: Path) -> None:
        if self.schema is None:
            self.schema = schema
        elif not schema.equals(self.schema):
            other = next(
                (field for field in (*schema, *self.schema)
                 if field not in schema or field not in self.schema), None,
            )  # fmt: skip
            what = f"the column {str(other)!r}" if other is not None else "its columns"
            raise DataError(
                f"{file}: has other columns than {self.files[0].name}: {what} is not the same in "
                "both; make them alike, or expand the files one by one"
            )


@contextmanager
def _opening(file: Path) -> Iterator[None]:
    """Turn what pyarrow finds wrong into a DataError that names the file."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        told = str(error).strip().splitlines()
        raise DataError(
            f"{file}: cannot be read as Parquet or Arrow: {told[0] if told else error}"
        ) from error


def _batches(piece: Piece, columns: Sequence[str] | None) -> Iterator[Any]:
    if piece.group is None:
        with _stream(piece.path) as reader:
            for batch in reader:
                whole = batch if columns is None else batch.select(list(columns))
                for start in range(0, whole.num_rows, BATCH):
                    yield whole.slice(start, BATCH)
        return
    import pyarrow.parquet as pq

    # Without a buffer all of a row group would be read at once.
    with pq.ParquetFile(piece.path, buffer_size=BUFFER) as parquet:
        asked = None if columns is None else list(columns)
        for batch in parquet.iter_batches(BATCH, [piece.group], asked):
            yield batch if asked is None else batch.select(asked)


@contextmanager
def _stream(file: Path) -> Iterator[Any]:
    """Record batches of a file, which the system reads as they are needed."""
    import pyarrow as pa

    with pa.memory_map(str(file)) as mapped, pa.ipc.open_stream(mapped) as reader:
        yield reader


def _listed(path: Path) -> list[Path]:
    """The files of a folder of `save_to_disk`, in the order that it says."""
    try:
        state = json.loads((path / STATE).read_text(encoding="utf-8"))
        names = [entry["filename"] for entry in state["_data_files"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path / STATE}: does not list the files of a data set as `save_to_disk` of "
            f"Hugging Face datasets does: {error!r}"
        ) from error
    files = [path / Path(name).name for name in names]
    if missing := [file for file in files if not file.is_file()]:
        raise DataError(f"{missing[0]}: is missing, but {STATE} beside it names it")
    if not files:
        raise DataError(f"{path}: the data set has no files, and so no rows")
    return files
