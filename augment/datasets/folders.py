"""The files of a folder as one input: their rows one below the other, in the order of their names.

One file is open at a time. A table's header is taken from the first file, and must be the same in
all others.
"""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Self

from augment.datasets.delimited import scan_rows
from augment.datasets.files import data_files
from augment.datasets.formats import Input, open_input
from augment.datasets.lines import CHUNK, read_lines
from augment.datasets.reader import BOM, ReadOptions, dialect_of
from augment.datasets.rows import line_end
from augment.errors import DataError


@contextmanager
def open_folder(path: Path, options: ReadOptions) -> Iterator[Input]:
    """The bytes of all files of a folder.

    Raises:
        DataError: a file has another format or another header, or cannot be read.
    """
    files = data_files(path, options.kind)
    with _Folder(files, options) as folder:
        size = sum(file.stat().st_size for file in files)
        yield Input(folder.read, folder.seek, folder.position, size, packed=True)


class FolderLines:
    """In which file of a folder a line of its rows stands, and where there.

    The files are read through for it when it is first asked: few runs reject anything.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path = path
        self._options = options
        self._firsts: list[int] = []  # the line of all rows with which each file begins
        self._names: list[str] = []
        self._above = 0  # lines of the header, which only the first file shows

    def __call__(self, line: int) -> tuple[str, int]:
        """The name of the file within the folder, and the number of the line in it."""
        if not self._firsts:
            self._count()
        number = bisect_right(self._firsts, line) - 1
        return self._names[number], line - self._firsts[number] + 1 + (number > 0) * self._above

    def _count(self) -> None:
        files = data_files(self._path, self._options.kind)
        self._names = [file.name for file in files]
        counts = [0] * len(files)
        with _Folder(files, self._options) as folder:
            self._above = folder.header_lines
            before = b""
            while data := folder.read(CHUNK):
                ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
                halved = before == b"\r" and data.startswith(b"\n")  # a CRLF of two chunks
                counts[folder.number] += ends - halved
                before = data[-1:]
        self._firsts = list(accumulate(counts, initial=1))[:-1]


class _Folder:
    """Reads file after file; the place where one begins is known once it was come to."""

    def __init__(self, files: list[Path], options: ReadOptions) -> None:
        self._files = files
        self._options = options
        self._starts = [0]  # of each file that was come to, in the bytes of all
        self._before = 0  # bytes on disk of the files that are through
        self._place = 0
        self._number = 0
        self._held = self._tail = b""
        self._opened: Input
        self._stack = ExitStack()
        self._newline, self._header = _head(files, options)
        self._open(0)

    def read(self, count: int) -> bytes:
        """At most so many of the next bytes; none at the end."""
        if not count:  # which is not the end of a file
            return b""
        while not (data := self._held or self._opened.read(count)):
            if self._number + 1 == len(self._files):
                return b""
            self._held = self._missing_end()
            if not self._held:
                self._next()
        self._held = data[count:]
        data = data[:count]
        self._place += len(data)
        self._tail = (self._tail + data)[-4:]
        return data

    def seek(self, place: int, row: int) -> None:
        """Go to a place."""
        del row
        number = bisect_right(self._starts, place) - 1
        if place < self._place or number > self._number:
            self._before = sum(file.stat().st_size for file in self._files[:number])
            self._open(number)
            self._place = self._starts[number]
        while self._place < place and self.read(min(1 << 20, place - self._place)):
            pass

    def position(self) -> int:
        """How many bytes on disk were read."""
        return self._before + self._opened.position()

    @property
    def number(self) -> int:
        """The file of the bytes that were read last."""
        return self._number

    @property
    def header_lines(self) -> int:
        """How many lines the header of each table takes."""
        return len(self._header.splitlines())

    def _next(self) -> None:
        self._before += self._files[self._number].stat().st_size
        self._open(self._number + 1)
        if len(self._starts) == self._number:
            self._starts.append(self._place)

    def _missing_end(self) -> bytes:
        """What the last row of a file lacks before another one may follow."""
        blank = self._options.kind == "conll"
        if not self._tail:
            return b""
        if not self._tail.endswith((b"\n", b"\r")):
            return self._newline * (1 + blank)
        return self._newline if blank and len((b"." + self._tail).splitlines()) < 2 else b""

    def _open(self, number: int) -> None:
        self._stack.close()
        self._number = number
        self._tail = b""
        self._opened = self._stack.enter_context(open_input(self._files[number]))
        self._held = self._opened.read(len(BOM))
        if not number:
            return
        self._held = self._held.removeprefix(BOM)
        if self._header:
            self._skip_header()

    def _skip_header(self) -> None:
        """Pass over the header of a file that is not the first."""
        wanted = len(self._header) + 2
        while len(self._held) < wanted and (more := self._opened.read(wanted - len(self._held))):
            self._held += more
        if not self._held:
            return
        rest = self._held.removeprefix(self._header)
        end = b"\r\n" if rest.startswith(b"\r\n") else rest[:1]
        if len(rest) == len(self._held) or end not in (b"\r\n", b"\n", b"\r", b""):
            first = self._held.splitlines()[0].decode("utf-8", "replace")
            header = self._header.decode("utf-8", "replace")
            raise DataError(
                f"{self._files[self._number]}: has another header than {self._files[0].name}: it "
                f"begins {first[:80]!r}, not {header[:80]!r}; make them alike, or expand the files "
                "one by one"
            )
        self._held = rest.removeprefix(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *told: object) -> None:
        self._stack.close()


def _head(files: list[Path], options: ReadOptions) -> tuple[bytes, bytes]:
    """The line end of the first file that has a row, and the header of a table."""
    with open_input(files[0]) as opened:
        lines = read_lines(opened.read, limit=options.row_limit)
        if options.kind not in ("csv", "tsv"):
            first = next(lines, None)
            return (line_end(first.content) if first else b"") or b"\n", b""
        head = next(scan_rows(lines, dialect_of(options), limit=options.row_limit), None)
    if head is None:
        raise DataError(f"{files[0]}: is empty, and the first file of a folder gives the header")
    newline = line_end(head.content)
    return newline or b"\n", head.content.removeprefix(BOM).removesuffix(newline)
