"""Tables into files: Parquet with row groups of a bounded size, or streams of record batches."""

import io
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Protocol, Self, cast

from augment.datasets.output import OutputFile
from augment.errors import OutputError

GROUP_ROWS: Final = 1 << 16
GROUP_BYTES: Final = 8 << 20


class FileWriter(Protocol):
    """Writes the tables of one file."""

    def add(self, table: Any) -> None:
        """Write some rows."""
        ...

    def close(self) -> None:
        """Write what is left, and the end of the format."""
        ...

    def leave(self) -> None:
        """Let go of the file, which is not needed any more, whole or not."""
        ...


class ParquetFile:
    """Collects rows until they make a row group; packs columns as the input does."""

    def __init__(self, output: OutputFile, schema: Any, compression: str) -> None:
        import pyarrow.parquet as pq

        packed = "none" if compression == "uncompressed" else compression
        self._writer = pq.ParquetWriter(Bytes(output), schema, compression=packed)
        self._held: list[Any] = []
        self._rows = self._bytes = 0

    def add(self, table: Any) -> None:
        """Write some rows."""
        self._held.append(table)
        self._rows += table.num_rows
        self._bytes += table.get_total_buffer_size()
        if self._rows >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._group()

    def close(self) -> None:
        """Write the last row group and the footer."""
        if self._held:
            self._group()
        self._writer.close()

    def leave(self) -> None:
        """Let go of the file; without it, the writer tries to end it when it is collected."""
        if self._writer.is_open:
            self._held = []
            with suppress(OutputError, OSError):
                self._writer.close()
            self._writer.is_open = False

    def _group(self) -> None:
        import pyarrow as pa

        table = pa.concat_tables(self._held)
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._held, self._rows, self._bytes = [], 0, 0


class StreamFile:
    """Record batches, as the files of Hugging Face `datasets` have them."""

    def __init__(self, output: OutputFile, schema: Any) -> None:
        import pyarrow as pa

        self._writer = pa.ipc.new_stream(Bytes(output), schema)

    def add(self, table: Any) -> None:
        """Write some rows."""
        self._writer.write_table(table.combine_chunks())

    def close(self) -> None:
        """Write the end of the stream."""
        self._writer.close()

    def leave(self) -> None:
        """Nothing is held."""


class Bytes(io.RawIOBase):
    """An output as pyarrow writes to one; closing it leaves the output open."""

    def __init__(self, output: OutputFile) -> None:
        self._output = output
        self._place = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes."""
        held = bytes(cast("memoryview", data))
        self._output.write(held)
        self._place += len(held)
        return len(held)

    def tell(self) -> int:
        """How many bytes there are."""
        return self._place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
