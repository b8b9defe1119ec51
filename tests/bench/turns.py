"""Contenders take turns, so that a busy machine hits all alike, and are compared within a round."""

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.worker import Timed


@dataclass(frozen=True)
class Row:
    """A ratio of speeds that was asked for, and what was measured."""

    what: str
    asked: float | None
    wall: float
    cpu: float
    sentences: int


def in_turns(rounds: int, calls: dict[str, Callable[[], Timed]]) -> dict[str, list[Timed]]:
    """A B C A B C ...: the times of each call."""
    found: dict[str, list[Timed]] = {name: [] for name in calls}
    for number in range(rounds):
        for name, call in calls.items():
            print(f"  round {number + 1}: {name}", file=sys.stderr, flush=True)
            found[name].append(call())
    return found


def medians(times: dict[str, list[Timed]], count: int) -> dict[str, dict[str, float]]:
    """Texts a second of each contender, by both clocks."""
    return {
        name: {
            "per wall second": round(statistics.median(count / t.wall for t in found), 1),
            "per CPU-second": round(statistics.median(count / t.cpu for t in found), 1),
        }
        for name, found in times.items()
    }


def ratio(ours: Sequence[Timed], theirs: Sequence[Timed], clock: str) -> float:
    """How many times as fast ours is: the median over the rounds."""
    pairs = zip(ours, theirs, strict=True)
    return round(statistics.median(getattr(b, clock) / getattr(a, clock) for a, b in pairs), 2)


def row(
    times: dict[str, list[Timed]], ours: str, theirs: str, asked: float | None, count: int
) -> Row:
    """One line of the table of ratios."""
    wall, cpu = (ratio(times[ours], times[theirs], clock) for clock in ("wall", "cpu"))
    return Row(f"{ours} / {theirs}", asked, wall, cpu, count)


def equal(ours: Timed, theirs: Timed) -> float:
    """The share of outputs that are the same."""
    pairs = list(zip(ours.outputs, theirs.outputs, strict=True))
    return round(sum(a == b for a, b in pairs) / len(pairs), 3)
