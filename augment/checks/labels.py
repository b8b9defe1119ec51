"""Labels: a classifier made of the originals still gives the copy its label.

It is small (see `label_counts`), and for each copy the text that it was made of is left out of it,
with all its doubles, so that no text is judged by a model that saw it. On banking77 (77 intents) it
gives 79 % of the training texts their label in this way and 79 % of the test texts, but 94 % of
texts that it has seen. A copy is therefore kept, too, if its original is told to the same other
label: then the classifier errs, or the label of the row, and not the copy.

On the same data it keeps 81 to 83 % of back-translated and synonym copies and 0.2 % of texts of
other rows; `margin` keeps more of both (`python -m tests.bench.checks`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from augment.checks.base import Case, Verdict, drop
from augment.errors import DataError
from augment.record import Record
from augment.spec import Labels

if TYPE_CHECKING:
    from augment.checks.label_counts import LabelCounts

COUNTS = "counts.npz"


class LabelsCheck:
    """See `augment.spec.Labels`. The score is the lead of the copy's label over the best other."""

    kind = "labels"

    def __init__(self, spec: Labels) -> None:
        self._spec = spec

    def fitting(self, folder: Path) -> "LabelsFitting":
        """See `Unfitted.fitting`."""
        return LabelsFitting(folder)

    def fitted(self, folder: Path) -> "LabelsJudge":
        """See `Unfitted.fitted`."""
        from augment.checks.label_counts import LabelCounts

        return LabelsJudge(self._spec, LabelCounts.load(folder / COUNTS))


class LabelsFitting:
    """Counts the words of each label."""

    def __init__(self, folder: Path) -> None:
        from augment.checks.label_counts import LabelCounts

        self._folder = folder
        self._counts = LabelCounts()

    def add(self, record: Record) -> None:
        """See `Fitting.add`; a record without a label teaches nothing."""
        if record.label is not None:
            self._counts.add(record.text, record.label)

    def add_held_out(self, record: Record) -> None:
        """Nothing: what is held out must not shape the training set."""

    def save(self) -> None:
        """See `Fitting.save`.

        Raises:
            DataError: there are not two labels to tell apart.
        """
        if len(self._counts.labels) < 2:
            found = ", ".join(map(repr, self._counts.labels)) or "none"
            raise DataError(
                f"the check labels needs at least two labels to tell apart, the data set has "
                f"{found}; name the column with --label, or take the check out of the spec"
            )
        self._counts.save(self._folder / COUNTS)

    def close(self) -> None:
        """Nothing is open."""


class LabelsJudge:
    """Asks the classifier that has not seen the original."""

    exact = True

    def __init__(self, spec: Labels, counts: "LabelCounts") -> None:
        self._spec = spec
        self._counts = counts

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(case) for case in cases]

    def _verdict(self, case: Case) -> Verdict:
        text, new = case.texts
        label = case.original.label
        if label is None or self._counts.rows(label, without=text) < self._spec.least:
            return Verdict()
        margins = self._counts.margins(new, without=text)
        score = margins[label]
        if score >= -self._spec.margin:
            return Verdict(score)
        told = max(margins, key=lambda one: (margins[one], one))
        if not self._spec.strict:
            before = self._counts.margins(text, without=text)
            if told == max(before, key=lambda one: (before[one], one)):
                return Verdict(score)
        return drop("labels", f"reads as {told!r}, its label is {label!r}", score)
