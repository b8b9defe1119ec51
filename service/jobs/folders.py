"""Where uploads and jobs lie on disk, and which files a client may name.

An upload is whole when its `meta.json` is there, which is written last. A job keeps a link to its
upload, so that either can be removed without the other.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from augment.datasets.formats import suffix_kind
from augment.datasets.output import OutputFile, sync_folder
from service.errors import Problem
from service.jobs.space import written

_NAMES: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_META: Final = "meta.json"


class Folders:
    """The data folder of the server; what it shares beside that lies in `roots`."""

    def __init__(self, data: Path, roots: tuple[Path, ...] = ()) -> None:
        self.data = data.resolve()
        self.roots = tuple(root.resolve() for root in roots)
        for name in ("uploads", "jobs", "replicas"):
            (self.data / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    def job(self, job: str) -> Path:
        """The folder of a job."""
        return self.data / "jobs" / job

    def shared(self, name: str) -> Path:
        """A file below one of the roots; links are followed before it is decided.

        Raises:
            Problem: `not_found`, whether it is missing or lies elsewhere.
        """
        for root in self.roots:
            try:
                path = (root / name).resolve(strict=True)
            except (OSError, ValueError, RuntimeError):
                continue
            if path.is_relative_to(root) and path.is_file():
                return path
        raise Problem("not_found", "no folder that the server shares has such a file")

    def upload(self, upload: str, client: str) -> Path:
        """The file of an upload of this client.

        Raises:
            Problem: `not_found`.
        """
        folder = self.data / "uploads" / upload
        meta = _read_meta(folder)
        if meta is None or meta["client"] != client:
            raise Problem("not_found", "there is no such upload; make one: POST /v1/uploads")
        return folder / str(meta["name"])

    def uploads_of(self, client: str) -> int:
        """How many uploads of a client there are."""
        folders = (self.data / "uploads").iterdir()
        return sum((_read_meta(one) or {}).get("client") == client for one in folders)

    def remove_old(self, seconds: float, kept: set[str]) -> None:
        """Remove uploads, and folders of jobs that are not `kept`, of before so many seconds."""
        before = time.time() - seconds
        for folder in [*(self.data / "uploads").iterdir(), *(self.data / "jobs").iterdir()]:
            if folder.name not in kept and folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)


class Upload:
    """A file on its way in; leaving without `finish` removes all of it."""

    def __init__(self, folders: Folders, name: str, client: str) -> None:
        """Open it.

        Raises:
            Problem: `request_invalid` for a name that is none, `disk_full`.
        """
        if not _NAMES.fullmatch(name) or suffix_kind(Path(name)) is None:
            raise Problem(
                "request_invalid",
                "name: letters, digits and ._- with a suffix that is read here, such as train.csv, "
                "train.jsonl.gz or train.parquet",
            )
        self.id = secrets.token_hex(16)
        self._name, self._client = name, client
        self._folder = folders.data / "uploads" / self.id
        self._hash = hashlib.sha256()
        self._size = 0
        with written():
            self._folder.mkdir(mode=0o700)
            try:
                self._file: BinaryIO = (self._folder / ".part").open("xb")
            except OSError:
                self._folder.rmdir()
                raise

    def write(self, data: bytes) -> None:
        """Write bytes.

        Raises:
            Problem: `disk_full`.
        """
        with written():
            self._file.write(data)
        self._hash.update(data)
        self._size += len(data)

    def finish(self) -> dict[str, Any]:
        """All bytes on disk, then the name, then the record of it.

        Raises:
            Problem: `disk_full`.
        """
        told = {
            "id": self.id, "name": self._name, "bytes": self._size, "sha256": self._hash.hexdigest()
        }  # fmt: skip
        with written():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self._folder / ".part", self._folder / self._name)
            sync_folder(self._folder)
        with written(), OutputFile(self._folder / _META) as meta:
            meta.write(json.dumps({**told, "client": self._client}).encode())
            meta.publish()
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not (self._folder / _META).exists():
            # What is left in the buffer may fail to be written once more; the first is told.
            with suppress(OSError):
                self._file.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def _read_meta(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / _META).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found
