"""CoNLL files: one token a line with its columns, a blank line behind each sentence.

Columns are parted by tabs where the first token's line has one, else by spaces. Lines that begin
with # and have not the columns of a token are comments. The columns source_id, copy and trail are
comments above each sentence. In a copy, tokens that no edit touched keep their lines; of others
all columns but token and tag are `_`, and comments of the original are left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

from augment.datasets.columns import Columns, NewColumns, flag
from augment.datasets.json_lines import HEAD
from augment.datasets.lines import Line
from augment.datasets.rows import BadRowError, Fault, Offsets, Raw, Row, decoded, line_end
from augment.datasets.tasks.tagging import TaggingTask
from augment.datasets.tasks.task import Values
from augment.datasets.values import compact
from augment.datasets.writer import Changes
from augment.errors import DataError

_TAG = re.compile(rb"O|[A-Z](-\S+)?")
_DOCUMENT = b"-DOCSTART-"


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a token's line: what parts them, how many, and which are token and tag."""

    tabs: bool
    width: int
    token: int
    tag: int

    def fields(self, line: bytes) -> list[bytes]:
        """The columns of a line."""
        line = line.rstrip(b"\r\n")
        return line.split(b"\t") if self.tabs else [part for part in line.split(b" ") if part]

    def holds_token(self, line: bytes) -> bool:
        """Whether a line is that of a token, and no comment or start of a document."""
        if line.startswith(_DOCUMENT):
            return False
        if not line.startswith(b"#"):
            return True
        fields = self.fields(line)
        return len(fields) == self.width and _TAG.fullmatch(fields[self.tag]) is not None


@dataclass(frozen=True)
class Conll:
    """What the head of a CoNLL file tells: its columns and the scheme of its tags."""

    shape: Shape
    task: TaggingTask
    new: NewColumns
    newline: bytes
    header: bytes = b""

    def scan(self, lines: Iterator[Line], *, limit: int) -> Iterator[Raw | Fault]:
        """The sentences in lines that begin with one."""
        return scan_sentences(lines, self.shape, limit=limit)

    def parse(self, raw: Raw, default_id: str) -> Row:
        """The sentence behind the bytes.

        Raises:
            BadRowError: it is not UTF-8, a line has too many or too few columns, or tags are wrong.
        """
        decoded(raw.content)
        body = raw.fields[0]
        self._check_free(raw.content[: body.start])
        values = self.values(raw)
        return Row(
            raw.line,
            raw.content,
            default_id,
            self.task.records(values, default_id, None),
            values,
            {"body": body},
            insert=body.start,
            stop=body.end,
        )

    def values(self, raw: Raw) -> Values:
        """Tokens and tags, with the lines they stand in."""
        lines, tokens, tags = [], [], []
        body = raw.fields[0]
        numbered = enumerate(raw.content[slice(*body)].splitlines(keepends=True), raw.line)
        for number, line in numbered:
            if not self.shape.holds_token(line):
                continue
            fields = self.shape.fields(line)
            if len(fields) != self.shape.width:
                raise BadRowError(
                    "ragged",
                    f"line {number} has {len(fields)} columns where the first token of the file "
                    f"has {self.shape.width}",
                )
            lines.append(line.rstrip(b"\r\n"))
            tokens.append(fields[self.shape.token].decode("utf-8"))
            tags.append(fields[self.shape.tag].decode("utf-8"))
        return {"lines": lines, self.task.tokens: tokens, self.task.tags: tags}

    def ended(self, end: bytes) -> bytes:
        """The end of a sentence with a blank line, which the last one of a file may lack."""
        if not end.endswith((b"\n", b"\r")):
            end += self.newline
        return end if len(end.splitlines()) > 1 else end + self.newline

    def final(self, last: Raw | Fault) -> bytes | None:
        """How the output ends: as the input, where that lacks the last blank line."""
        end = last.content[last.fields[0].end :] if isinstance(last, Raw) else b"\n\n"
        return end if len(end.splitlines()) < 2 else None

    def new_fields(self, row: Row, copy: int, trail: Sequence[Mapping[str, Any]]) -> bytes:
        """The new columns as comments, above the sentence."""
        values = (row.id, str(copy), compact(trail))
        return b"".join(
            f"# {name} = {value}".encode() + self.newline
            for name, value in zip(self.new.names, values, strict=True)
        )

    def changes(self, row: Row, values: Mapping[str, Any]) -> Changes:
        """The lines of the copy's tokens; what stands above the original goes."""
        columns = zip(values["tokens"], values["tags"], values["origins"], strict=True)
        lines = [self._line(row, *each) for each in columns]
        body = row.places["body"]
        return [(Offsets(0, body.start), b""), (body, self.newline.join(lines))]

    def _line(self, row: Row, token: str, tag: str, origin: int | None) -> bytes:
        if origin is None:
            fields = [b"_"] * self.shape.width
            fields[self.shape.token] = token.encode("utf-8")
        elif row.values["tags"][origin] == tag:
            kept: bytes = row.values["lines"][origin]
            return kept
        else:
            fields = self.shape.fields(row.values["lines"][origin])
        fields[self.shape.tag] = tag.encode("utf-8")
        return (b"\t" if self.shape.tabs else b" ").join(fields)

    def _check_free(self, head: bytes) -> None:
        for name in self.new.names:
            if re.search(rb"^#\s*%s\s*=" % re.escape(name.encode("utf-8")), head, re.MULTILINE):
                raise BadRowError(
                    "name_taken", f"the sentence has a comment {name!r} of its own; see --rename"
                )


