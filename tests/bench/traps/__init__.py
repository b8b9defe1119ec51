"""Pairs of a text and a copy of it: traps, whose label flips, and harmless rewordings.

`seen.jsonl` was written beside the guards, `unseen.jsonl` by somebody who did not know them; since
its blind run, and that of `blind.jsonl`, the guards were mended by all of them.
`why` names the family of a trap.
`python -m tests.bench.traps` prints what the guards catch.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from augment.build import build_pipeline
from augment.checks.base import Case, Unfitted
from augment.record import Copy, Record, Refusal
from augment.resources import Resources
from augment.spec import parse_spec

FOLDER: Final = Path(__file__).parent
# The floor of `meaning` is low: the others see what flips, and true rewordings go down to 0.52.
CAREFUL: Final[list[dict[str, Any]]] = [
    {"kind": "length", "slack": 30},
    {"kind": "repetition"},
    {"kind": "polarity"},
    {"kind": "values"},
    {"kind": "scope"},
    {"kind": "roles"},
    {"kind": "invented"},
    {"kind": "meaning", "floor": 0.5},
]


class Trap(NamedTuple):
    """A text, a copy of it, whether the copy flips the label, and the family."""

    original: str
    copy: str
    flips: bool
    why: str


def read(path: Path) -> list[Trap]:
    """The pairs of a file."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [Trap(row["original"], row["copy"], row["flips"], row["why"]) for row in rows]


def refusals(
    traps: Sequence[Trap], resources: Resources, checks: Sequence[dict[str, Any]] = CAREFUL
) -> list[Refusal | None]:
    """What the first check that drops a copy says of it, for each pair."""
    spec = parse_spec({"steps": [{"kind": "masking"}], "checks": list(checks)})
    cases = [Case(Record(trap.original), Copy(Record(trap.copy), 1, ())) for trap in traps]
    found: list[Refusal | None] = [None] * len(cases)
    for check in build_pipeline(spec, resources).checks:
        assert not isinstance(check, Unfitted)
        for i, verdict in enumerate(check.judge(cases)):
            found[i] = found[i] or verdict.refusal
    return found
