"""Rows of the output: originals as they were with columns put in, copies with other values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from augment.datasets.rows import Offsets, Row
from augment.datasets.tasks.task import RowCopy
from augment.record import Refusal

# New bytes in place of a stretch of a row.
Changes = list[tuple[Offsets, bytes]]


class Encoder(Protocol):
    """The bytes of what a row has anew: the part of a layout that writes."""

    def new_fields(self, row: Row, copy: int, trail: Sequence[Mapping[str, Any]]) -> bytes:
        """The new columns, to stand at `row.insert`."""
        ...

    def changes(self, row: Row, values: Mapping[str, Any]) -> Changes | None:
        """Other values in their places; None where the format cannot write one."""
        ...


def original_row(encoder: Encoder, row: Row) -> bytes:
    """The row's own bytes with the new columns put in, without its end."""
    return _spliced(row, [(Offsets(row.insert, row.insert), encoder.new_fields(row, 0, ()))])


def copy_row(encoder: Encoder, row: Row, copy: RowCopy) -> bytes | Refusal:
    """The row's bytes with the values and new columns of the copy, without its end."""
    try:
        changes = encoder.changes(row, copy.values)
        new = encoder.new_fields(row, copy.number, copy.trail)
    except UnicodeEncodeError as error:
        return Refusal("not_writable", f"the copy holds half of a surrogate pair: {error}")
    if changes is None:
        return Refusal("not_writable", "the copy holds a tab or line end, and quotes are ruled out")
    return _spliced(row, [*changes, (Offsets(row.insert, row.insert), new)])


class RowWriter:
    """Puts rows one below the other, each with its own end, and the last one with the file's."""

    def __init__(self, write: Callable[[bytes], None], ended: Callable[[bytes], bytes]) -> None:
        """`ended` makes an end whole; of no end it makes one."""
        self._write = write
        self._ended = ended
        self._pending: bytes | None = None  # the end of the row before, once there is one

    def row(self, body: bytes, end: bytes | None = None) -> None:
        """A row with the end that it has in the input; None: it is not there, and is put in.

        What is put in stands apart from the row before, whatever that one's end.
        """
        before = self._pending or b""
        if end is None and self._pending is not None:
            before = self._ended(before)
        self._write(before + body)
        self._pending = self._ended(b"") if end is None else end

    def close(self, end: bytes | None) -> None:
        """End the last row as the input ended (None: with the end that it has)."""
        self._write((self._pending or b"") if end is None else end)
        self._pending = None


def _spliced(row: Row, changes: Changes) -> bytes:
    pieces, at = [], 0
    # Sorted by place alone: an empty text at the end of a row comes before what is put in there.
    for (start, end), new in sorted(changes, key=lambda change: change[0]):
        pieces += [row.content[at:start], new]
        at = end
    pieces.append(row.content[at : row.stop])
    return b"".join(pieces)
