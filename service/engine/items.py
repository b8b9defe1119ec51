"""What goes into the engine and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from augment.counts import StepCount
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
    """Seconds of a text's batch in each phase.

    `waiting` in the queue (the text's own), `preparing` to read the batch and find or build its
    pipeline, which may load models, `working` from then until the text had its end. Of the work,
    translators took `tokenizing` to cut texts into pieces and `translating` for the rest. `left` is
    when the batch left the queue, by the monotonic clock.
    """

    waiting: float
    preparing: float
    tokenizing: float
    translating: float
    working: float
    left: float = 0.0


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
class Batches:
    """All batches that the workers of a lane came back from, since the start.

    Costs in padded tokens: what the texts are likely to have (`real`), what the batches made of
    them by padding (`padded`), and what they might have had (`budget`).
    """

    lane: str
    count: int = 0
    items: int = 0
    real: int = 0
    padded: int = 0
    budget: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the engine is, and what it has done.

    `cost_per_second` is measured, None before any work was done. `draws` tells by the kind of the
    step what became of every draw since the start, those that were drawn anew included.
    """

    queued_items: int
    queued_cost: int
    cost_per_second: float | None
    workers: int
    batches: tuple[Batches, ...] = ()
    draws: Mapping[str, StepCount] = field(default_factory=dict)


class QueueFull(Exception):
    """Nothing of a request was accepted; after so many seconds it may be."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"the queue is full for about {retry_after_seconds:.1f} s")
        self.retry_after_seconds = retry_after_seconds
