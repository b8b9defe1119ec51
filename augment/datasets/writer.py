"""Lines of the output: originals as they were with columns behind, copies with another text."""

from collections.abc import Callable, Sequence
from typing import Protocol

from augment.datasets.rows import Offsets, Row, line_end
from augment.edits import Span
from augment.record import Copy, Refusal, Trail


class Encoder(Protocol):
    """The bytes of what a line has anew: the part of a layout that writes."""

    def new_fields(self, row: Row, copy: int, trail: Trail) -> bytes:
        """The new columns, to stand at `row.insert`."""
        ...

    def text(self, row: Row, text: str) -> bytes | None:
        """Another text in place of `row.text`; None where the format cannot write it."""
        ...

    def spans(self, row: Row, spans: Sequence[Span]) -> bytes:
        """Moved spans in place of `row.spans`."""
        ...


def original_line(encoder: Encoder, row: Row) -> bytes:
    """The row's own bytes with the new columns put in, without the line end."""
    return _spliced(row, [(Offsets(row.insert, row.insert), encoder.new_fields(row, 0, ()))])


def copy_line(encoder: Encoder, row: Row, copy: Copy) -> bytes | Refusal:
    """The row's bytes with text, spans and new columns of the copy, without the line end."""
    try:
        text = encoder.text(row, copy.record.text)
        changes = [
            (Offsets(row.insert, row.insert), encoder.new_fields(row, copy.number, copy.trail))
        ]
        if row.spans is not None and copy.record.spans != row.record.spans:
            changes.append((row.spans, encoder.spans(row, copy.record.spans)))
    except UnicodeEncodeError as error:
        return Refusal("not_writable", f"the copy holds half of a surrogate pair: {error}")
    if text is None:
        return Refusal("not_writable", "the copy holds a tab or line end, and quotes are ruled out")
    return _spliced(row, [(row.text, text), *changes])


class LineWriter:
    """Puts lines one below the other, each with its own end, and the last one with the file's."""

    def __init__(self, write: Callable[[bytes], None], newline: bytes) -> None:
        self._write = write
        self._newline = newline
        self._pending = b""

    def line(self, body: bytes, end: bytes = b"") -> None:
        """A line; where it has no end of its own it gets that of the file's first line."""
        self._write(self._pending + body)
        self._pending = end or self._newline

    def close(self, *, final_newline: bool) -> None:
        """End the last line as the input's last line ended."""
        if final_newline:
            self._write(self._pending)
        self._pending = b""


def _spliced(row: Row, changes: Sequence[tuple[Offsets, bytes]]) -> bytes:
    pieces, at = [], 0
    # Sorted by place alone: an empty text at the end of a row comes before what is put in there.
    for (start, end), new in sorted(changes, key=lambda change: change[0]):
        pieces += [row.content[at:start], new]
        at = end
    pieces.append(row.content[at : len(row.content) - len(line_end(row.content))])
    return b"".join(pieces)
