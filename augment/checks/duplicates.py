"""Duplicates: copies that nearly equal an original, or a copy that was written before.

Doubles teach a model nothing and make a data set look larger than it is (Lee et al. 2022,
"Deduplicating Training Data Makes Language Models Better").
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from augment.checks.base import Case, Verdict, drop
from augment.record import Record
from augment.spec import Duplicates

if TYPE_CHECKING:
    from augment.checks.fingerprints import NearIndex

REASON = "near_duplicate"
INDEX = "originals.sqlite"


class DuplicatesCheck:
    """See `augment.spec.Duplicates`. The score is the likeness to the text that was found."""

    kind = "duplicates"

    def __init__(self, spec: Duplicates) -> None:
        self._spec = spec

    def fitting(self, folder: Path) -> "DuplicatesFitting":
        """See `Unfitted.fitting`."""
        return DuplicatesFitting(self._spec, folder)

    def fitted(self, folder: Path) -> "DuplicatesJudge":
        """See `Unfitted.fitted`."""
        from augment.checks.fingerprints import NearIndex

        return DuplicatesJudge(self._spec, NearIndex(self._spec.near, folder / INDEX, kept=True))


class DuplicatesFitting:
    """Keeps the fingerprints of all originals, on disk."""

    def __init__(self, spec: Duplicates, folder: Path) -> None:
        from augment.checks.fingerprints import NearIndex

        self._originals = NearIndex(spec.near, folder / INDEX)

    def add(self, record: Record) -> None:
        """See `Fitting.add`."""
        self._originals.add(record.text, record.id)

    def add_held_out(self, record: Record) -> None:
        """Rows for development and test count as well: they stand in the same output."""
        self._originals.add(record.text, record.id)

    def save(self) -> None:
        """See `Fitting.save`."""
        self._originals.save()

    def close(self) -> None:
        """See `Fitting.close`."""
        self._originals.close()


class DuplicatesJudge:
    """Holds copies against all originals, and against one another."""

    exact = True

    def __init__(self, spec: Duplicates, originals: "NearIndex") -> None:
        self._spec = spec
        self._originals = originals

    def close(self) -> None:
        """Let go of the fingerprints."""
        self._originals.close()

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(case) for case in cases]

    def _verdict(self, case: Case) -> Verdict:
        text, new = case.texts
        if self._spec.own and (score := self.alike(new, text)) is not None:
            return drop(REASON, "nearly equals its original", score)
        near = self._originals.find(new, besides=text)
        if near is None:
            return Verdict()
        return drop(REASON, f"nearly equals the record {near.owner}", near.likeness)

    def alike(self, text: str, other: str) -> float | None:
        """See `Selective.alike`."""
        from augment.checks.fingerprints import likeness

        if not self._spec.own:
            return None
        score = likeness(text, other)
        return score if score >= self._spec.near else None

    def selection(self) -> "DuplicatesSelection":
        """See `Selective.selection`."""
        return DuplicatesSelection(self._spec)


class DuplicatesSelection:
    """Remembers the fingerprints of all copies that were kept, on disk."""

    def __init__(self, spec: Duplicates) -> None:
        from augment.checks.fingerprints import NearIndex

        self._written = NearIndex(spec.near)

    def admit(self, case: Case) -> Verdict:
        """See `Selection.admit`. Copies of one record were told apart when they were drawn."""
        new, owner = case.copy.record.text, case.original.id
        near = self._written.find(new, not_of=owner)
        if near is not None:
            detail = f"nearly equals a copy of the record {near.owner}"
            return drop(REASON, detail, near.likeness)
        self._written.add(new, owner)
        return Verdict()

    def close(self) -> None:
        """See `Selection.close`."""
        self._written.close()
