"""Reads the data files that ship with this package, each checked against `MANIFEST.json`."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from augment.errors import ResourceError

MANIFEST = "MANIFEST.json"
_REMEDY = "reinstall the package, or make the files anew: python -m augment.lexicons.build --help"


def shipped() -> Traversable:
    """The folder of data files inside the installed package."""
    return files("augment.lexicons") / "data"


def text(name: str, folder: Traversable | None = None) -> str:
    """The text of one data file, unpacked; its SHA-256 must be the manifest's.

    >>> "the" in text("function_words.txt").split()
    True
    """
    return data(name, folder).decode("utf-8")


def data(name: str, folder: Traversable | None = None) -> bytes:
    """The bytes of one data file, checked as `text` does, and unpacked."""
    folder = folder or shipped()
    content = _bytes(folder, name)
    expected = _digests(folder).get(name)
    if hashlib.sha256(content).hexdigest() != expected:
        raise ResourceError(f"{folder / name} is not the file that {MANIFEST} lists; {_REMEDY}")
    try:
        return gzip.decompress(content) if name.endswith(".gz") else content
    except (OSError, EOFError, zlib.error) as error:
        raise ResourceError(f"{folder / name} cannot be unpacked ({error}); {_REMEDY}") from error


def lines(name: str, folder: Traversable | None = None) -> list[str]:
    """The lines of one data file that are neither blank nor comments (`#`)."""
    return [
        line
        for line in text(name, folder).splitlines()
        if line.strip() and not line.startswith("#")
    ]


def words(name: str, folder: Traversable | None = None) -> frozenset[str]:
    """All words of one list file, several a line where that reads better."""
    return frozenset(word for line in lines(name, folder) for word in line.split())


def _digests(folder: Traversable) -> Mapping[str, str]:
    try:
        manifest = json.loads(_bytes(folder, MANIFEST))
        return {name: entry["sha256"] for name, entry in manifest["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ResourceError(
            f"{folder / MANIFEST} is not a manifest ({error!r}); {_REMEDY}"
        ) from error


def _bytes(folder: Traversable, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ResourceError(f"{folder / name} cannot be read ({error}); {_REMEDY}") from error
