"""Rows that have tokens and no tags yet, as a task of the readers of `augment`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from augment.datasets.rows import BadRowError, sound
from augment.datasets.tasks.task import Values
from augment.record import Copy, Record, Refusal
from augment.spec import Task as TaskName


@dataclass(frozen=True, slots=True)
class TokensTask:
    """The column of the tokens; the text is its tokens joined by spaces."""

    tokens: str

    @property
    def name(self) -> TaskName:
        """Of a spec."""
        return "tagging"

    @property
    def columns(self) -> tuple[str, ...]:
        """One."""
        return (self.tokens,)

    @property
    def sides(self) -> tuple[str, ...]:
        """One."""
        return ("",)

    @property
    def unsettled(self) -> bool:
        """No."""
        return False

    def settled(self, head: Iterable[Values]) -> Self:
        """Itself."""
        del head
        return self

    def records(self, values: Values, row_id: str, label: str | None) -> tuple[Record, ...]:
        """The tokens as one text.

        Raises:
            BadRowError: they are no list of strings, or one of them is empty.
        """
        tokens = values.get(self.tokens)
        if not isinstance(tokens, list) or not all(isinstance(one, str) and one for one in tokens):
            kind = "missing" if self.tokens not in values else str(tokens)[:80]
            raise BadRowError(
                "bad_tokens", f"{self.tokens!r} must be a list of words as strings, not {kind}"
            )
        return (Record(" ".join(sound(one, self.tokens) for one in tokens), row_id, label),)

    def changed(self, values: Values, copies: Sequence[Copy | None]) -> Values | Refusal:
        """Nothing: rows without tags are read and never copied."""
        del values, copies
        return Refusal("no_tags", "rows without tags are not copied")
