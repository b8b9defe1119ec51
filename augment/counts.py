"""What became of every draw: counts for each step of a pipeline, which only ever add up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class StepCount:
    """The draws that came to one step.

    Of `seen` draws it edited some, found nothing to do for others (`idle`, by reason) and refused
    others (`refused`, by reason). Of the `edited`, some were then dropped, by a later step, a check
    or since they came out twice (`dropped`, by reason); the rest are copies.

    >>> count = StepCount(seen=5, edited=3, idle=Counter(unchanged=2), dropped=Counter(polarity=1))
    >>> count.kept
    2
    """

    seen: int = 0
    edited: int = 0
    idle: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def kept(self) -> int:
        """How many of the edited draws became copies."""
        return self.edited - self.dropped.total()

    def add(self, other: "StepCount") -> None:
        """Add the counts of other draws."""
        self.seen += other.seen
        self.edited += other.edited
        self.idle.update(other.idle)
        self.refused.update(other.refused)
        self.dropped.update(other.dropped)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "seen": self.seen,
            "edited": self.edited,
            "kept": self.kept,
            "idle": dict(self.idle.most_common()),
            "refused": dict(self.refused.most_common()),
            "dropped": dict(self.dropped.most_common()),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "StepCount":
        """The inverse of `to_json`."""
        parts = (Counter(value[name]) for name in ("idle", "refused", "dropped"))
        return cls(value["seen"], value["edited"], *parts)


class StepCounts(dict[str, StepCount]):
    """The counts of all steps, by their paths in the spec."""

    def __missing__(self, path: str) -> StepCount:
        self[path] = StepCount()
        return self[path]

    def add(self, other: Mapping[str, StepCount]) -> None:
        """Add the counts of other draws."""
        for path, count in other.items():
            self[path].add(count)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, in the order of the paths."""
        return {path: self[path].to_json() for path in sorted(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "StepCounts":
        """The inverse of `to_json`."""
        return cls({path: StepCount.from_json(count) for path, count in value.items()})
