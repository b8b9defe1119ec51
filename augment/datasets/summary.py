"""What a run over a data set came to, counted so that nothing is missing from the sums."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from augment.counts import StepCounts
from augment.datasets.balance import Share
from augment.datasets.labels import LabelCount, LabelTally, LabelType, Scores
from augment.datasets.rows import Fault, Row
from augment.datasets.tasks.task import RowCopy
from augment.record import Refusal

_SENTENCE_END = re.compile(r"[.!?…。！？]+(?=\s|$)|(?<![.!?…。！？\s])\s*$")

_NUMBERS = ("rows", "kept", "asked", "written", "sentences")
_COUNTERS = ("rejected", "dropped", "kinds", "stayed")


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a run; `rows == kept + sum(rejected)`, `asked == written + sum(dropped)`.

    `stayed` counts parts of written copies (sentences, sides of pairs) that a step left as they
    were, by reason. Where labels are scores, `scores` tells of them and `labels` is empty; a row of
    several classes counts for each. `lost_units` counts parts of the input whose copies could not
    be made, since they killed the process that made them. `balance` has the labels that needed
    copies to be as large as was asked. `steps` tells of every draw, see `StepCount`.
    """

    rows: int
    kept: int
    rejected: Mapping[str, int]
    blank_lines: int
    asked: int
    written: int
    dropped: Mapping[str, int]
    kinds: Mapping[str, int]
    labels: Mapping[str, LabelCount]
    scores: Scores | None
    sentences: int
    stayed: Mapping[str, int]
    seconds: float
    output: str | None = None
    rejects: str | None = None
    lost_units: int = 0
    balance: Mapping[str, Share] | None = None
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def sentences_per_second(self) -> float:
        """Sentences of all written copies, by the time of the whole run."""
        return self.sentences / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "sentences_per_second": round(self.sentences_per_second, 1)}


@dataclass(frozen=True, slots=True)
class CopyCounts:
    """What one copy of a row adds to the counts; `paths` has each step of each of its texts."""

    paths: tuple[str, ...]
    stayed: Mapping[str, int]
    sentences: int

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its steps."""
        return frozenset(path.rpartition(".")[2] for path in self.paths)

    @classmethod
    def of(cls, made: RowCopy) -> "CopyCounts":
        """The counts of a copy."""
        steps = [step for copy in made.copies for step in copy.trail]
        stayed = Counter(reason for step in steps for reason in step.kept)
        stayed.update(made.kept)
        return cls(
            tuple(step.path for step in steps),
            dict(stayed),
            sum(sum(1 for _ in _SENTENCE_END.finditer(copy.record.text)) for copy in made.copies),
        )


class Tally:
    """The counts while the run goes on."""

    def __init__(self, *, keep_originals: bool, labels: LabelType = "auto") -> None:
        self.rows = self.kept = self.asked = self.written = self.sentences = 0
        self._keep_originals = keep_originals
        self._rejected: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._stayed: Counter[str] = Counter()
        self._labels = LabelTally(labels)
        self.steps = StepCounts()

    def fault(self, fault: Fault) -> None:
        """A rejected row; of one in several parts only the first counts."""
        if fault.part == 1:
            self.rows += 1
            self._rejected[fault.reason] += 1

    def row(self, row: Row) -> None:
        """A row that holds."""
        self.rows += 1
        self.kept += 1
        self._labels.add(row.labels, before=True, after=self._keep_originals)

    def dropped(self, refusal: Refusal) -> None:
        """A copy that was asked for and not written."""
        self.asked += 1
        self._dropped[refusal.reason] += 1

    def dropped_late(self, made: CopyCounts, refusal: Refusal) -> None:
        """A copy that was made, and dropped when it was held against those of other rows."""
        self.dropped(refusal)
        for path in made.paths:
            self.steps[path].dropped[refusal.reason] += 1

    def copy(self, labels: Sequence[str], made: CopyCounts) -> None:
        """A copy that was written, of a row with these labels."""
        self.asked += 1
        self.written += 1
        self._labels.add(labels, after=True)
        self._kinds.update(made.kinds)
        self._stayed.update(made.stayed)
        self.sentences += made.sentences

    def state(self) -> dict[str, Any]:
        """All counts as plain JSON values."""
        return {
            **{name: getattr(self, name) for name in _NUMBERS},
            **{name: dict(getattr(self, f"_{name}")) for name in _COUNTERS},
            "labels": self._labels.state(),
            "steps": self.steps.to_json(),
        }

    def add(self, state: Mapping[str, Any]) -> None:
        """Add the counts of another tally, by its `state`."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + state[name])
        for name in _COUNTERS:
            getattr(self, f"_{name}").update(state[name])
        self._labels.merge(state["labels"])
        self.steps.add(StepCounts.from_json(state["steps"]))

    def copies_of(self, label: str) -> int:
        """How many copies were written of rows with one label."""
        found = self._labels.counted(label)
        return found.after - (found.before if self._keep_originals else 0)

    def summary(
        self,
        *,
        blank_lines: int,
        seconds: float,
        output: str | None,
        rejects: str | None,
        lost_units: int = 0,
        balance: Mapping[str, Share] | None = None,
    ) -> Summary:
        """The counts as they stand."""
        return Summary(
            rows=self.rows,
            kept=self.kept,
            rejected=dict(self._rejected.most_common()),
            blank_lines=blank_lines,
            asked=self.asked,
            written=self.written,
            dropped=dict(self._dropped.most_common()),
            kinds=dict(self._kinds.most_common()),
            labels=self._labels.counts(),
            scores=self._labels.scores(),
            sentences=self.sentences,
            stayed=dict(self._stayed.most_common()),
            seconds=round(seconds, 3),
            output=output,
            rejects=rejects,
            lost_units=lost_units,
            balance=balance,
            steps=self.steps.to_json(),
        )
