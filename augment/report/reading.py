"""An output of `augment expand` as rows again: originals and copies with their trails."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from augment.datasets.columns import Columns, NewColumns, listed
from augment.datasets.conll import Conll
from augment.datasets.delimited import decode_field
from augment.datasets.formats import Kind, input_kind, input_name
from augment.datasets.inputs import open_data
from augment.datasets.json_lines import scan_object
from augment.datasets.reader import Reader, ReadOptions
from augment.datasets.rows import BadRowError, Fault, Raw, Row, decoded
from augment.datasets.run_record import RunRecord
from augment.datasets.tables import Table
from augment.edits import Edit
from augment.errors import DataError
from augment.record import Step, Trail

# The reader is asked for new columns that no file has, since those of an output are there already.
_ABSENT: Final = NewColumns("\x1fsource_id", "\x1fcopy", "\x1ftrail")


@dataclass(frozen=True, slots=True)
class WrittenRow(Row):
    """A row of an output; `copy` 0 is an original. Its `id` is the source_id.

    Each step of the trail comes with its column, which is empty where the rows have one text.
    """

    copy: int = 0
    steps: tuple[tuple[str, Step], ...] = ()

    def trail(self, side: str) -> Trail:
        """The steps on the text of one column."""
        return tuple(step for column, step in self.steps if column == side)


@dataclass(frozen=True, slots=True)
class WrittenOptions:
    """How an output is to be read: as the run's record tells, unless options say otherwise."""

    kind: Kind | None = None
    columns: Columns = field(default_factory=Columns)
    new: NewColumns = field(default_factory=NewColumns)
    delimiter: bytes | None = None
    quotes: bool = True
    row_limit: int = 16 << 20

    @classmethod
    def of(cls, record: RunRecord | None) -> "WrittenOptions":
        """The options of the run; the usual ones without a record."""
        if record is None:
            return cls()
        # Copies are longer than their originals, and their rows hold a trail.
        return cls(
            record.kind,
            record.columns,
            record.new,
            record.delimiter.encode("ascii") if record.delimiter else None,
            record.quotes,
            16 * record.row_limit,
        )


class WrittenReader(Reader):
    """The rows of an output, in order."""

    def __init__(self, read: Any, name: str, options: ReadOptions, new: NewColumns) -> None:
        super().__init__(read, name, options)
        self._new = new
        names = getattr(self.layout, "names", new.names)
        if missing := [name for name in new.names if name not in names]:
            raise DataError(_no_column(missing[0], new, f"; the columns are: {listed(names)}"))

    def _row(self, raw: Raw, number: int) -> Row | Fault:
        del number
        try:
            source_id, copy, trail = self._values(raw)
            row = self.layout.parse(raw, source_id)
            found = {one.name: getattr(row, one.name) for one in fields(Row)}
            return WrittenRow(
                **found, copy=_number(copy, self._new), steps=_steps(trail, self._new)
            )
        except BadRowError as error:
            return Fault(raw.line, error.reason, error.detail, raw.content)

    def _values(self, raw: Raw) -> tuple[str, Any, Any]:
        """What the three new columns hold."""
        values = self._members(raw)
        for name in self._new.names:
            if name not in values:
                raise BadRowError("no_column", _no_column(name, self._new))
        source_id, copy, trail = (values[name] for name in self._new.names)
        if not isinstance(source_id, str):
            raise BadRowError("bad_source_id", f"{self._new.source_id!r} must be a string")
        return source_id, copy, trail

    def _members(self, raw: Raw) -> Mapping[str, Any]:
        layout = self.layout
        text = decoded(raw.content)
        if isinstance(layout, Table):
            if len(raw.fields) != len(layout.names):
                raise BadRowError(
                    "ragged", f"{len(raw.fields)} fields where the header has {len(layout.names)}"
                )
            cells = dict(zip(layout.names, raw.fields, strict=True))
            return {
                name: decode_field(raw.content[slice(*cells[name])], layout.dialect)
                for name in self._new.names
            }
        if isinstance(layout, Conll):
            head = raw.content[: raw.fields[0].start].decode("utf-8")
            comments = re.findall(r"^# (\S.*?) = (.*?)\r?$", head, re.MULTILINE)
            return dict(comments)
        return {name: member.value for name, member in scan_object(text)[0].items()}


