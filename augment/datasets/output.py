"""Outputs that come under their final name whole, or not at all."""

import errno
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from augment.datasets.packed import check_packing, packed, suffix_packing
from augment.errors import OutputError


class OutputFile:
    """Bytes on their way to a file; `publish` gives it its name, leaving without it removes all.

    Standard output (`path` None) and devices have no name to wait for: they are written directly.
    """

    def __init__(
        self, path: Path | None, *, force: bool = False, within: Path | None = None
    ) -> None:
        """Open it, in the folder of its final name, or `within` another one on the same disk.

        Raises:
            OutputError: the file exists and `force` is not set, or it cannot be made.
        """
        check_output(path, force=force)
        # A link stays a link: what it points to is replaced.
        self._path = path.resolve() if path else None
        self._shown = "standard output" if path is None else str(path)
        self._temporary: Path | None = None
        self._within = within
        try:
            self._raw = self._open()
        except OSError as error:
            raise self._failed(error) from error
        how = suffix_packing(path) if path is not None else None
        self._file = packed(self._raw, how) if how else self._raw

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
                sync_folder(self._path.parent)
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
        folder = self._path.parent if self._within is None else self._within
        self._temporary = folder / f".{self._path.name}.{secrets.token_hex(4)}.tmp"
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
    check_packing(path)
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


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut; some systems cannot open folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
