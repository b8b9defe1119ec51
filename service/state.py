"""What all routes share: settings, engine, keys, buckets, metrics, and the gate for work."""

import asyncio
import math
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import HTTPConnection

from augment.presets import preset, preset_names
from augment.spec import PipelineSpec
from service.engine.items import Item, ItemError, Load, Result
from service.errors import Problem
from service.jobs.jobs import Jobs
from service.keys import KeyRing
from service.limits import Buckets
from service.metrics import Metrics
from service.readiness import Readiness
from service.settings import Settings
from service.tracing import Tracing


class Engine(Protocol):
    """What does the work: `service.engine.engine.Engine`, or one like it."""

    async def start(self) -> None:
        """Get ready."""

    def submit(self, items: Sequence[Item]) -> AsyncGenerator[tuple[int, Result | ItemError]]:
        """The end of each item, as they end; QueueFull before anything was accepted.

        Leaving the iterator drops what has not begun.
        """

    def cost(self, item: Item) -> int:
        """Padded tokens that an item is likely to take."""

    def load(self) -> Load:
        """How busy it is."""

    def seconds(self, items: Sequence[Item]) -> float | None:
        """How long these would take behind what waits; None before there is a measure."""

    async def probe(self) -> tuple[str, ...]:
        """Real, tiny round trips, and what was tried; raises where one fails."""

    async def drain(self, timeout: float) -> None:  # noqa: ASYNC109  (it must not raise)
        """Wait until what was accepted has ended."""

    async def close(self) -> None:
        """Let go of everything."""


class Gate:
    """Counts the requests for work, and lets none in while the server shuts down."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.inside = 0
        self.draining = False
        self._empty = asyncio.Event()
        self._empty.set()

    async def emptied(self, seconds: float) -> bool:
        """Wait until no request is inside; false if some are after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Inside while the request is at work.

        Raises:
            Problem: `draining`, or `queue_full` where too many are inside.
        """
        if self.draining:
            raise Problem("draining", "the server is shutting down; ask another one", retry_after=1)
        if self.inside >= self._most:
            raise Problem(
                "queue_full",
                f"{self.inside} requests are at work, which is all that may be at once",
                retry_after=1,
            )
        self.inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self.inside -= 1
            if not self.inside:
                self._empty.set()


@dataclass
class Service:
    """One server."""

    settings: Settings
    engine: Engine
    keys: KeyRing
    jobs: Jobs | None = None
    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing = field(default_factory=Tracing)
    buckets: Buckets = field(init=False)
    gate: Gate = field(init=False)
    readiness: Readiness = field(init=False)
    presets: Mapping[str, PipelineSpec] = field(init=False)

    def __post_init__(self) -> None:
        self.buckets = Buckets(rate=self.settings.rate_cost, burst=self.settings.burst_cost)
        self.gate = Gate(self.settings.requests_at_once)
        # Read once: YAML takes longer than the rest of a small request.
        self.presets = {name: preset(name) for name in preset_names()}
        self.readiness = Readiness(
            self.engine.probe,
            age=self.settings.ready_seconds,
            limit=self.settings.probe_seconds,
        )
        self.metrics.at_once.set_function(lambda: self.gate.inside)
        self.metrics.watch(self.engine.load)
        if self.jobs is not None:
            self.metrics.watch_jobs(self.jobs.figures)


def service_of(connection: HTTPConnection) -> Service:
    """The server that a request came to."""
    found: Service = connection.app.state.service
    return found


def whole_seconds(seconds: float) -> int:
    """As Retry-After tells it: rounded up, at least 1."""
    return max(1, math.ceil(seconds))
