"""One text a row, with labelled spans where it has some."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from augment.datasets.spans import read_spans, write_spans
from augment.datasets.tasks.task import Values, text_value
from augment.record import Copy, Record, Refusal
from augment.spec import Task as TaskName


@dataclass(frozen=True, slots=True)
class TextTask:
    """A text, its label, and the spans in the column `spans`, if that is read and there.

    `named`: the user named the spans' column, so that the data is known to be about spans.
    """

    text: str
    spans: str | None = None
    named: bool = False

    @property
    def name(self) -> TaskName | None:
        """Known only of spans that the user named: a label may be for anything."""
        return "spans" if self.named else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The text, and the spans if they are read."""
        return (self.text, self.spans) if self.spans else (self.text,)

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
        """The text with its spans."""
        text = text_value(values, self.text)
        spans = read_spans(values.get(self.spans), text, self.spans) if self.spans else ()
        return (Record(text, row_id, label, spans),)

    def changed(self, values: Values, copies: Sequence[Copy | None]) -> Values | Refusal:
        """The new text, and the spans if they moved."""
        (copy,) = copies
        assert copy is not None
        changed: dict[str, Any] = {self.text: copy.record.text}
        if self.spans and values.get(self.spans):
            changed[self.spans] = write_spans(values[self.spans], copy.record.spans)
        return changed
