"""Questions with answers in a context, as SQuAD has them: the offsets of answers move along."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from augment.datasets.rows import BadRowError, sound
from augment.datasets.tasks.task import Values, text_value
from augment.edits import Span
from augment.record import Copy, Record, Refusal
from augment.spec import Task as TaskName


@dataclass(frozen=True, slots=True)
class AnswersTask:
    """The columns of a question with its context and answers, and which texts are copied.

    Answers are `{"text": [...], "answer_start": [...]}`, or a list of objects with one of each.
    """

    context: str
    question: str
    answers: str
    copied: tuple[bool, bool] = (True, True)

    @property
    def name(self) -> TaskName:
        """Of a spec."""
        return "question_answering"

    @property
    def columns(self) -> tuple[str, ...]:
        """All three."""
        return (self.context, self.question, self.answers)

    @property
    def sides(self) -> tuple[str, ...]:
        """The texts that are copied."""
        texts = zip((self.context, self.question), self.copied, strict=True)
        return tuple(name for name, copied in texts if copied)

    @property
    def unsettled(self) -> bool:
        """No."""
        return False

    def settled(self, head: Iterable[Values]) -> Self:
        """Itself."""
        del head
        return self

    def records(self, values: Values, row_id: str, label: str | None) -> tuple[Record, ...]:
        """The context with its answers as spans, and the question."""
        context, question = (text_value(values, name) for name in self.columns[:2])
        spans = tuple(self._spans(values, context))
        both = (
            Record(context, f"{row_id}\x1fcontext", label, spans),
            Record(question, f"{row_id}\x1fquestion", label),
        )
        return tuple(record for record, copied in zip(both, self.copied, strict=True) if copied)

    def changed(self, values: Values, copies: Sequence[Copy | None]) -> Values | Refusal:
        """The texts that changed, and the answers at their new places."""
        changed: dict[str, Any] = {}
        for name, copy in zip(self.sides, copies, strict=True):
            if copy is None:
                continue
            changed[name] = copy.record.text
            if name == self.context and copy.record.spans:
                text = copy.record.text
                places = [(text[s.start : s.end], s.start) for s in copy.record.spans]
                if not all(found for found, _ in places):
                    return Refusal("span_lost", "nothing is left of an answer")
                changed[self.answers] = _placed(values[self.answers], places)
        return changed

    def _spans(self, values: Values, context: str) -> Iterator[Span]:
        column = self.answers
        if column not in values:
            raise BadRowError("bad_answers", f"the row has no key {column!r}")
        for number, (text, start) in enumerate(_listed(values[column], column), start=1):
            place = f"{column!r}: answer {number}"
            if not isinstance(text, str) or not text:
                raise BadRowError("bad_answers", f"{place} has the text {text!r}; give its words")
            if type(start) is not int or start < 0:
                raise BadRowError(
                    "bad_answers", f"{place} starts at {start!r}; give a whole number from 0"
                )
            sound(text, column)
            end = start + len(text)
            if context[start:end] != text:
                raise BadRowError(
                    "bad_answers",
                    f"{place} is {text[:80]!r}, but {context[start:end][:80]!r} stands at {start} "
                    "of the context; offsets count characters",
                )
            yield Span(start, end)


def _listed(value: Any, column: str) -> list[tuple[Any, Any]]:
    """Text and start of each answer, in either shape."""
    if isinstance(value, dict):
        texts, starts = value.get("text"), value.get("answer_start")
        if isinstance(texts, list) and isinstance(starts, list):
            if len(texts) != len(starts):
                raise BadRowError(
                    "bad_answers", f"{column!r}: {len(texts)} texts but {len(starts)} starts"
                )
            return list(zip(texts, starts, strict=True))
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return [(item.get("text"), item.get("answer_start")) for item in value]
    raise BadRowError(
        "bad_answers",
        f'{column!r} must be {{"text": [...], "answer_start": [...]}} or a list of '
        f'{{"text": ..., "answer_start": ...}}, not {str(value)[:80]}',
    )


def _placed(value: Any, places: Sequence[tuple[str, int]]) -> Any:
    """The answers in the shape they had."""
    if isinstance(value, dict):
        texts, starts = [text for text, _ in places], [start for _, start in places]
        return {**value, "text": texts, "answer_start": starts}
    return [
        {**item, "text": text, "answer_start": start}
        for item, (text, start) in zip(value, places, strict=True)
    ]
