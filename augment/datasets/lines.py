"""Physical lines of a byte stream, whatever ends them, in bounded memory."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from augment.datasets.rows import Fault, line_end

CHUNK = 1 << 18


class Line(NamedTuple):
    """A line with its end, or a piece of one that is longer than the limit (`whole` is false)."""

    number: int
    content: bytes
    whole: bool


def read_lines(read: Callable[[int], bytes], *, limit: int, first: int = 1) -> Iterator[Line]:
    r"""All lines, each ended by LF, CRLF or CR, numbered from `first`; the last may have no end.

    >>> import io
    >>> [line.content for line in read_lines(io.BytesIO(b"a\r\nb\rc").read, limit=100)]
    [b'a\r\n', b'b\r', b'c']
    """
    number, size, held = first, 0, b""
    parts: list[bytes] = []
    while chunk := read(CHUNK):
        chunk = held + chunk
        # A CR at its end may be half of a CRLF, which the next chunk tells.
        held = b"\r" if chunk.endswith(b"\r") else b""
        # Bytes are split at LF, CRLF and CR only; strings would be split at more.
        for content in chunk[: len(chunk) - len(held)].splitlines(keepends=True):
            parts.append(content)
            size += len(content)
            if content.endswith((b"\n", b"\r")):
                yield Line(number, b"".join(parts), whole=True)
                number, size, parts = number + 1, 0, []
        if size > limit:
            yield Line(number, b"".join(parts), whole=False)
            size, parts = 0, []
    if parts or held:
        yield Line(number, b"".join(parts) + held, whole=True)


def oversize(
    start: int, first: bytes, lines: Iterator[Line], *, limit: int, ended: bool, quoted: bool
) -> Iterator[Fault]:
    """The parts of a row that is over the limit, up to its end.

    `quoted`: line ends inside quotes belong to the row. Whether a line end is inside is told by the
    number of quotes so far, since `""` inside a field counts for two.
    """
    detail = f"the row is longer than the limit of {limit:,} bytes"
    if quoted:
        detail += "; a quote that opens in it may not be closed"
    inside = quoted and first.count(b'"') % 2 == 1
    parts, size, part, ended = [first], len(first), 1, ended and not inside
    while not ended:
        line = next(lines, None)
        if line is None:
            break
        if size > limit:
            yield Fault(start, "row_too_long", detail, b"".join(parts), part, parts_follow=True)
            parts, size, part = [], 0, part + 1
        parts.append(line.content)
        size += len(line.content)
        inside = inside ^ (quoted and line.content.count(b'"') % 2 == 1)
        ended = line.whole and bool(line_end(line.content)) and not inside
    yield Fault(start, "row_too_long", detail, b"".join(parts), part)


def line_count(content: bytes) -> int:
    r"""How many lines end in these bytes.

    >>> line_count(b"a\r\nb\nc")
    2
    """
    lines = len(content.splitlines())
    return lines if content.endswith((b"\n", b"\r")) else max(0, lines - 1)
