"""Finished units put together, in the order of the input: the output, the rejects, the counts.

It follows the units as they are done, so that a reader of standard output need not wait for the
last. Where copies are held against those of other units (the check `duplicates`), that happens
here, one after the other, so that the result depends on no worker.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from augment.datasets.reader import Reader
from augment.datasets.rejects import Rejects
from augment.datasets.request import ExpandRequest
from augment.datasets.sinks import Sink
from augment.datasets.summary import CopyCounts, Tally
from augment.datasets.units.files import FileNote, UnitDone, read_index
from augment.datasets.units.select import refusal_of
from augment.datasets.units.work import WorkFolder
from augment.errors import RunError
from augment.selector import Selector

CHUNK = 1 << 20


@dataclass(slots=True)
class Assembled:
    """What was put together."""

    tally: Tally
    lines: int
    lost: int  # units whose copies could not be made
    models: frozenset[str]


class Assembly:
    """Writes the rows of all units, each with its own end, and the last one with the file's."""

    def __init__(
        self, request: ExpandRequest, reader: Reader, output: Sink, rejects: Rejects
    ) -> None:
        self.tally = Tally(
            keep_originals=request.keep_originals, labels=request.columns.labels.type
        )
        self._reader = reader
        self._output = output
        self._rejects = rejects
        self._next = self._lines = self._lost = 0
        self._held = b""  # the end of the row before: the last one ends as the input does
        self._models: set[str] = set()
        output.write(reader.bom)
        if reader.layout.header:
            output.write(reader.layout.header + reader.layout.ended(b""))

    def follow(self, work: WorkFolder, select: Selector) -> None:
        """Write what is done of the units that are next in order.

        Raises:
            RunError: the files of a unit are not what they were.
        """
        while self._next in work.manifest:
            self._take(UnitDone.from_json(work.manifest[self._next]), work.units, select)
            self._next += 1

    def end(self) -> Assembled:
        """End the last row as the input ended."""
        final = self._reader.final_end()
        self._output.write(self._held if final is None else final)
        return Assembled(self.tally, self._lines, self._lost, frozenset(self._models))

    def _take(self, done: UnitDone, folder: Path, select: Selector) -> None:
        self._lost += done.lost
        self._models.update(done.models)
        self.tally.add(done.tally)
        if done.rejects is not None:
            self._rejects.lines(_chunks(folder, done.rejects))
        if done.index is None:
            self._whole(folder, done)
        else:
            self._selected(folder, done, done.index, select)

    def _whole(self, folder: Path, done: UnitDone) -> None:
        left = done.rows.size - done.tail
        self._lines += done.lines
        for data in _chunks(folder, done.rows):
            if left > 0:
                self._write(data[:left])
            self._held += data[max(0, left) :]
            left -= len(data)

    def _selected(self, folder: Path, done: UnitDone, index: FileNote, select: Selector) -> None:
        with (folder / done.rows.name).open("rb") as rows:
            for row in read_index(folder / index.name):
                if row.size:
                    self._row(rows, row.size, row.end)
                for copy in row.copies:
                    counts = CopyCounts(**copy.note)
                    refusal = refusal_of(select, copy.number, copy.cases)
                    if refusal is None:
                        self._row(rows, copy.size, copy.end)
                        self.tally.copy(row.labels, counts)
                    else:
                        rows.seek(copy.size, 1)
                        self.tally.dropped_late(counts, refusal)
                        self._rejects.copy(row, copy.number, refusal)

    def _row(self, rows: BinaryIO, size: int, end: int) -> None:
        data = rows.read(size)
        self._write(data[: size - end])
        self._held = data[size - end :]
        self._lines += 1

    def _write(self, data: bytes) -> None:
        self._output.write(self._held + data)
        self._held = b""


def _chunks(folder: Path, note: FileNote) -> Iterator[bytes]:
    """The bytes of a file of a unit.

    Raises:
        RunError: it is not as long as it was.
    """
    size = 0
    with (folder / note.name).open("rb") as file:
        while data := file.read(CHUNK):
            size += len(data)
            yield data
    if size != note.size:
        raise RunError(
            f"{folder / note.name}: has {size:,} bytes where {note.size:,} were written; "
            "--resume makes this part again"
        )
