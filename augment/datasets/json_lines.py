"""JSON Lines files as records, and records as lines of such a file."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from augment.datasets.columns import Columns, Found, NewColumns, check_new, find_columns
from augment.datasets.lines import Line, oversize
from augment.datasets.rows import BadRowError, Fault, Offsets, Raw, Row, decoded, line_end, sound
from augment.datasets.spans import read_spans, write_spans
from augment.datasets.tables import compact
from augment.edits import Span
from augment.errors import DataError
from augment.record import Record, Trail, trail_to_json

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
    new: NewColumns
    header: bytes
    newline: bytes

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
        text = self._text(members)
        spans = members.get(self.asked.spans) if self.asked.spans else None
        record = Record(
            text=text.value,
            id=self._id(members, default_id),
            label=self._label(members),
            spans=read_spans(spans.value, text.value, self.asked.spans or "") if spans else (),
        )
        split = self.found.split
        return Row(
            raw.line,
            raw.content,
            record,
            text=_in_bytes(line, text),
            insert=_in_bytes(line, Member(None, close, close)).start,
            spans=_in_bytes(line, spans) if spans and record.spans else None,
            training=not split or (split in members and members[split].value == self.asked.part),
        )

    def new_fields(self, row: Row, copy: int, trail: Trail) -> bytes:
        """The new keys, as they stand before the closing brace."""
        values = (row.record.id, copy, trail_to_json(trail))
        return b"".join(
            f", {_encoded(name, row)}: {_encoded(value, row)}".encode()
            for name, value in zip(self.new.names, values, strict=True)
        )

    def text(self, row: Row, text: str) -> bytes:
        """The bytes of another text in the place of the row's."""
        return _encoded(text, row).encode("utf-8")

    def spans(self, row: Row, spans: Sequence[Span]) -> bytes:
        """The bytes of the row's spans, moved."""
        assert row.spans is not None
        value = json.loads(row.content[slice(*row.spans)])
        moved = json.dumps(write_spans(value, spans), ensure_ascii=_escapes(row))
        return moved.encode("utf-8")

    def _text(self, members: Mapping[str, Member]) -> Member:
        name = self.found.text
        if name not in members:
            raise BadRowError("no_text", f"the row has no key {name!r}")
        if not isinstance(members[name].value, str):
            kind = type(members[name].value).__name__
            raise BadRowError("no_text", f"{name!r} must be a string, not {kind}")
        sound(members[name].value, name)
        return members[name]

    def _id(self, members: Mapping[str, Member], default: str) -> str:
        name = self.found.id
        if name is None:
            return default
        value = members[name].value if name in members else None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise BadRowError("bad_id", f"{name!r} must be a string or a whole number in each row")
        return sound(str(value), name)

    def _label(self, members: Mapping[str, Member]) -> str | None:
        name = self.found.label
        if name is None or name not in members or members[name].value is None:
            return None
        value = members[name].value
        return sound(value if isinstance(value, str) else compact(value), name)


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
    while names is None and len(seen) < 1000 and (raw := next(raws, None)) is not None:
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
    found = find_columns(asked, names)
    check_new(new, names)
    newline = line_end(seen[0].content) or b"\n"
    return JsonLines(asked, found, new, b"", newline), chain(seen, raws)


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
    if isinstance(raw, Raw) and raw.content.strip():
        try:
            return tuple(scan_object(decoded(raw.content))[0])
        except BadRowError:
            return None
    return None


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


def _encoded(value: Any, row: Row) -> str:
    return json.dumps(value, ensure_ascii=_escapes(row), separators=(",", ":"))
