"""Edits: the only way in which a text changes.

An edit replaces one stretch. All edits of a step refer to the text before the step, so they can be
applied together, moved spans computed, and the step undone. What lies outside the edits cannot
change: whitespace and punctuation there are copied.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """A labelled stretch of a text: `text[start:end]` in code points."""

    start: int
    end: int
    label: str = ""


class Anchor(NamedTuple):
    """A stretch inside an edit that survives it: where it was in the text, where it is in `new`."""

    start: int
    end: int
    new_start: int
    new_end: int


class Edit(NamedTuple):
    """Replace `old`, which stands at `start`, by `new`.

    `old` is kept with the edit, so that a wrong offset is found when it is applied and a step can
    be undone from its edits alone.
    """

    start: int
    old: str
    new: str
    anchors: tuple[Anchor, ...] = ()

    @property
    def end(self) -> int:
        """Where the replaced stretch ends."""
        return self.start + len(self.old)


class SpanLostError(ValueError):
    """An edit cuts a span, or covers one without saying where it went."""


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits made; they must be sorted, apart, and match what stands there.

    >>> apply_edits("a big dog", [Edit(2, "big", "large")])
    'a large dog'
    """
    pieces, at = [], 0
    for edit in edits:
        if edit.start < at:
            raise ValueError(f"edits overlap or are not sorted at offset {edit.start}")
        if not text.startswith(edit.old, edit.start):
            found = text[edit.start : edit.end]
            raise ValueError(
                f"edit at {edit.start} replaces {edit.old!r}, but {found!r} stands there"
            )
        pieces += [text[at : edit.start], edit.new]
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces)


def invert_edits(edits: Sequence[Edit]) -> list[Edit]:
    """The edits on the new text that give the old one back.

    >>> invert_edits([Edit(2, "big", "large")])
    [Edit(start=2, old='large', new='big', anchors=())]
    """
    inverted, shift = [], 0
    for edit in edits:
        anchors = tuple(
            Anchor(
                edit.start + shift + anchor.new_start,
                edit.start + shift + anchor.new_end,
                anchor.start - edit.start,
                anchor.end - edit.start,
            )
            for anchor in edit.anchors
        )
        inverted.append(Edit(edit.start + shift, edit.new, edit.old, anchors))
        shift += len(edit.new) - len(edit.old)
    return inverted


def move_spans(spans: Iterable[Span], edits: Sequence[Edit]) -> tuple[Span, ...]:
    """Where the spans lie after the edits.

    A span that an edit lies inside grows or shrinks with it; one that lies inside an edit moves
    with its anchor.

    Raises:
        SpanLostError: an edit cuts a span, or covers one without an anchor for it.
    """
    return tuple(_moved(span, edits) for span in spans)


def _moved(span: Span, edits: Sequence[Edit]) -> Span:
    start_shift = end_shift = 0
    for edit in edits:
        growth = len(edit.new) - len(edit.old)
        # An insertion at the border of a span stays outside it.
        if edit.end <= span.start:
            start_shift += growth
            end_shift += growth
        elif edit.start >= span.end:
            break
        elif span.start <= edit.start and edit.end <= span.end and _keeps(edit, span):
            end_shift += growth
        else:
            return _anchored(span, edit, end_shift)
    return Span(span.start + start_shift, span.end + end_shift, span.label)


def _keeps(edit: Edit, span: Span) -> bool:
    """Whether an edit inside the span leaves something of it; the whole of it needs an anchor."""
    return bool(edit.new) and not edit.anchors and (edit.start, edit.end) != (span.start, span.end)


def _unchanged(edit: Edit, anchor: Anchor) -> bool:
    old = edit.old[anchor.start - edit.start : anchor.end - edit.start]
    return old == edit.new[anchor.new_start : anchor.new_end]


def _anchored(span: Span, edit: Edit, shift: int) -> Span:
    start = edit.start + shift
    for anchor in edit.anchors:
        if (anchor.start, anchor.end) == (span.start, span.end):
            return Span(start + anchor.new_start, start + anchor.new_end, span.label)
        inside = anchor.start <= span.start and span.end <= anchor.end
        if inside and _unchanged(edit, anchor):
            start += anchor.new_start - anchor.start
            return Span(start + span.start, start + span.end, span.label)
    raise SpanLostError(
        f"the edit at {edit.start}-{edit.end} loses the span {span.start}-{span.end}"
    )
