"""Where an input is cut into units: by position alone, never by who works on them.

One read finds the borders, hashes each unit, and notes what a unit cannot know of the others: its
line and row numbers, which of its ids came before it, and how many rows of its labels did.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from augment.datasets.ids import SeenIds
from augment.datasets.lines import line_count
from augment.datasets.reader import Reader
from augment.datasets.rows import Fault, Raw, Row

UNIT_ROWS = 512
UNIT_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of the input, from byte `start` to `end` (unpacked), at the borders of rows.

    `line` is its first line, `before` the number of rows above it, `digest` the BLAKE2b of its
    bytes. `doubles` are the numbers of its rows whose id an earlier row has, `labels` how many rows
    above it each of its labels has (only where these are counted).
    """

    number: int
    start: int
    end: int
    line: int
    before: int
    digest: str
    doubles: tuple[int, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; what is empty is left out."""
        return {
            "unit": self.number,
            "start": self.start,
            "end": self.end,
            "line": self.line,
            "before": self.before,
            "digest": self.digest,
            **({"doubles": self.doubles} if self.doubles else {}),
            **({"labels": self.labels} if self.labels else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Unit":
        """The inverse of `to_json`."""
        return cls(
            value["unit"],
            value["start"],
            value["end"],
            value["line"],
            value["before"],
            value["digest"],
            tuple(value.get("doubles", ())),
            value.get("labels", {}),
        )


def unit_name(unit: Unit) -> str:
    """A name for the files of a unit that no other attempt at it has.

    A worker whose leader died may still be writing under another one.
    """
    return f"{unit.number:08d}-{secrets.token_hex(4)}"


class Planner:
    """Cuts an input into units, one after the other; its counts are whole when it is through."""

    def __init__(self, reader: Reader, *, labels: bool = False) -> None:
        """`labels`: count the rows of each label, too."""
        self.rows = self.units = 0
        self.labels: Counter[str] = Counter()
        self.reader = reader
        self._count_labels = labels
        self._digest = blake2b(digest_size=16)

    @property
    def digest(self) -> str:
        """The hash of all units so far."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Unit]:
        start, line, before = self.reader.start, self.reader.first_line, 0
        cut = _Cut(start, line, before)
        with SeenIds() as ids:
            for number, raw in self.reader.scan():
                self.rows = number
                cut.add(raw)
                self._look(cut, raw, number, ids)
                if cut.full(number):
                    yield self._unit(cut)
                    cut = _Cut(cut.end, cut.line + cut.lines, number)
        if cut.end > cut.start:
            yield self._unit(cut)

    def _look(self, cut: "_Cut", raw: Raw | Fault, number: int, ids: SeenIds) -> None:
        """Read the row as far as other units must know it."""
        named = self.reader.options.columns.id is not None
        if not named and not self._count_labels:
            return
        row = self.reader.row(raw, number)
        if not isinstance(row, Row):
            return
        if named and not ids.claim(row.id):
            cut.doubles.append(number)
        elif self._count_labels and row.training and len(row.labels) == 1:
            cut.labels[row.labels[0]] += 1

    def _unit(self, cut: "_Cut") -> Unit:
        above = {label: self.labels[label] for label in cut.labels}
        self.labels.update(cut.labels)
        digest = cut.digest.hexdigest()
        self._digest.update(digest.encode("ascii"))
        self.units += 1
        return Unit(
            self.units - 1,
            cut.start,
            cut.end,
            cut.line,
            cut.before,
            digest,
            tuple(cut.doubles),
            above,
        )


class _Cut:
    """A unit in the making."""

    def __init__(self, start: int, line: int, before: int) -> None:
        self.start = self.end = start
        self.line = line
        self.before = before
        self.lines = 0
        self.digest = blake2b(digest_size=16)
        self.doubles: list[int] = []
        self.labels: Counter[str] = Counter()
        self._open = False

    def add(self, raw: Raw | Fault) -> None:
        self.end += len(raw.content)
        self.lines += line_count(raw.content)
        self.digest.update(raw.content)
        # A row in several parts is not cut: its parts belong together.
        self._open = isinstance(raw, Fault) and raw.parts_follow

    def full(self, number: int) -> bool:
        enough = number - self.before >= UNIT_ROWS or self.end - self.start >= UNIT_BYTES
        return enough and not self._open
