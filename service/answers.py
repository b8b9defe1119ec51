"""Results as plain JSON values, in the shape that `service.schemas` declares."""

from collections.abc import Iterable
from typing import Any

import pydantic_core

from augment.preview import changes, marked_copy
from augment.record import Copy, Outcome, trail_to_json
from service.engine.items import Item, ItemError, Result

NDJSON = "application/x-ndjson"


def item(index: int, asked: Item, result: Result | ItemError) -> dict[str, Any]:
    """What became of one text."""
    found: dict[str, Any] = {"index": index, "id": asked.record.id, "copies": [], "missing": []}
    if isinstance(result, ItemError):
        error = {"code": result.code, "message": result.message, "retryable": result.retryable}
        return found | {"error": error}
    copies = [copy(one) for one in result.outcome.copies]
    return found | {"copies": copies, "missing": missing(result.outcome), "error": None}


def copy(made: Copy) -> dict[str, Any]:
    """A copy, with how it came about."""
    record = made.record
    return {
        "number": made.number,
        "text": record.text,
        "label": record.label,
        "spans": [span._asdict() for span in record.spans],
        "exact": made.exact,
        "trail": trail_to_json(made.trail),
    }


def missing(outcome: Outcome) -> list[dict[str, Any]]:
    """The copies that could not be made."""
    return [
        {
            "number": number,
            "reason": refusal.reason,
            "detail": refusal.detail,
            "score": refusal.score,
        }
        for number, refusal in outcome.missing
    ]


def preview(outcome: Outcome) -> dict[str, Any]:
    """The copies of one text, with what changed."""
    text = outcome.record.text
    copies = [
        copy(one)
        | {
            "marked": marked_copy(text, one),
            "changes": [change._asdict() for change in changes(text, one.record.text)],
        }
        for one in outcome.copies
    ]
    return {"text": text, "copies": copies, "missing": missing(outcome)}


def summary(found: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Counts over items."""
    counts = {"items": 0, "copies": 0, "missing": 0, "errors": 0}
    for one in found:
        counts["items"] += 1
        counts["copies"] += len(one["copies"])
        counts["missing"] += len(one["missing"])
        counts["errors"] += one["error"] is not None
    return counts


def to_json(value: object) -> bytes:
    """As JSON in UTF-8."""
    return pydantic_core.to_json(value)


def timing(results: Iterable[Result]) -> str:
    """The longest of each phase as a Server-Timing header, in milliseconds; empty without any."""
    times = [one.timings for one in results]
    if not times:
        return ""
    phases = {
        "queue": max(one.waiting for one in times),
        "prepare": max(one.preparing for one in times),
        "tokenize": max(one.tokenizing for one in times),
        "translate": max(one.translating for one in times),
        "work": max(one.working for one in times),
    }
    return ", ".join(f"{name};dur={1000 * spent:.1f}" for name, spent in phases.items())
