"""Outputs that come under their final name whole, or not at all."""

import errno
import gzip
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from augment.errors import OutputError


class OutputFile:
    """Bytes on their way to a file; `publish` gives it its name, leaving without it removes all.

    Standard output (`path` None) and devices have no name to wait for: they are written directly.
    """

    def __init__(self, path: Path | None, *, force: bool = False) -> None:
        """Open it, in the folder of its final name.

        Raises:
            OutputError: the file exists and `force` is not set, or it cannot be made.
        """
        check_output(path, force=force)
        # A link stays a link: what it points to is replaced.
        self._path = path.resolve() if path else None
        self._shown = "standard output" if path is None else str(path)
        self._temporary: Path | None = None
        try:
            self._raw = self._open()
        except OSError as error:
            raise self._failed(error) from error
        packed = path is not None and path.name.lower().endswith(".gz")
        # Without a name and a time inside, the same data gives the same bytes.
        self._file = cast(
            "BinaryIO",
            gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0, compresslevel=6)
            if packed
            else self._raw,
        )

    def write(self, data: bytes) -> None:
        """Write bytes.

        Raises:
            OutputError: the disk is full, or the file cannot be written.
        """
        try:
            self._file.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from error

    def publish(self) -> None:
        """Make sure that all bytes are on disk, then give the file its name."""
        try:
            if self._file is not self._raw:
                self._file.close()
            self._raw.flush()
            if self._temporary is not None and self._path is not None:
                os.fsync(self._raw.fileno())
                self._raw.close()
                os.replace(self._temporary, self._path)
                self._temporary = None
                _sync_folder(self._path.parent)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What is left in buffers may fail to be written once more; the first failure is told.
        with suppress(OSError, ValueError):
            if self._path is not None:
                self._file.close()
                self._raw.close()
        if self._temporary is not None:
            with suppress(OSError):
                self._temporary.unlink()

    def _open(self) -> BinaryIO:
        if self._path is None:
            return sys.stdout.buffer
        if self._path.exists() and not self._path.is_file():
            return self._path.open("wb")
        self._temporary = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.tmp")
        # Not tempfile: its files are the owner's alone, and the umask should decide here.
        return self._temporary.open("xb", buffering=1 << 16)

    def _failed(self, error: OSError) -> OutputError:
        if error.errno == errno.ENOSPC:
            return OutputError(f"{self._shown}: the disk is full; free some space and start again")
        return OutputError(f"{self._shown}: cannot be written: {error.strerror or error}")


def check_output(path: Path | None, *, force: bool) -> None:
    """Refuse an output that exists, or whose folder does not.

    Raises:
        OutputError: names the path and what to do.
    """
    if path is None:
        return
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; name a file in it")
    if path.is_file() and not force:
        raise OutputError(f"{path}: exists already; give --force to replace it, or another name")
    if not path.resolve().parent.is_dir():
        raise OutputError(
            f"{path}: the folder {path.resolve().parent} does not exist; make it first"
        )


def same_file(one: Path, other: Path) -> bool:
    """Whether two names mean the same file, through links too."""
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _sync_folder(folder: Path) -> None:
    # Makes the new name survive a power cut; some systems cannot open folders.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
