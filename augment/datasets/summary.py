"""What a run over a data set came to, counted so that nothing is missing from the sums."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from augment.datasets.rows import Fault, Row
from augment.record import Copy, Refusal

# Past this many the label column is hardly one of classes, and counting it would fill memory.
MOST_LABELS = 1000
OTHER_LABELS = "(others)"
NO_LABEL = "(none)"

_SENTENCE_END = re.compile(r"[.!?…。！？]+(?=\s|$)|(?<![.!?…。！？\s])\s*$")


@dataclass(frozen=True, slots=True)
class LabelCount:
    """Rows of one label before and after."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a run; `rows == kept + sum(rejected)`, `asked == written + sum(dropped)`.

    `stayed` counts parts of written copies (sentences) that a step left as they were, by reason.
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
    sentences: int
    stayed: Mapping[str, int]
    seconds: float
    output: str | None = None
    rejects: str | None = None

    @property
    def sentences_per_second(self) -> float:
        """Sentences of all written copies, by the time of the whole run."""
        return self.sentences / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "sentences_per_second": round(self.sentences_per_second, 1)}


class Tally:
    """The counts while the run goes on."""

    def __init__(self, *, keep_originals: bool) -> None:
        self.rows = self.kept = self.asked = self.written = self.sentences = 0
        self._keep_originals = keep_originals
        self._rejected: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._stayed: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        self._after: Counter[str] = Counter()

    def fault(self, fault: Fault) -> None:
        """A rejected row; of one in several parts only the first counts."""
        if fault.part == 1:
            self.rows += 1
            self._rejected[fault.reason] += 1

    def row(self, row: Row) -> None:
        """A row that holds."""
        self.rows += 1
        self.kept += 1
        label = self._label(row)
        self._before[label] += 1
        if self._keep_originals:
            self._after[label] += 1

    def dropped(self, refusal: Refusal) -> None:
        """A copy that was asked for and not written."""
        self.asked += 1
        self._dropped[refusal.reason] += 1

    def copy(self, row: Row, copy: Copy) -> None:
        """A copy that was written."""
        self.asked += 1
        self.written += 1
        self._after[self._label(row)] += 1
        self._kinds.update({step.path.rpartition(".")[2] for step in copy.trail})
        self._stayed.update(reason for step in copy.trail for reason in step.kept)
        self.sentences += sum(1 for _ in _SENTENCE_END.finditer(copy.record.text))

    def summary(
        self, *, blank_lines: int, seconds: float, output: str | None, rejects: str | None
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
            labels={
                label: LabelCount(before, self._after[label])
                for label, before in sorted(self._before.items())
            },
            sentences=self.sentences,
            stayed=dict(self._stayed.most_common()),
            seconds=round(seconds, 3),
            output=output,
            rejects=rejects,
        )

    def _label(self, row: Row) -> str:
        label = NO_LABEL if row.record.label is None else row.record.label
        return label if label in self._before or len(self._before) < MOST_LABELS else OTHER_LABELS
