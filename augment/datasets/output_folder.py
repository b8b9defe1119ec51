"""An output of several files, in a folder that gets its name when all of them are whole."""

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from augment.datasets.output import OutputFile, sync_folder
from augment.errors import OutputError


class OutputFolder:
    """A folder on its way; `publish` gives it its name, leaving without it removes all."""

    def __init__(self, path: Path, *, force: bool = False, within: Path | None = None) -> None:
        """Make it beside its final name, or `within` another folder on the same disk.

        Raises:
            OutputError: there is something of this name and `force` is not set, or it cannot be
                made.
        """
        check_folder(path, force=force)
        self._path = path.resolve()
        parent = self._path.parent if within is None else within
        self.path = parent / f".{self._path.name}.{secrets.token_hex(4)}.tmp"
        self._shards: list[Path] = []
        try:
            self.path.mkdir()
        except OSError as error:
            raise self._failed(error) from error

    def file(self, name: str) -> OutputFile:
        """A file in it, to be published by itself."""
        return OutputFile(self.path / name)

    def shard(self) -> OutputFile:
        """The next of the files that hold rows; they get their names at the end."""
        self._shards.append(self.path / f"part-{len(self._shards):05d}")
        return OutputFile(self._shards[-1])

    def name_shards(self, stem: str, suffix: str) -> list[str]:
        """Name the files with rows by their number and how many there are."""
        names = [
            f"{stem}-{number:05d}-of-{len(self._shards):05d}{suffix}"
            for number in range(len(self._shards))
        ]
        for shard, name in zip(self._shards, names, strict=True):
            os.replace(shard, self.path / name)
        return names

    def publish(self) -> None:
        """Give the folder its name; one that was there is replaced."""
        old = self.path.with_name(f"{self.path.name}.old")
        try:
            sync_folder(self.path)
            if self._path.exists():
                os.replace(self._path, old)
            os.replace(self.path, self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            raise self._failed(error) from error
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(self.path)

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(f"{self._path}: cannot be written: {error.strerror or error}")


def check_folder(path: Path, *, force: bool) -> None:
    """Refuse an output that cannot be a new folder.

    Raises:
        OutputError: names the path and what to do.
    """
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path}: is a file, and the output is a folder of several; name another")
    if path.is_dir() and any(path.iterdir()) and not force:
        raise OutputError(
            f"{path}: exists already; give --force to replace the folder, or another name"
        )
    if not path.resolve().parent.is_dir():
        raise OutputError(
            f"{path}: the folder {path.resolve().parent} does not exist; make it first"
        )
