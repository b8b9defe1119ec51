"""JSON Lines files as records, and records as lines of such a file."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

from augment.datasets.columns import Columns, Found, NewColumns, check_new, find_columns
from augment.datasets.formats import FLATTEN
from augment.datasets.labels import read_label
from augment.datasets.lines import Line, oversize
from augment.datasets.rows import BadRowError, Fault, Offsets, Raw, Row, decoded, line_end, sound
from augment.datasets.tasks.choose import choose_task
from augment.datasets.tasks.task import Task, Values
from augment.datasets.writer import Changes
from augment.errors import DataError

HEAD = 1000  # rows that are looked at before the first one is read

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class Member(NamedTuple):
    """The value of one key, and where it stands in the line (in characters)."""

    value: Any
    start: int
    end: int


@dataclass(frozen=True)
class JsonLines:
    """What the first row of a JSON Lines file tells: which keys to read and how to write others."""

    asked: Columns
    found: Found
    task: Task
    new: NewColumns
    header: bytes
    newline: bytes

    def scan(self, lines: Iterator[Line], *, limit: int) -> Iterator[Raw | Fault]:
        """The rows in lines of the file."""
        return scan_lines(lines, limit=limit)

    def parse(self, raw: Raw, default_id: str) -> Row:
        """The row behind the bytes.

        Raises:
            BadRowError: it is no JSON object, or a key it needs is missing or of a wrong type.
        """
        line = decoded(raw.content)
        members, close = scan_object(line)
        taken = [name for name in self.new.names if name in members]
        if taken:
            raise BadRowError(
                "name_taken", f"the row has a key {taken[0]!r} of its own; see --rename"
            )
        used = {name: members[name] for name in self.task.columns if name in members}
        values = {name: member.value for name, member in used.items()}
        row_id = self._id(members, default_id)
        label, labels = self._label(members)
        split = self.found.split
        return Row(
            raw.line,
            raw.content,
            row_id,
            self.task.records(values, row_id, label),
            values,
            {name: _in_bytes(line, member) for name, member in used.items()},
            insert=_in_bytes(line, Member(None, close, close)).start,
            stop=len(raw.content) - len(line_end(raw.content)),
            labels=labels,
            training=not split or (split in members and members[split].value == self.asked.part),
        )

    def ended(self, end: bytes) -> bytes:
        """The end of a row, which the last one of a file may lack."""
        return end or self.newline

    def final(self, last: Raw | Fault) -> bytes | None:
        """How the output ends: without a line end if the input does."""
        return None if line_end(last.content) else b""

    def new_fields(self, row: Row, copy: int, trail: Sequence[Mapping[str, Any]]) -> bytes:
        """The new keys, as they stand before the closing brace."""
        values = (row.id, copy, trail)
        return b"".join(
            f", {_encoded(name, row)}: {_encoded(value, row)}".encode()
            for name, value in zip(self.new.names, values, strict=True)
        )

    def changes(self, row: Row, values: Mapping[str, Any]) -> Changes:
        """Other values in place of the row's; those that are equal keep their bytes."""
        return [
            (row.places[name], _encoded(value, row, spaced=True).encode("utf-8"))
            for name, value in values.items()
            if value != row.values[name]
        ]

    def _id(self, members: Mapping[str, Member], default: str) -> str:
        name = self.found.id
        if name is None:
            return default
        value = members[name].value if name in members else None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise BadRowError("bad_id", f"{name!r} must be a string or a whole number in each row")
        return sound(str(value), name)

    def _label(self, members: Mapping[str, Member]) -> tuple[str | None, tuple[str, ...]]:
        name = self.found.label
        if name is None or name not in members:
            return None, ()
        return read_label(members[name].value, name, self.asked.labels)


def open_json_lines(
    raws: Iterator[Raw | Fault], asked: Columns, new: NewColumns
) -> tuple[JsonLines, Iterator[Raw | Fault]]:
    """The keys that a file uses, by its first row that holds, and its rows.

    Raises:
        DataError: the file has no rows, or its first row no key for the text.
    """
    seen: list[Raw | Fault] = []
    names: tuple[str, ...] | None = None
    # Bounded, so that a file that is no JSON at all is told before it is read to its end.
    while names is None and len(seen) < HEAD and (raw := next(raws, None)) is not None:
        seen.append(raw)
        names = _names(raw)
    filled = [raw for raw in seen if isinstance(raw, Fault) or raw.content.strip()]
    if not filled:
        raise DataError("the file is empty" if not seen else "the file has only blank lines")
    if names is None:
        first = filled[0]
        raise DataError(
            f"none of the first {len(filled)} rows is a JSON object; "
            f"line {first.line}: {_fault(first)}"
        )
    if "data" in names and {"data", "version"}.issuperset(names):
        raise DataError(f"the file is one nested value and not rows. {FLATTEN}")
    task = choose_task(asked, names, nested=True)
    if task.unsettled:
        seen += islice(raws, HEAD - len(seen))
        task = task.settled(_all_values(seen))
    found = find_columns(asked, names, task.columns)
    check_new(new, names)
    newline = line_end(seen[0].content) or b"\n"
    return JsonLines(asked, found, task, new, b"", newline), chain(seen, raws)


