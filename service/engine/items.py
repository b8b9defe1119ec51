"""What goes into the engine and what comes out."""

from dataclasses import dataclass
from typing import Literal

from augment.record import Outcome, Record
from augment.spec import PipelineSpec

Priority = Literal["interactive", "job"]


@dataclass(frozen=True, slots=True)
class Item:
    """One text to be augmented.

    `key` is the client's name, for its fair share; `deadline` is in seconds of the monotonic clock.
    """

    record: Record
    spec: PipelineSpec
    copies: int
    seed: int
    strict: bool = False
    key: str = ""
    priority: Priority = "interactive"
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds in the queue, until its worker had the pipeline of its batch, and at work.

    `tokenizing` is the time to read the batch and find or build its pipeline: pieces are cut within
    the model's work and are not timed apart.
    """

    waiting: float
    tokenizing: float
    working: float


@dataclass(frozen=True, slots=True)
class Result:
    """An item that was done."""

    outcome: Outcome
    timings: Timings


@dataclass(frozen=True, slots=True)
class ItemError:
    """An item that could not be done; the items beside it are not touched."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the engine is; `cost_per_second` is measured, None before any work was done."""

    queued_items: int
    queued_cost: int
    cost_per_second: float | None
    workers: int


class QueueFull(Exception):
    """Nothing of a request was accepted; after so many seconds it may be."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"the queue is full for about {retry_after_seconds:.1f} s")
        self.retry_after_seconds = retry_after_seconds
