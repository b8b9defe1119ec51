"""Where the rows of a run go: one file or a folder of shards, as bytes or as tables."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from augment.datasets.arrow.folder import describe
from augment.datasets.arrow.output import ArrowRows
from augment.datasets.arrow.source import ArrowSource
from augment.datasets.arrow.writers import FileWriter, ParquetFile, StreamFile
from augment.datasets.formats import ARROW, Kind
from augment.datasets.lines import read_lines
from augment.datasets.output import OutputFile
from augment.datasets.output_folder import OutputFolder
from augment.datasets.reader import Reader, is_blank
from augment.datasets.request import ExpandRequest
from augment.datasets.rows import Fault

# Copies are longer than their originals, and their rows hold a trail.
LONGER: Final = 16


class Sink(Protocol):
    """Takes the rows of the output as bytes, in order."""

    def write(self, data: bytes) -> None:
        """Write bytes of rows, wherever they are cut."""
        ...

    def publish(self) -> None:
        """Give the output its name."""
        ...


@contextmanager
def open_sink(
    request: ExpandRequest, reader: Reader, source: Path, *, force: bool, within: Path | None
) -> Iterator[Sink]:
    """The output of a request, whose input lies in `source`.

    Raises:
        OutputError: it exists and `force` is not set, or cannot be made.
    """
    kind = request.options.kind
    with ExitStack() as stack:
        if not request.in_folder:
            file = stack.enter_context(OutputFile(request.output, force=force, within=within))
            if kind not in ARROW:
                yield file
                return
            table = _OneTable(file, request, reader, source)
            stack.callback(table.leave)
            yield table
            return
        assert request.output is not None, "checked with the request"
        folder = stack.enter_context(OutputFolder(request.output, force=force, within=within))
        if kind in ARROW:
            shards = _TableShards(folder, request, reader, source)
            stack.callback(shards.leave)
            yield shards
        else:
            yield _ByteShards(folder, request, reader)


class _OneTable:
    """A Parquet file."""

    def __init__(
        self, file: OutputFile, request: ExpandRequest, reader: Reader, source: Path
    ) -> None:
        found = ArrowSource(source, request.options.kind)
        self._file = file
        self._writers: list[ParquetFile] = []

        def opened(schema: Any) -> ParquetFile:
            self._writers.append(ParquetFile(file, schema, found.compression))
            return self._writers[0]

        self._rows = ArrowRows(found, request.new, reader.layout.task.columns, opened)
        self.write = self._rows.write

    def publish(self) -> None:
        """Write the end of the file, and give it its name."""
        self._rows.close()
        self._writers[0].close()
        self._file.publish()

    def leave(self) -> None:
        """Let go of all files, whatever became of them."""
        self._rows.leave()
        self._writers[0].leave()


class _TableShards:
    """Parquet files, or what `load_from_disk` reads, with so many rows each."""

    def __init__(
        self, folder: OutputFolder, request: ExpandRequest, reader: Reader, source: Path
    ) -> None:
        self._source = ArrowSource(source, request.options.kind)
        self._folder = folder
        self._request = request
        self._left = 0
        self._schema: Any = None
        self._file: OutputFile | None = None
        self._writer: FileWriter | None = None
        self._rows = ArrowRows(self._source, request.new, reader.layout.task.columns, self._opened)
        self.write = self._rows.write

    def add(self, table: Any) -> None:
        """Write some rows, into as many files as they need."""
        limit = self._request.shard_rows
        while table.num_rows:
            if self._writer is None:
                self._next_file()
                self._left = table.num_rows if limit is None else limit
            assert self._writer is not None
            room = table.num_rows if limit is None else min(self._left, table.num_rows)
            self._writer.add(table.slice(0, room))
            table = table.slice(room)
            self._left -= room
            if limit is not None and not self._left:
                self._end_file()

    def publish(self) -> None:
        """Name all files, and the folder."""
        self._rows.close()
        self._end_file()
        assert self._request.output is not None
        names = self._folder.name_shards(*_names(self._request.output, self._source.kind))
        if self._source.kind == "arrow":
            describe(self._source.path, self._folder, names, self._request.new, self._schema)
        self._folder.publish()

    def leave(self) -> None:
        """Let go of all files, whatever became of them."""
        self._rows.leave()
        if self._writer is not None and self._file is not None:
            self._writer.leave()
            self._file.__exit__(None, None, None)

    def _opened(self, schema: Any) -> "_TableShards":
        self._schema = schema
        return self

    def _next_file(self) -> None:
        self._file = self._folder.shard()
        if self._source.kind == "arrow":
            self._writer = StreamFile(self._file, self._schema)
        else:
            self._writer = ParquetFile(self._file, self._schema, self._source.compression)

    def _end_file(self) -> None:
        if self._writer is not None and self._file is not None:
            self._writer.close()
            self._file.publish()
        self._writer = self._file = None


class _ByteShards:
    """Files with so many rows each; all rows are put on disk first, then cut at their borders."""

    def __init__(self, folder: OutputFolder, request: ExpandRequest, reader: Reader) -> None:
        self._folder = folder
        self._request = request
        self._reader = reader
        self._whole = folder.file("whole")
        self.write = self._whole.write

    def publish(self) -> None:
        """Cut the rows into files, name them, and the folder."""
        self._whole.publish()
        whole = self._folder.path / "whole"
        with whole.open("rb") as file:
            self._cut(file.read)
        whole.unlink()
        assert self._request.output is not None
        self._folder.name_shards(*_names(self._request.output, self._request.options.kind))
        self._folder.publish()

    def _cut(self, read: Any) -> None:
        layout, limit = self._reader.layout, LONGER * self._request.row_limit
        head = self._reader.bom
        if layout.header:
            head += layout.header + layout.ended(b"")
        read(len(head))
        rows, shard = 0, None
        for raw in layout.scan(read_lines(read, limit=limit), limit=limit):
            first = raw.part == 1 if isinstance(raw, Fault) else not is_blank(raw)
            if shard is None or (first and rows == self._request.shard_rows):
                if shard is not None:
                    shard.publish()
                shard, rows = self._folder.shard(), 0
                shard.write(head)
            rows += first
            shard.write(raw.content)
        if shard is not None:
            shard.publish()


def _names(output: Path, kind: Kind) -> tuple[str, str]:
    """How the files of a folder begin, and how they end."""
    name = output.resolve().name
    return ("data", ".arrow") if kind == "arrow" else (Path(name).stem, f".{kind}")
