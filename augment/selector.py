"""Copies held against one another: those of a record, and those of different records."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Self

from augment.checks.base import Case, Judge, Selection, Selective
from augment.record import Copy, Outcome, Refusal


def told_apart(copy: Copy, others: Iterable[Copy], judges: Mapping[str, Judge]) -> Copy | Refusal:
    """The copy, unless another copy of its record is the same or too much like it.

    `judges` by their place in the spec.
    """
    text, others = copy.record.text, tuple(others)
    if any(other.record.text == text for other in others):
        return Refusal("duplicate", "the copy equals another copy of the record")
    for place, judge in judges.items():
        if isinstance(judge, Selective):
            for other in others:
                score = judge.alike(text, other.record.text)
                if score is not None:
                    detail = f"nearly equals copy {other.number} of the record"
                    return Refusal("near_duplicate", detail, score=score, step=place)
    return copy


class Selector:
    """Takes the outcomes of a run in their order, and drops copies too near to earlier ones."""

    def __init__(self, selections: Mapping[str, Selection]) -> None:
        """`selections` by the place of their check in the spec."""
        self._selections = selections

    def __call__(self, outcome: Outcome) -> Outcome:
        """The outcome, with what was dropped among the missing; what stays counts from now on."""
        if not self._selections or not outcome.copies:
            return outcome
        kept: list[Copy] = []
        missing = list(outcome.missing)
        for copy in outcome.copies:
            refusal = self._refusal(Case(outcome.record, copy))
            if refusal is None:
                kept.append(copy)
            else:
                missing.append((copy.number, refusal))
        return Outcome(outcome.record, tuple(kept), tuple(sorted(missing, key=lambda one: one[0])))

    def _refusal(self, case: Case) -> Refusal | None:
        for place, selection in self._selections.items():
            refusal = selection.admit(case).refusal
            if refusal is not None:
                return replace(refusal, step=place)
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for selection in self._selections.values():
            selection.close()
