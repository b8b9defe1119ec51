"""Two texts a row, such as premise and hypothesis: one of them changes in a copy, or both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from augment.datasets.tasks.task import Values, text_value
from augment.record import Copy, Record, Refusal
from augment.spec import Task as TaskName


@dataclass(frozen=True, slots=True)
class PairTask:
    """The columns of a pair, and which of them are copied."""

    first: str
    second: str
    copied: tuple[bool, bool] = (True, True)

    @property
    def name(self) -> TaskName:
        """Whatever the label says, it says it of two texts that must go on fitting each other."""
        return "similarity"

    @property
    def columns(self) -> tuple[str, ...]:
        """Both."""
        return (self.first, self.second)

    @property
    def sides(self) -> tuple[str, ...]:
        """Those that are copied."""
        return tuple(name for name, copied in zip(self.columns, self.copied, strict=True) if copied)

    @property
    def unsettled(self) -> bool:
        """No."""
        return False

    def settled(self, head: Iterable[Values]) -> Self:
        """Itself."""
        del head
        return self

    def records(self, values: Values, row_id: str, label: str | None) -> tuple[Record, ...]:
        """The sides that are copied; the other one must be there as well."""
        texts = [text_value(values, name) for name in self.columns]
        # A control character: no id of the user's own will end like that, so draws differ.
        return tuple(
            Record(text, f"{row_id}\x1f{place}", label)
            for place, text, copied in zip(("first", "second"), texts, self.copied, strict=True)
            if copied
        )

    def changed(self, values: Values, copies: Sequence[Copy | None]) -> Values | Refusal:
        """The sides that changed."""
        del values
        return {
            name: copy.record.text
            for name, copy in zip(self.sides, copies, strict=True)
            if copy is not None
        }
