"""All that a step makes of one text, for tests of single kinds."""

from collections.abc import Sequence
from typing import Any

from augment.build import build_pipeline
from augment.edits import Span
from augment.record import Outcome, Record
from augment.resources import Resources
from augment.spec import parse_spec


def outcome_of(
    step: dict[str, Any],
    text: str,
    resources: Resources,
    *,
    copies: int = 1,
    spans: Sequence[Span] = (),
    **fields: Any,
) -> Outcome:
    """What became of one text."""
    spec = parse_spec({"steps": [step], "copies": copies, "attempts": 20, **fields})
    record = Record(text, spans=tuple(spans))
    return next(build_pipeline(spec, resources).augment([record]))


def copies_of(
    step: dict[str, Any], text: str, resources: Resources, *, copies: int = 30, **fields: Any
) -> set[str]:
    """The different copies that many draws make of a text."""
    outcome = outcome_of(step, text, resources, copies=copies, **fields)
    return {copy.record.text for copy in outcome.copies}


def refusal_of(step: dict[str, Any], text: str, resources: Resources, **fields: Any) -> str:
    """Why no copy was made; fails where one was."""
    outcome = outcome_of(step, text, resources, **fields)
    assert not outcome.copies, outcome.copies[0].record.text
    return str(outcome.missing[0][1])
