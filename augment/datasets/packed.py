"""Packed bytes: gzip, and zstd where the package `zstandard` is installed.

What an input is packed with is told by its first bytes, whatever its name; what an output is packed
with, by its name.
"""

import gzip
import zlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, cast

from augment.errors import DataError, OutputError

Packing = Literal["gzip", "zstd"]

PACKED: Final[dict[str, Packing]] = {".gz": "gzip", ".zst": "zstd"}
_MAGIC: Final[dict[bytes, Packing]] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_READ: Final = 1 << 17  # packed bytes that are unpacked at once
INSTALL: Final = "pip install 'text-augmentation-service[zstd]'"


def suffix_packing(path: Path) -> Packing | None:
    """What a file's name says it is packed with.

    >>> suffix_packing(Path("train.csv.ZST"))
    'zstd'
    """
    return PACKED.get(path.suffix.lower())


def without_packing(name: str) -> str:
    """A file's name before it was packed.

    >>> without_packing("train.csv.gz")
    'train.csv'
    """
    suffix = Path(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in PACKED else name


def packing(start: bytes) -> Packing | None:
    """What bytes are packed with, by how they begin.

    >>> packing(b"text,label"), packing(bytes.fromhex("28b52ffd00"))
    (None, 'zstd')
    """
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)


def unpacked(raw: BinaryIO, how: Packing, shown: str) -> BinaryIO:
    """What is packed in a file; it can be sought in forwards, and backwards from its start anew.

    Raises:
        DataError: it is zstd, and the package for it is missing.
    """
    if how == "gzip":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if find_spec("zstandard") is None:
        raise DataError(f"{shown}: zstd needs the package zstandard: {INSTALL}")
    return cast("BinaryIO", _Unzstd(raw))


def check_packing(path: Path) -> None:
    """Refuse an output that is named as packed by what is not installed.

    Raises:
        OutputError: it is zstd, and the package for it is missing.
    """
    if suffix_packing(path) == "zstd" and find_spec("zstandard") is None:
        raise OutputError(f"{path}: zstd needs the package zstandard: {INSTALL}")


def packed(raw: BinaryIO, how: Packing) -> BinaryIO:
    """Packs what is written into a file; without a time or a name, so that equal data stays equal.

    Closing it leaves the file itself open.
    """
    if how == "gzip":
        file = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6)
        return cast("BinaryIO", file)
    import zstandard

    compressor = zstandard.ZstdCompressor(level=3)
    return cast("BinaryIO", compressor.stream_writer(raw, closefd=False))


def damage() -> tuple[type[Exception], ...]:
    """The errors of packed data that is damaged or cut off."""
    found: tuple[type[Exception], ...] = (EOFError, gzip.BadGzipFile, zlib.error)
    if find_spec("zstandard") is None:
        return found
    import zstandard

    return (*found, zstandard.ZstdError)


class _Unzstd:
    """Reads zstd, also of several frames; it goes back by beginning anew."""

    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._raw = raw
        self._unpacker = zstandard.ZstdDecompressor()
        self._frame: Any = None
        self._inside = False
        self._held = self._rest = b""
        self._at = self._place = 0

    def read(self, count: int) -> bytes:
        """At most so many of the next bytes; none at the end.

        Raises:
            EOFError: the data ends inside a frame, which the package's own reader passes over.
        """
        while count and self._at == len(self._held):
            fed = self._rest or self._raw.read(_READ)
            if not fed:
                if self._inside:
                    raise EOFError("it ends inside a frame")
                return b""
            if not self._inside:
                self._frame = self._unpacker.decompressobj()
            self._held, self._at = self._frame.decompress(fed), 0
            self._inside, self._rest = not self._frame.eof, self._frame.unused_data
        data = self._held[self._at : self._at + count]
        self._at += len(data)
        self._place += len(data)
        return data

    def seek(self, place: int) -> int:
        """Go to a place in the unpacked bytes."""
        if place < self._place:
            self._raw.seek(0)
            self._inside, self._held, self._rest = False, b"", b""
            self._at = self._place = 0
        while self._place < place and self.read(place - self._place):
            pass
        return self._place
