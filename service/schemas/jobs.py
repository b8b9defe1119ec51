"""What requests for jobs, and what is told of them, look like."""

from typing import Any, Literal

from pydantic import Field, model_validator

from augment.datasets.columns import Columns
from service.schemas.base import Schema, Spec

State = Literal["queued", "running", "paused", "cancelled", "failed", "done"]


class JobInput(Schema):
    """The data set: an upload of this client, or a file that the server shares."""

    upload: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    """Id of an upload: see `POST /v1/uploads`."""
    file: str | None = Field(default=None, min_length=1, max_length=1000)
    """Path below one of the folders in the server's setting `data_roots`."""

    @model_validator(mode="after")
    def _one(self) -> "JobInput":
        if (self.upload is None) == (self.file is None):
            raise ValueError("give either upload or file")
        return self


class JobRequest(Schema):
    """A data set, and what to do with it: as the options of `augment expand`."""

    input: JobInput
    preset: str | None = None
    """A shipped pipeline: see `GET /v1/presets`."""
    spec: Spec | None = None
    """A pipeline of your own."""
    copies: int | None = Field(default=None, ge=1, le=1000)
    """Copies of each text, in place of the spec's."""
    balance: str | None = Field(default=None, max_length=40)
    """Instead of copies: `max`, rows for each label, or a ratio to the largest label."""
    seed: int | None = Field(default=None, ge=0, lt=2**63)
    """In place of the spec's."""
    strict: bool = False
    """Models in float32: the copies never depend on how the work was cut. Slower."""
    columns: Columns = Columns()
    """Names of columns; those left out are found by their usual names."""
    keep_originals: bool = True
    """Whether the output has the rows of the input, too."""
    workers: int = Field(default=1, ge=1, le=256)
    """Processes; at most the server's own limit. The bytes are the same for any number."""

    @model_validator(mode="after")
    def _one(self) -> "JobRequest":
        if (self.preset is None) == (self.spec is None):
            raise ValueError("give either preset or spec")
        if self.balance is not None and self.copies is not None:
            raise ValueError("balance says how many copies each row gets; leave out copies")
        return self


class UploadOut(Schema):
    """A file that came in whole."""

    id: str
    name: str
    bytes: int
    sha256: str


class ProgressOut(Schema):
    """How far a job is."""

    rows: int = 0
    copies: int = 0
    position: int = 0
    """Bytes of the input that are done."""
    size: int = 0
    """Bytes of the input."""
    seconds_left: float | None = None
    """By the speed so far; nothing before there is one."""


class JobError(Schema):
    """Why a job failed."""

    code: str
    message: str


class JobOut(Schema):
    """A job."""

    id: str
    state: State
    wanted: Literal["pause", "cancel"] | None = None
    """What it will come to as soon as its process is ended."""
    name: str
    """Of its input."""
    attempt: int
    """Counted up when it is resumed, tried again, or taken over by another server."""
    created: str
    updated: str
    progress: ProgressOut
    error: JobError | None = None
    summary: dict[str, Any] | None = None
    """As `augment expand --json` tells it, without paths."""
    files: tuple[Literal["result", "rejects", "report"], ...] = ()
    """What can be downloaded."""


class JobList(Schema):
    """The jobs of a client, newest first."""

    jobs: tuple[JobOut, ...]
