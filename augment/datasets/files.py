"""The files of a data set that is a folder, and the hash of a data set that is one or many."""

import hashlib
import os
from pathlib import Path

from augment.datasets.formats import Kind, suffix_kind
from augment.errors import DataError
from augment.translation.manifest import sha256


def data_files(path: Path, kind: Kind) -> list[Path]:
    """The file itself, or all files of a folder by their names; hidden ones are passed over.

    Raises:
        DataError: a file of the folder has another format, or there is none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(entry.name for entry in os.scandir(path) if not entry.name.startswith("."))
    files = [path / name for name in found]
    for file in files:
        if file.is_dir():
            raise DataError(f"{file}: is a folder inside a folder of data; name it by itself")
        named = suffix_kind(file)
        if named != kind:
            what = f"is {named}" if named else "has no suffix of a known format"
            raise DataError(
                f"{file}: {what}, where the folder is read as {kind}; move it elsewhere, or expand "
                "it by itself"
            )
    if not files:
        raise DataError(f"{path}: the folder has no files")
    return files


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; of a folder that of its files' names and hashes.

    What Hugging Face `datasets` remembers in a folder that it has read is no part of the data.
    """
    if not path.is_dir():
        return sha256(path)
    digest = hashlib.sha256()
    found = sorted(entry.name for entry in os.scandir(path) if entry.is_file())
    for name in found:
        if name.startswith((".", "cache-")):
            continue
        digest.update(f"{sha256(path / name)}  {name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def size_of(path: Path) -> int:
    """The bytes of a file, or of all files of a folder."""
    if not path.is_dir():
        return path.stat().st_size
    return sum(entry.stat().st_size for entry in os.scandir(path) if entry.is_file())
