"""What answers look like."""

from typing import Any, Literal

from pydantic import BaseModel

from service.schemas.base import Schema, Spec


class SpanOut(Schema):
    """A labelled stretch of a copy."""

    start: int
    end: int
    label: str


class StepOut(Schema):
    """What one step did: `[start, old, new]` an edit, on the text before the step."""

    step: str
    edits: tuple[tuple[int, str, str], ...]
    model: str | None = None
    kept: tuple[str, ...] = ()


class CopyOut(Schema):
    """A copy, and how it came about."""

    number: int
    text: str
    label: str | None = None
    spans: tuple[SpanOut, ...] = ()
    exact: bool
    """Whether the same request gives the same copy whatever else the server does."""
    trail: tuple[StepOut, ...]


class MissingOut(Schema):
    """A copy that could not be made: a stable reason, and what exactly happened."""

    number: int
    reason: str
    detail: str = ""
    score: float | None = None


class ErrorOut(Schema):
    """Why a text has no result; the texts beside it have theirs."""

    code: str
    message: str
    retryable: bool


class ItemOut(Schema):
    """What became of one text: copies, those that are missing, or an error."""

    index: int
    """Place in the request, from 0."""
    id: str
    copies: tuple[CopyOut, ...] = ()
    missing: tuple[MissingOut, ...] = ()
    error: ErrorOut | None = None


class SummaryOut(Schema):
    """Counts of a request; the last line of a stream, which says that the stream is whole."""

    items: int
    copies: int
    missing: int
    errors: int


class AugmentResponse(Schema):
    """A result or an error for each text, in the order of the request."""

    items: tuple[ItemOut, ...]
    summary: SummaryOut


class ChangeOut(Schema):
    """A stretch of text: `old` was replaced by `new`, or is equal to it."""

    old: str
    new: str


class PreviewCopy(CopyOut):
    """A copy with its changes marked."""

    marked: str
    """The copy with `[-old-]` and `{+new+}` in it."""
    changes: tuple[ChangeOut, ...]
    """The stretches in order: their `old` joined is the text, their `new` the copy."""


class PreviewResponse(Schema):
    """The copies of one text."""

    text: str
    copies: tuple[PreviewCopy, ...]
    missing: tuple[MissingOut, ...] = ()


class EstimateResponse(Schema):
    """What a request would cost, before it is sent."""

    items: int
    cost: int
    """Padded tokens."""
    queued_cost: int
    """Padded tokens of others before it."""
    seconds: float | None
    """From sending to the end, by the speed measured so far; nothing before any work was done."""
    accepted: bool
    """Whether the server would take it now."""
    problem: dict[str, Any] | None = None
    """Why it would not."""


class ValidateResponse(Schema):
    """Whether a spec holds and may be used here."""

    valid: bool
    errors: tuple[str, ...] = ()
    spec: Spec | None = None
    """The spec with every default written out."""
    yaml: str | None = None


class ProblemDocument(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """Stable, for programs; see `GET /v1/problems`."""
    retryable: bool
    """Whether the same request may do better later."""
    errors: tuple[str, ...] | None = None
    """Every wrong place, where there are several."""
    instance: str | None = None
    """The id of the request, as in the header X-Request-ID and in the log."""


class KindOut(Schema):
    """A kind of step or check."""

    kind: str
    role: Literal["step", "combinator", "check"]
    summary: str
    needs_model: bool
    breaks: tuple[str, ...] | None = None
    """What it may break with its default settings."""
    tasks: tuple[str, ...] | None = None
    """Tasks that can stand that."""
    fields: dict[str, Any]
    """JSON Schema of its fields."""


class PresetOut(Schema):
    """A shipped pipeline."""

    name: str
    spec: Spec
    yaml: str


class ModelOut(Schema):
    """A translation model that a spec may name."""

    name: str
    source: str
    target: str
    licence: str
    origin: str
    prepared: bool
    """Whether its files are on the server's disk; embedded ones are written when first used."""


class ProblemKind(Schema):
    """A line of the table of problems."""

    code: str
    status: int
    title: str
    retryable: bool


class InfoResponse(Schema):
    """What this server is and may be asked for."""

    name: str
    version: str
    spec_version: int
    packages: dict[str, str]
    limits: dict[str, int | float | bool]
    scopes: tuple[str, ...]
    """What the client's key opens."""
    workers: int
    queued_items: int
    queued_cost: int
    cost_per_second: float | None
    draining: bool


class HealthResponse(Schema):
    """That the process answers."""

    status: Literal["alive"]


class ReadyResponse(Schema):
    """That work would be done."""

    status: Literal["ready"]
    probed: tuple[str, ...]
    """What was tried with a tiny text: `words`, and `translation en-pt-en` or another pair of
    languages for which models are installed; only `words` where there is no pair."""
