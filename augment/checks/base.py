"""What a check is: it judges finished copies in batches, and changes nothing.

Most look at a copy and its original alone (`Judge`). Others must know the data set: their
`Fitting` takes its records one by one in a pass of its own and leaves what it learnt on disk, where
the `Judge` reads it, in this process or in others. What depends on
the copies before a copy, in the order of the input, is decided by a `Selection` while writing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from augment.edits import apply_edits, invert_edits
from augment.record import Copy, Record, Refusal


class Case(NamedTuple):
    """A copy and what it was made of."""

    original: Record
    copy: Copy

    @property
    def texts(self) -> tuple[str, str]:
        """The text before and after."""
        return self.original.text, self.copy.record.text

    @property
    def unmasked(self) -> tuple[str, str]:
        """The same, with the words that the last steps masked put back.

        A mask hides a word on purpose, and a model that reads the mask token as a word is lost.
        """
        text = self.copy.record.text
        for step in reversed(self.copy.trail):
            if not step.path.endswith(".masking"):
                break
            text = apply_edits(text, invert_edits(step.edits))
        return self.original.text, text


class Verdict(NamedTuple):
    """Keep, or drop with a refusal; the score is what the check measured, if it came to that."""

    score: float | None = None
    refusal: Refusal | None = None


def drop(reason: str, detail: str, score: float | None = None) -> Verdict:
    """A verdict against the copy; scores are cut to six digits, the rest is noise.

    >>> drop("length", "12 characters became 40", 3.33).refusal
    Refusal(reason='length', detail='12 characters became 40', final=True, score=3.33, step=None)
    """
    score = None if score is None else round(score, 6)
    return Verdict(score, Refusal(reason, detail, score=score))


class Judge(Protocol):
    """A check that is ready. One object serves all threads."""

    @property
    def exact(self) -> bool:
        """Whether a verdict never depends on the copies that are judged beside it."""
        ...

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """One verdict a case, in order."""
        ...


@runtime_checkable
class Unfitted(Protocol):
    """A check that must read the data set first. Holds no state: each fitting is a new one."""

    @property
    def kind(self) -> str:
        """Its kind in the spec."""
        ...

    def fitting(self, folder: Path) -> "Fitting":
        """A pass over a data set, begun; what it learns comes to lie in an empty folder."""
        ...

    def fitted(self, folder: Path) -> Judge:
        """The check, ready, with what a fitting left; several processes may share the folder."""
        ...


class Fitting(Protocol):
    """Takes the records of a data set, in any order, and learns what the check needs."""

    def add(self, record: Record) -> None:
        """A record of which copies are made."""
        ...

    def add_held_out(self, record: Record) -> None:
        """A record that is kept for development or test."""
        ...

    def save(self) -> None:
        """Leave all that was learnt in the folder.

        Raises:
            DataError: the data set has nothing that the check could go by.
        """
        ...

    def close(self) -> None:
        """Let go of what is in memory or open."""
        ...


@runtime_checkable
class Selective(Protocol):
    """A judge that also compares copies with one another."""

    def alike(self, text: str, other: str) -> float | None:
        """How alike two copies of one record are, if that is too much, else None."""
        ...

    def selection(self) -> "Selection":
        """A new run over all copies."""
        ...


class Selection(Protocol):
    """Judges all copies of a run in the order in which they are written."""

    def admit(self, case: Case) -> Verdict:
        """The verdict on the next copy; one that is kept counts for all after it."""
        ...

    def close(self) -> None:
        """Let go of what was remembered."""
        ...
