"""The label of a row: one class, several, or a score; and their counts before and after."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from augment.datasets.rows import BadRowError, sound
from augment.datasets.values import compact

LabelType = Literal["auto", "class", "classes", "score"]

# Past this many the label column is hardly one of classes, and counting it would fill memory.
MOST_LABELS: Final = 1000
OTHER_LABELS: Final = "(others)"
NO_LABEL: Final = "(none)"


@dataclass(frozen=True, slots=True)
class LabelShape:
    """What the label column holds, and what parts several classes of a table's field.

    `auto`: a JSON list is several classes; numbers, some of which are not whole, are scores.
    """

    type: LabelType = "auto"
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class LabelCount:
    """Rows of one label before and after."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ScoreCount:
    """Scores of some rows: how many, and their mean, least and greatest."""

    rows: int
    mean: float
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores before and after; None of no rows."""

    before: ScoreCount | None
    after: ScoreCount | None


def read_label(value: Any, column: str, shape: LabelShape) -> tuple[str | None, tuple[str, ...]]:
    """The label as one string, and the classes in it.

    Raises:
        BadRowError: a score is no number, or a class has half of a surrogate pair.

    >>> read_label(["sport", "news"], "label", LabelShape())
    ('["sport","news"]', ('sport', 'news'))
    >>> read_label("sport; news", "label", LabelShape("classes", ";"))
    ('sport; news', ('sport', 'news'))
    """
    if value is None:
        return None, ()
    whole = sound(value if isinstance(value, str) else compact(value), column)
    if shape.type == "score":
        if _number(whole) is None:
            raise BadRowError(
                "bad_score", f"{column!r} is {whole[:80]!r}, not a number (--label-type score)"
            )
        return whole, (whole,)
    if isinstance(value, list) and shape.type != "class":
        parts = [item if isinstance(item, str) else compact(item) for item in value]
        return whole, tuple(dict.fromkeys(parts))
    if isinstance(value, str) and shape.separator is not None:
        split = (part.strip() for part in value.split(shape.separator))
        return whole, tuple(dict.fromkeys(part for part in split if part))
    return whole, (whole,)


class LabelTally:
    """The labels of rows and copies, counted while the run goes on."""

    def __init__(self, kind: LabelType = "auto") -> None:
        self._kind = kind
        self._before: Counter[str] = Counter()
        self._after: Counter[str] = Counter()
        self._scores = (_Running(), _Running())

    def add(self, labels: Sequence[str], *, before: bool = False, after: bool = False) -> None:
        """Count the labels of a row, or of a copy of it."""
        if self._kind in ("auto", "score"):
            self._score(labels, before=before, after=after)
        for label in labels or (NO_LABEL,):
            known = label in self._before or len(self._before) < MOST_LABELS
            counted = label if known else OTHER_LABELS
            self._before[counted] += before
            self._after[counted] += after

    def state(self) -> dict[str, Any]:
        """All counts as plain JSON values."""
        return {
            "kind": self._kind,
            "before": dict(self._before),
            "after": dict(self._after),
            "scores": [asdict(running) if running.rows else None for running in self._scores],
        }

    def merge(self, state: Mapping[str, Any]) -> None:
        """Add the counts of another tally, by its `state`."""
        if self._kind == "auto":
            self._kind = state["kind"]
        for label, count in state["before"].items():
            known = label in self._before or len(self._before) < MOST_LABELS
            counted = label if known else OTHER_LABELS
            self._before[counted] += count
            self._after[counted] += state["after"][label]
        for running, other in zip(self._scores, state["scores"], strict=True):
            if other is not None:
                running.merge(_Running(**other))

    def counted(self, label: str) -> LabelCount:
        """Rows of one label."""
        return LabelCount(self._before[label], self._after[label])

    def counts(self) -> Mapping[str, LabelCount]:
        """Rows of each label, unless they are scores."""
        if self.scores() is not None:
            return {}
        return {
            label: LabelCount(before, self._after[label])
            for label, before in sorted(self._before.items())
        }

    def scores(self) -> Scores | None:
        """The scores, if that is what the labels are."""
        before, after = self._scores
        fractions = before.fractions or after.fractions
        if self._kind == "score" or (self._kind == "auto" and fractions):
            return Scores(before.count(), after.count())
        return None

    def _score(self, labels: Sequence[str], *, before: bool, after: bool) -> None:
        if not labels:
            return
        number = _number(labels[0]) if len(labels) == 1 else None
        if number is None:
            # One label that is no number, and they are classes.
            self._kind = "class" if self._kind == "auto" else self._kind
            return
        for running, counts in zip(self._scores, (before, after), strict=True):
            if counts:
                running.add(number)


@dataclass(slots=True)
class _Running:
    """Numbers as they come."""

    rows: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    fractions: bool = field(default=False)

    def add(self, number: float) -> None:
        self.rows += 1
        self.total += number
        self.low, self.high = min(self.low, number), max(self.high, number)
        self.fractions = self.fractions or not number.is_integer()

    def merge(self, other: "_Running") -> None:
        self.rows += other.rows
        self.total += other.total
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.fractions = self.fractions or other.fractions

    def count(self) -> ScoreCount | None:
        if not self.rows:
            return None
        return ScoreCount(self.rows, round(self.total / self.rows, 4), self.low, self.high)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
