"""What a reader makes of a file: rows that hold, and faults where one does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from augment.record import Record


class Offsets(NamedTuple):
    """A stretch of a row's bytes."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Raw:
    """One row as it stands in the file, with its line end; `fields` are offsets into `content`."""

    line: int
    content: bytes
    fields: tuple[Offsets, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds: its bytes, the records in them, and where to write.

    `values` are those of the columns that the task reads, `places` say where they stand. New
    columns go in at `insert`; what comes from `stop` on is the row's end. `training` says whether
    copies are made of it.
    """

    line: int
    content: bytes
    id: str
    records: tuple[Record, ...]
    values: Mapping[str, Any]
    places: Mapping[str, Offsets]
    insert: int
    stop: int
    labels: tuple[str, ...] = ()
    training: bool = True

    @property
    def end(self) -> bytes:
        """What ends the row."""
        return self.content[self.stop :]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that does not hold, with all its bytes.

    A row over the size limit comes in several parts, so that no more than one is ever in memory.
    """

    line: int
    reason: str
    detail: str
    content: bytes
    part: int = 1
    parts_follow: bool = False


class BadRowError(Exception):
    """Why one row cannot be used: a stable reason for counting, and what exactly is wrong."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def line_end(content: bytes) -> bytes:
    r"""The line end of a row: LF, CRLF, CR, or nothing at the end of a file.

    >>> line_end(b"a,b\r\n")
    b'\r\n'
    """
    if content.endswith(b"\r\n"):
        return b"\r\n"
    return content[-1:] if content.endswith((b"\n", b"\r")) else b""


def decoded(content: bytes) -> str:
    """A row's text.

    Raises:
        BadRowError: it is not UTF-8, or holds a NUL byte.
    """
    if b"\0" in content:
        raise BadRowError("nul_byte", f"a NUL byte at byte {content.index(0) + 1} of the row")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        raise BadRowError(
            "not_utf8",
            f"byte {error.start + 1} of the row (0x{byte:02x}) is not UTF-8; if the file has "
            "another encoding, convert it first: iconv -f ENCODING -t UTF-8",
        ) from error


def sound(value: str, column: str) -> str:
    """The value itself, if it can be written as UTF-8.

    Raises:
        BadRowError: it holds half of a surrogate pair.
    """
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            half = ord(value[error.start])
            raise BadRowError(
                "lone_surrogate", f"column {column!r} holds \\u{half:04x}, half of a surrogate pair"
            ) from error
    return value
