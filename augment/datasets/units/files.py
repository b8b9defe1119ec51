"""The files of one unit, and what the manifest says of them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HASHED = 1 << 20


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file of a unit: its name in the folder of units, its size and SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class UnitDone:
    """What came of a unit of `size` bytes of the input.

    `lines` rows of the output are in the file `rows`, the last of them with an end of `tail` bytes.
    `index` is there where copies are still held against those of other units. `lost` is set where
    its copies could not be made, since it killed the worker.
    """

    unit: int
    digest: str
    size: int
    lines: int
    tail: int
    tally: Mapping[str, Any]
    models: tuple[str, ...]
    rows: FileNote
    rejects: FileNote | None = None
    index: FileNote | None = None
    lost: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "UnitDone":
        """The inverse of `to_json`."""
        notes = {
            name: FileNote(**value[name]) if value[name] else None
            for name in ("rows", "rejects", "index")
        }
        return cls(**{**value, **notes, "models": tuple(value["models"])})

    @property
    def files(self) -> tuple[FileNote, ...]:
        """Its files that are there."""
        return tuple(one for one in (self.rows, self.rejects, self.index) if one is not None)

    def whole(self, folder: Path) -> bool:
        """Whether its files are on disk as they were noted."""
        return all(note_of(folder / file.name) == file for file in self.files)


def note_of(path: Path) -> FileNote | None:
    """The note of a file as it is; None where there is none."""
    if not path.is_file():
        return None
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(HASHED):
            digest.update(data)
        return FileNote(path.name, file.tell(), digest.hexdigest())


@dataclass(slots=True)
class CopyEntry:
    """A copy of a row, as far as the pass that selects must know it.

    `cases` has id, original and copy of each of its texts; `size` counts its bytes with its end.
    """

    number: int
    size: int
    end: int
    cases: list[tuple[str, str, str]]
    note: Mapping[str, Any]


@dataclass(slots=True)
class RowEntry:
    """A row of the input with its copies; `size` 0 where the original is not written."""

    line: int
    id: str
    labels: list[str]
    size: int
    end: int
    copies: list[CopyEntry] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """As a line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def read_index(path: Path) -> Iterator[RowEntry]:
    """The rows of an index."""
    with path.open("rb") as file:
        for line in file:
            value = json.loads(line.decode("utf-8", "surrogatepass"))
            value["copies"] = [CopyEntry(**copy) for copy in value["copies"]]
            yield RowEntry(**value)
