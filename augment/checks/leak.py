"""Leak: copies that give away a row of the development or test set.

A back-translated training text may come out as a test text, and then the test measures memory.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from augment.checks.base import Case, Verdict, drop
from augment.errors import DataError
from augment.record import Record
from augment.spec import Leak

if TYPE_CHECKING:
    from augment.checks.fingerprints import NearIndex

INDEX = "held_out.sqlite"


class LeakCheck:
    """See `augment.spec.Leak`. The score is the likeness to the text that was found."""

    kind = "leak"

    def __init__(self, spec: Leak) -> None:
        self._spec = spec

    def fitting(self, folder: Path) -> "LeakFitting":
        """See `Unfitted.fitting`."""
        return LeakFitting(self._spec, folder)

    def fitted(self, folder: Path) -> "LeakJudge":
        """See `Unfitted.fitted`."""
        from augment.checks.fingerprints import NearIndex

        return LeakJudge(NearIndex(self._spec.near, folder / INDEX, kept=True))


class LeakFitting:
    """Keeps the fingerprints of the rows that are held out, on disk."""

    def __init__(self, spec: Leak, folder: Path) -> None:
        from augment.checks.fingerprints import NearIndex

        self._held_out = NearIndex(spec.near, folder / INDEX)

    def add(self, record: Record) -> None:
        """Nothing: copies may come near to what they are made of."""

    def add_held_out(self, record: Record) -> None:
        """See `Fitting.add_held_out`."""
        self._held_out.add(record.text, record.id)

    def save(self) -> None:
        """See `Fitting.save`.

        Raises:
            DataError: no record is held out, so that the check would pass whatever comes.
        """
        if not len(self._held_out):
            raise DataError(
                "the check leak has no row to hold copies against: name the column of the parts "
                "(--split-column), or data sets in the check (files: [test.csv])"
            )
        self._held_out.save()

    def close(self) -> None:
        """See `Fitting.close`."""
        self._held_out.close()


class LeakJudge:
    """Holds copies against the rows that are held out."""

    exact = True

    def __init__(self, held_out: "NearIndex") -> None:
        self._held_out = held_out

    def close(self) -> None:
        """Let go of the fingerprints."""
        self._held_out.close()

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(case.copy.record.text) for case in cases]

    def _verdict(self, text: str) -> Verdict:
        near = self._held_out.find(text)
        if near is None:
            return Verdict()
        return drop("leak", f"nearly equals the held-out record {near.owner}", near.likeness)
