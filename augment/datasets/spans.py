"""Labelled spans in a JSON row: a list of `[start, end, label]` or `{"start", "end", "label"}`."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from augment.datasets.rows import BadRowError, sound
from augment.edits import Span


def read_spans(value: Any, text: str, column: str) -> tuple[Span, ...]:
    """The spans, in the order of the row.

    Raises:
        BadRowError: one is malformed, out of range, or overlaps another.

    >>> read_spans([[0, 4, "CITY"]], "Rome is old", "spans")
    (Span(start=0, end=4, label='CITY'),)
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadRowError("bad_spans", f"{column!r} must be a list, not {type(value).__name__}")
    spans = tuple(_span(item, len(text), column) for item in value)
    for one, two in pairwise(sorted(spans)):
        if two.start < one.end:
            raise BadRowError(
                "bad_spans", f"{column!r}: {list(one)} and {list(two)} overlap; one must end first"
            )
    return spans


def write_spans(value: Any, spans: Sequence[Span]) -> Any:
    """The value of a row with its spans moved, in the shape it had.

    >>> write_spans([{"start": 0, "end": 4, "id": 7}], [Span(3, 7)])
    [{'start': 3, 'end': 7, 'id': 7}]
    """
    return [
        {**item, "start": span.start, "end": span.end}
        if isinstance(item, dict)
        else [span.start, span.end, *item[2:]]
        for item, span in zip(value or (), spans, strict=True)
    ]


def _span(item: Any, length: int, column: str) -> Span:
    if isinstance(item, dict):
        start, end, label = item.get("start"), item.get("end"), item.get("label", "")
    elif isinstance(item, list) and len(item) in (2, 3):
        start, end, label = (*item, "")[:3]
    else:
        start = end = label = None
    if type(start) is not int or type(end) is not int or not isinstance(label, str):
        raise BadRowError(
            "bad_spans",
            f'{column!r}: each must be [start, end, label] or {{"start", "end", "label"}}, '
            f"not {str(item)[:80]}",
        )
    if not 0 <= start <= end <= length:
        raise BadRowError(
            "bad_spans", f"{column!r}: {start}-{end} is not inside the text of {length} characters"
        )
    return Span(start, end, sound(label, column))