@contextmanager
def open_written(path: Path, options: WrittenOptions) -> Iterator[WrittenReader]:
    """The rows of an output.

    Raises:
        DataError: it cannot be read, or lacks the columns that expand writes.
    """
    if not path.exists():
        raise DataError(f"{path}: there is no such file")
    read_options = ReadOptions(
        kind=input_kind(path, options.kind),
        columns=replace(options.columns, id=None),  # the ids are those of source_id
        new=_ABSENT,
        delimiter=options.delimiter,
        quotes=options.quotes,
        row_limit=options.row_limit,
    )
    with open_data(path, read_options, options.new.names) as opened:
        try:
            reader = WrittenReader(opened.read, input_name(path), read_options, options.new)
        except DataError as error:
            raise DataError(_named(path, error)) from error
        yield reader


@contextmanager
def open_originals(path: Path, options: WrittenOptions, name: str | None) -> Iterator[Reader]:
    """The rows of the input of a run, with the ids that they had in it.

    Raises:
        DataError: it cannot be read.
    """
    read_options = ReadOptions(
        kind=input_kind(path, options.kind),
        columns=options.columns,
        new=_ABSENT,
        delimiter=options.delimiter,
        quotes=options.quotes,
        row_limit=options.row_limit,
    )
    with open_data(path, read_options) as opened:
        try:
            yield Reader(opened.read, input_name(Path(name) if name else path), read_options)
        except DataError as error:
            raise DataError(_named(path, error)) from error


def steps_of(value: Any) -> tuple[tuple[str, Step], ...]:
    """A trail from JSON values, each step with its column.

    Raises:
        ValueError: says which step is wrong, and what about it.

    >>> steps_of([{"step": "0.synonyms", "edits": [[2, "big", "large"]]}])[0][1].edits
    (Edit(start=2, old='big', new='large', anchors=()),)
    """
    if not isinstance(value, list):
        raise ValueError(f"a trail is a list of steps, not {type(value).__name__}")  # noqa: TRY004
    return tuple(_step(number, item) for number, item in enumerate(value, start=1))


def _step(number: int, item: Any) -> tuple[str, Step]:
    if not isinstance(item, dict):
        raise ValueError(f"step {number} is no object")  # noqa: TRY004
    path, edits, kept = item.get("step"), item.get("edits"), item.get("kept", [])
    model, column = item.get("model"), item.get("column", "")
    if not isinstance(path, str) or not isinstance(column, str):
        raise ValueError(f"step {number} has no name of its step")  # noqa: TRY004
    if not isinstance(model, str | None) or not _strings(kept):
        raise ValueError(f"step {number} has a model or kept parts that are no strings")
    if not isinstance(edits, list) or not all(map(_is_edit, edits)):
        raise ValueError(f"step {number} ({path}) has edits that are not [start, old, new]")
    return column, Step(path, tuple(Edit(*edit) for edit in edits), model, tuple(kept))


def _is_edit(edit: Any) -> bool:
    return (
        isinstance(edit, list)
        and len(edit) == 3
        and type(edit[0]) is int
        and edit[0] >= 0
        and _strings(edit[1:])
    )


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _steps(value: Any, new: NewColumns) -> tuple[tuple[str, Step], ...]:
    try:
        return steps_of(json.loads(value) if isinstance(value, str) else value)
    except (ValueError, RecursionError) as error:  # also what is no JSON
        raise BadRowError("bad_trail", f"{new.trail!r} is damaged: {error}") from error


def _number(value: Any, new: NewColumns) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        return int(value)
    if type(value) is int and value >= 0:
        return value
    raise BadRowError(
        "bad_copy",
        f"{new.copy!r} is {str(value)[:80]!r}, not the number of a copy (0: an original)",
    )


def _no_column(name: str, new: NewColumns, rest: str = "") -> str:
    old = next(one.name for one in fields(NewColumns) if getattr(new, one.name) == name)
    return (
        f"there is no column {name!r}, so it is no output of `augment expand`; if the column has "
        f"another name, give --rename {old}=NAME{rest}"
    )


def _named(path: Path, error: DataError) -> str:
    told = str(error)
    return told if told.startswith(f"{path}: ") else f"{path}: {told}"


def sides_of(row: Row, names: Sequence[str]) -> dict[str, str]:
    """The text in each column that copies may change."""
    return {name: record.text for name, record in zip(names, row.records, strict=True)}
