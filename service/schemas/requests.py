"""What requests look like."""

from collections.abc import Iterable

from pydantic import Field, JsonValue, model_validator

from augment.edits import Span
from augment.record import Record
from service.schemas.base import Schema, Spec


class SpanIn(Schema):
    """A labelled stretch: `text[start:end]`, counted in code points."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    label: str = ""


def _check_spans(text: str, spans: Iterable[SpanIn]) -> None:
    for span in spans:
        if not span.start < span.end <= len(text):
            raise ValueError(
                f"the span {span.start}-{span.end} must lie in the text, "
                f"which has {len(text)} characters, and not be empty"
            )


class RecordIn(Schema):
    """A text with its labels."""

    text: str
    id: str | None = Field(default=None, min_length=1, max_length=200)
    """Keys all draws, so that order and company of the texts change nothing; without it the place
    in the list, from 0."""
    label: str | None = None
    spans: tuple[SpanIn, ...] = ()

    @model_validator(mode="after")
    def _holds(self) -> "RecordIn":
        _check_spans(self.text, self.spans)
        return self


class Choice(Schema):
    """Which pipeline runs, and with what in place of its own settings."""

    preset: str | None = None
    """A shipped pipeline: see `GET /v1/presets`."""
    spec: Spec | None = None
    """A pipeline of your own."""
    copies: int | None = Field(default=None, ge=1, le=1000)
    """Copies of each text, in place of the spec's."""
    seed: int | None = Field(default=None, ge=0, lt=2**63)
    """In place of the spec's."""
    strict: bool = False
    """Models in float32: a copy never depends on the texts beside it. Slower."""
    timeout_seconds: float | None = Field(default=None, gt=0, le=3600)
    """What is not done by then ends with the error `deadline_passed`; at most the server's own."""

    @model_validator(mode="after")
    def _one(self) -> "Choice":
        if (self.preset is None) == (self.spec is None):
            raise ValueError("give either preset or spec")
        return self


class AugmentRequest(Choice):
    """Texts or records, and what to do with them."""

    texts: tuple[str, ...] | None = None
    records: tuple[RecordIn, ...] | None = None

    @model_validator(mode="after")
    def _texts(self) -> "AugmentRequest":
        if (self.texts is None) == (self.records is None):
            raise ValueError("give either texts or records")
        if not (self.texts or self.records):
            raise ValueError("there is no text")
        return self

    def items(self) -> list[Record]:
        """The records of the request, in order."""
        records = self.records or tuple(RecordIn(text=text) for text in self.texts or ())
        return [
            Record(
                one.text,
                str(index) if one.id is None else one.id,
                one.label,
                tuple(Span(span.start, span.end, span.label) for span in one.spans),
            )
            for index, one in enumerate(records)
        ]


class PreviewRequest(Choice):
    """One text, and what to do with it."""

    text: str
    label: str | None = None
    spans: tuple[SpanIn, ...] = ()

    @model_validator(mode="after")
    def _holds(self) -> "PreviewRequest":
        _check_spans(self.text, self.spans)
        return self

    def as_augment(self) -> AugmentRequest:
        """The same as a request for copies."""
        record = RecordIn(text=self.text, label=self.label, spans=self.spans)
        shared = {name: getattr(self, name) for name in Choice.model_fields}
        return AugmentRequest(records=(record,), **shared)


class ValidateRequest(Schema):
    """A spec that may not hold, as a value or as YAML."""

    spec: dict[str, JsonValue] | None = None
    yaml: str | None = Field(default=None, max_length=100_000)

    @model_validator(mode="after")
    def _one(self) -> "ValidateRequest":
        if (self.spec is None) == (self.yaml is None):
            raise ValueError("give either spec or yaml")
        return self
