"""Rows of the output as places of rows of the input, with the values that a copy has anew."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple, Self

from augment.datasets.json_lines import JsonLines
from augment.datasets.rows import Fault, Offsets, Raw, Row
from augment.datasets.values import compact
from augment.datasets.writer import Changes

# No column has such a name.
_ROW: Final = "\x1frow"
_NEW: Final = "\x1fnew"
_VALUES: Final = "\x1fvalues"


class PlacedRow(NamedTuple):
    """A row of the output: the number of its row in the input (from 0), and what it has anew."""

    row: int
    new: tuple[str, int, str]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class PlacedRows(JsonLines):
    """Reads rows as lines of JSON; writes them as the number of their line and new values."""

    @classmethod
    def of(cls, found: JsonLines) -> Self:
        """The same for rows of a table."""
        return cls(*(getattr(found, field.name) for field in fields(JsonLines)))

    def final(self, last: Raw | Fault) -> bytes | None:
        """Each row of the output ends by itself."""
        del last
        return None

    def new_fields(self, row: Row, copy: int, trail: Sequence[Mapping[str, Any]]) -> bytes:
        """The row's place, and the new columns."""
        new = json.dumps([row.id, copy, compact(trail)], ensure_ascii=False)
        return f", {json.dumps(_ROW)}: {row.line - 1}, {json.dumps(_NEW)}: {new}".encode()

    def changes(self, row: Row, values: Mapping[str, Any]) -> Changes:
        """The values that differ from the row's, in place of all of them."""
        changed = {name: value for name, value in values.items() if value != row.values.get(name)}
        written = f"{json.dumps(_VALUES)}: {json.dumps(changed, ensure_ascii=False)}"
        return [(Offsets(1, row.insert), written.encode("utf-8"))]


def placed_row(line: bytes) -> PlacedRow:
    """What a line that `PlacedRows` wrote says."""
    value = json.loads(line)
    return PlacedRow(value[_ROW], tuple(value[_NEW]), value.get(_VALUES, {}))
