"""What a run over a data set came to, counted so that nothing is missing from the sums."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from augment.datasets.labels import LabelCount, LabelTally, LabelType, Scores
from augment.datasets.rows import Fault, Row
from augment.datasets.tasks.task import RowCopy
from augment.record import Refusal

_SENTENCE_END = re.compile(r"[.!?…。！？]+(?=\s|$)|(?<![.!?…。！？\s])\s*$")


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a run; `rows == kept + sum(rejected)`, `asked == written + sum(dropped)`.

    `stayed` counts parts of written copies (sentences, sides of pairs) that a step left as they
    were, by reason. Where labels are scores, `scores` tells of them and `labels` is empty; a row of
    several classes counts for each.
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

    @property
    def sentences_per_second(self) -> float:
        """Sentences of all written copies, by the time of the whole run."""
        return self.sentences / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "sentences_per_second": round(self.sentences_per_second, 1)}


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

    def copy(self, row: Row, made: RowCopy) -> None:
        """A copy that was written."""
        self.asked += 1
        self.written += 1
        self._labels.add(row.labels, after=True)
        steps = [step for copy in made.copies for step in copy.trail]
        self._kinds.update({step.path.rpartition(".")[2] for step in steps})
        self._stayed.update(reason for step in steps for reason in step.kept)
        self._stayed.update(made.kept)
        for copy in made.copies:
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
            labels=self._labels.counts(),
            scores=self._labels.scores(),
            sentences=self.sentences,
            stayed=dict(self._stayed.most_common()),
            seconds=round(seconds, 3),
            output=output,
            rejects=rejects,
        )