def open_conll(
    lines: Iterator[Line], asked: Columns, new: NewColumns, *, limit: int
) -> tuple[Conll, Iterator[Raw | Fault]]:
    """The layout of a CoNLL file, and its sentences.

    Raises:
        DataError: there is no token, no such column, or an option that only tables have.
    """
    for option in ("id", "split", "label", "text", "text_b", "sides", "context", "answers"):
        if getattr(asked, option) is not None:
            raise DataError(
                f"a CoNLL file has no named columns, so {flag(option)} means nothing there"
            )
    seen: list[Line] = []
    first = None
    while first is None and len(seen) < HEAD and (line := next(lines, None)) is not None:
        seen.append(line)
        if line.content.strip() and not line.content.startswith((b"#", _DOCUMENT)):
            first = line.content
    if first is None:
        raise DataError("the file has no token" if seen else "the file is empty")
    shape = _shape(first, asked)
    raws = scan_sentences(chain(seen, lines), shape, limit=limit)
    task = TaggingTask("tokens", "tags", asked.scheme, "origins")
    layout = Conll(shape, task, new, line_end(first) or b"\n")
    if task.unsettled:
        head = list(islice(raws, HEAD))
        layout = Conll(shape, task.settled(_heads(layout, head)), new, layout.newline)
        raws = chain(head, raws)
    return layout, raws


def scan_sentences(lines: Iterator[Line], shape: Shape, *, limit: int) -> Iterator[Raw | Fault]:
    """Each sentence as a row, with what stands above it; joined they are the file.

    What stands below the last sentence belongs to its end. One longer than `limit` is a fault.
    """
    part = _Sentence(limit)
    done: Raw | Fault | None = None  # waits until it is known that another sentence follows
    for line in lines:
        blank = not line.content.strip(b" \t\r\n")
        starts = not blank and (part.closed or line.content.startswith(_DOCUMENT))
        if starts and part.body:
            if done is not None:
                yield done
            done, part = part.ended(), _Sentence(limit)
        part.add(line, token=not blank and shape.holds_token(line.content), blank=blank)
        if part.size > limit or not line.whole:
            if done is not None:
                yield done
            done = part.cut()
    if part.body:
        if done is not None:
            yield done
        yield part.ended()
    elif done is not None:
        yield replace(done, content=done.content + b"".join(part.above))


@dataclass(slots=True)
class _Sentence:
    """The lines of one sentence, as they come."""

    limit: int
    above: list[bytes] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)
    below: list[bytes] = field(default_factory=list)
    line: int = 0
    size: int = 0
    parts: int = 0
    closed: bool = False

    def add(self, line: Line, *, token: bool, blank: bool) -> None:
        self.size += len(line.content)
        self.line = self.line or (line.number if token else 0)
        if blank and self.body:
            self.closed = True
        if self.closed:
            self.below.append(line.content)
        elif token or self.body:
            self.body.append(line.content)
        else:
            self.above.append(line.content)

    def cut(self) -> Fault:
        """What there is of a sentence over the limit; the next part goes on."""
        self.parts, self.line = self.parts + 1, self.line or 1
        content = b"".join((*self.above, *self.body, *self.below))
        # The body stays begun, so that the sentence ends at the next blank line.
        self.above, self.body, self.below, self.size = [], [b""], [], 0
        return self._fault(content, follow=True)

    def ended(self) -> Raw | Fault:
        above, body, below = map(b"".join, (self.above, self.body, self.below))
        content = above + body + below
        if self.parts:
            self.parts += 1
            return self._fault(content, follow=False)
        stop = len(above) + len(body) - len(line_end(body))
        return Raw(self.line, content, (Offsets(len(above), stop),))

    def _fault(self, content: bytes, *, follow: bool) -> Fault:
        detail = f"the sentence is longer than the limit of {self.limit:,} bytes"
        return Fault(self.line, "row_too_long", detail, content, self.parts, parts_follow=follow)


def _shape(first: bytes, asked: Columns) -> Shape:
    tabs = b"\t" in first
    width = len(Shape(tabs, 0, 0, 0).fields(first))
    if width < 2:
        shown = first.strip()[:80].decode("utf-8", "replace")
        raise DataError(
            f"the first token's line has one column, {shown!r}; token and tag must be parted by "
            "tabs or spaces"
        )
    return Shape(tabs, width, _place(asked.tokens, "--tokens", 0, width),
                 _place(asked.tags, "--tags", width - 1, width))  # fmt: skip


def _place(asked: str | None, option: str, default: int, width: int) -> int:
    if asked is None:
        return default
    if not asked.isdecimal() or not 1 <= int(asked) <= width:
        raise DataError(
            f"{option} {asked}: columns of a CoNLL file go by number, here from 1 to {width}"
        )
    return int(asked) - 1


def _heads(layout: Conll, head: Sequence[Raw | Fault]) -> Iterator[Values]:
    for raw in head:
        if isinstance(raw, Raw):
            try:
                decoded(raw.content)
                yield layout.values(raw)
            except BadRowError:
                continue