def scan_lines(lines: Iterator[Line], *, limit: int) -> Iterator[Raw | Fault]:
    """Each line as a row; one longer than `limit` bytes is a fault."""
    for number, content, whole in lines:
        if len(content) > limit or not whole:
            ended = whole and bool(line_end(content))
            yield from oversize(number, content, lines, limit=limit, ended=ended, quoted=False)
        else:
            yield Raw(number, content)


def scan_object(line: str) -> tuple[dict[str, Member], int]:
    """The members of the JSON object that a line is, and where its closing brace stands.

    Raises:
        BadRowError: the line is no JSON object, or has a key twice.

    >>> scan_object('{"a": 1}')
    ({'a': Member(value=1, start=6, end=7)}, 7)
    """
    try:
        members, close = _members(line)
    except RecursionError as error:
        raise BadRowError("not_json", "the row is nested too deeply") from error
    except ValueError as error:  # also of numbers with more digits than Python reads
        raise BadRowError("not_json", f"the row is no JSON: {error}") from error
    end = _skip(line, close + 1)
    if end != len(line):
        raise BadRowError("not_json", f"something follows the object, at character {end + 1}")
    return members, close


def _members(line: str) -> tuple[dict[str, Member], int]:
    at = _skip(line, 0)
    if line[at : at + 1] != "{":
        _DECODER.raw_decode(line, at)
        raise BadRowError("not_json", "the row is JSON, but no object with keys")
    members: dict[str, Member] = {}
    at = _skip(line, at + 1)
    while line[at : at + 1] != "}":
        if members:
            at = _skip(line, _expect(line, at, ","))
        _expect(line, at, '"')
        key, at = _DECODER.raw_decode(line, at)
        start = _skip(line, _expect(line, _skip(line, at), ":"))
        value, end = _DECODER.raw_decode(line, start)
        if key in members:
            raise BadRowError("duplicate_key", f"the row has the key {key!r} twice")
        members[key] = Member(value, start, end)
        at = _skip(line, end)
    return members, at


def _skip(line: str, at: int) -> int:
    blank = _BLANK.match(line, at)
    assert blank is not None
    return blank.end()


def _expect(line: str, at: int, character: str) -> int:
    if line[at : at + 1] != character:
        raise json.JSONDecodeError(f"expected {character!r}", line, at)
    return at + 1


def _names(raw: Raw | Fault) -> tuple[str, ...] | None:
    values = _values(raw)
    return None if values is None else tuple(values)


def _all_values(raws: Sequence[Raw | Fault]) -> Iterator[Values]:
    for raw in raws:
        values = _values(raw)
        if values is not None:
            yield values


def _values(raw: Raw | Fault) -> Values | None:
    """The values of a row, if it is a row."""
    if isinstance(raw, Fault) or not raw.content.strip():
        return None
    try:
        members, _ = scan_object(decoded(raw.content))
    except BadRowError:
        return None
    return {name: member.value for name, member in members.items()}


def _fault(raw: Raw | Fault) -> str:
    if isinstance(raw, Fault):
        return raw.detail
    try:
        scan_object(decoded(raw.content))
    except BadRowError as error:
        return error.detail
    return ""


def _in_bytes(line: str, member: Member) -> Offsets:
    if line.isascii():
        return Offsets(member.start, member.end)
    start = len(line[: member.start].encode("utf-8"))
    return Offsets(start, start + len(line[member.start : member.end].encode("utf-8")))


def _escapes(row: Row) -> bool:
    """Whether the row writes all but ASCII as escapes, so that a copy should too."""
    return row.content.isascii() and b"\\u" in row.content


def _encoded(value: Any, row: Row, *, spaced: bool = False) -> str:
    separators = (", ", ": ") if spaced else (",", ":")
    return json.dumps(value, ensure_ascii=_escapes(row), separators=separators)
