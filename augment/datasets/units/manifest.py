"""The list of what is done: one line a unit, on disk before the next is begun.

Each line begins with the CRC-32 of what follows. A line that a crash tore holds nothing that counts
as done, so it is passed over and its unit worked off again.
"""

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class Manifest:
    """Lines of JSON in a file that is only ever added to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Where in the file the line of a unit begins: few bytes a unit, however many there are.
        self._places: dict[int, int] = {}
        self._file = path.open("a+b")
        self._read_places()

    @property
    def empty(self) -> bool:
        """Whether nothing was ever written."""
        return self._path.stat().st_size == 0

    def __contains__(self, unit: int) -> bool:
        return unit in self._places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._places))

    def __getitem__(self, unit: int) -> dict[str, Any]:
        self._file.seek(self._places[unit])
        entry = _entry(self._file.readline())
        assert entry is not None, "lines are only added"
        return entry

    def get(self, unit: int) -> dict[str, Any] | None:
        """The line of a unit, if it is done."""
        return self[unit] if unit in self._places else None

    def add(self, entry: Mapping[str, Any]) -> None:
        """Put a line on disk; from its return on the unit counts as done."""
        place = self._file.seek(0, os.SEEK_END)
        body = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        self._file.write(b"%08x %s\n" % (zlib.crc32(body), body))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._places[entry["unit"]] = place

    def forget(self, unit: int) -> None:
        """A unit that is to be worked off again; its next line replaces the one it has."""
        del self._places[unit]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read_places(self) -> None:
        self._file.seek(0)
        place, torn = 0, False
        for line in self._file:
            entry = _entry(line)
            if entry is not None:
                self._places[entry["unit"]] = place
            place += len(line)
            torn = not line.endswith(b"\n")
        if torn:
            self._file.write(b"\n")  # so that the next line stands alone


def _entry(line: bytes) -> dict[str, Any] | None:
    """What a line says; None if it is not whole."""
    check, _, body = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or check != b"%08x" % zlib.crc32(body):
        return None
    entry: dict[str, Any] = json.loads(body)
    return entry
