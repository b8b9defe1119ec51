"""CSV and TSV by offsets: where each field of each row stands in the file's own bytes.

The rules are those of RFC 4180, and of Python's `csv` module where the RFC is silent: a quote opens
a field only as its first byte, and what follows a closing quote belongs to the field as it is.
Quotes that hardly belong together make no row, where that module joins lines in silence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from augment.datasets.lines import Line, oversize
from augment.datasets.rows import Fault, Offsets, Raw, line_end

QUOTE = b'"'


@dataclass(frozen=True, slots=True)
class Dialect:
    """The byte between fields, and whether fields may stand in double quotes."""

    delimiter: bytes
    quotes: bool = True


def scan_rows(lines: Iterable[Line], dialect: Dialect, *, limit: int) -> Iterator[Raw | Fault]:
    """All rows, blank lines among them as rows without fields.

    A row longer than `limit` bytes, or with a quote that is never closed, is a fault.
    """
    lines = iter(lines)
    for line in lines:
        scan = _Scan(dialect)
        start, contents, size = line.number, [], 0
        while True:
            contents.append(line.content)
            size += len(line.content)
            if size > limit or not line.whole:
                ended = line.whole and bool(line_end(line.content))
                held, quoted = b"".join(contents), dialect.quotes
                yield from oversize(start, held, lines, limit=limit, ended=ended, quoted=quoted)
                break
            scan.feed(line.content)
            if scan.opened is None:
                content = b"".join(contents)
                yield (
                    Raw(start, content, tuple(scan.fields))
                    if scan.stray is None
                    else _stray(start, content, scan.stray)
                )
                break
            following = next(lines, None)
            if following is None:
                yield _unterminated(start, b"".join(contents), scan.opened)
                break
            line = following  # noqa: PLW2901 - the row goes on


def decode_field(field: bytes, dialect: Dialect) -> str:
    """The value of a field: without its quotes, doubled ones made single.

    >>> decode_field(b'"say ""hi"" now"', Dialect(b","))
    'say "hi" now'
    """
    if dialect.quotes and field.startswith(QUOTE):
        close = _closing(field, 1)
        field = field[1 : close - 1].replace(b'""', QUOTE) + field[close:]
    return field.decode("utf-8")


def encode_field(value: str, dialect: Dialect, *, quoted: bool = False) -> bytes | None:
    """The bytes of a value: in quotes where it must or should be; None where it cannot be written.

    >>> encode_field("the cat, it sat", Dialect(b","))
    b'"the cat, it sat"'
    """
    encoded = value.encode("utf-8")
    needs = dialect.delimiter in encoded or b"\n" in encoded or b"\r" in encoded
    if not dialect.quotes:
        return None if needs else encoded
    if quoted or needs or QUOTE in encoded:
        return QUOTE + encoded.replace(QUOTE, b'""') + QUOTE
    return encoded


class _Scan:
    """Fields of one row, fed line by line.

    `opened` is where a field began whose quote is open, `stray` where one began whose quotes hardly
    belong together: the second is lines below and not at the end of a field.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.fields: list[Offsets] = []
        self.opened: int | None = None
        self.stray: int | None = None
        self._dialect = dialect
        self._base = 0

    def feed(self, content: bytes) -> None:
        base, delimiter, quotes = self._base, self._dialect.delimiter, self._dialect.quotes
        self._base += len(content)
        stop = len(content) - len(line_end(content))
        if stop == 0 and base == 0:
            return  # a blank line
        at = 0
        while True:
            if self.opened is not None:
                at = _closing(content, at)
                if at < 0:
                    return
                start, self.opened = self.opened, None
                if start < base and content[at : at + 1] not in (b"", b"\r", b"\n", delimiter):
                    self.stray = start
            elif quotes and content.startswith(QUOTE, at):
                self.opened = base + at
                at += 1
                continue
            else:
                start = base + at
            end = content.find(delimiter, at, stop)
            self.fields.append(Offsets(start, base + (stop if end < 0 else end)))
            if end < 0:
                return
            at = end + 1


def _closing(content: bytes, at: int) -> int:
    """Where the field's quotes are over, or -1 if they are still open at the end of the content."""
    while (at := content.find(QUOTE, at)) >= 0:
        if content[at + 1 : at + 2] != QUOTE:
            return at + 1
        at += 2
    return -1


def _line_of(start: int, content: bytes, at: int) -> int:
    above = content[:at]
    begun = bool(above) and not above.endswith((b"\n", b"\r"))
    return start + len(above.splitlines()) - begun


def _unterminated(start: int, content: bytes, opened: int) -> Fault:
    detail = (
        f"the quote that opens in line {_line_of(start, content, opened)} is never closed, so the "
        "row takes in all the rest of the file; close it, or read a TSV without quotes with "
        "--no-quotes"
    )
    return Fault(start, "unterminated_quote", detail, content)


def _stray(start: int, content: bytes, opened: int) -> Fault:
    """Python's csv module would make one field of such lines, and so join rows in silence."""
    detail = (
        f"the quote that opens in line {_line_of(start, content, opened)} is closed lines below, "
        "in the middle of a field; double the quotes inside a field, or read a TSV without quotes "
        "with --no-quotes"
    )
    return Fault(start, "stray_quote", detail, content)
