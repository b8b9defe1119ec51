"""The smallest real engine: pipelines in this process, one item at a time."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from augment.build import build_pipeline
from augment.errors import AugmentError
from augment.resources import Resources
from augment.words import split_words
from service.engine.items import Item, ItemError, Load, QueueFull, Result, Timings


@dataclass
class LocalEngine:
    """Calls `Pipeline.augment_batch`. A test may hold it up, fill it, or make it fail.

    `held`: no item ends before it is set. `fault`: raised by the probe. `full`: seconds after which
    a refused request may come again. `before`: called with each item, and may give its error.
    """

    resources: Resources
    held: asyncio.Event | None = None
    fault: Exception | None = None
    full: float | None = None
    before: Callable[[Item], ItemError | None] = lambda item: None
    reverse: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    left: int = 0
    probes: int = 0
    calls: list[str] = field(default_factory=list)

    async def start(self) -> None:
        self.calls.append("start")

    async def submit(self, items: Sequence[Item]) -> AsyncGenerator[tuple[int, Result | ItemError]]:
        if self.full is not None:
            raise QueueFull(self.full)
        self.left += len(items)
        done = 0
        try:
            order = reversed(range(len(items))) if self.reverse else range(len(items))
            for index in order:
                self.begun.set()
                if self.held is not None:
                    await self.held.wait()
                end = self._end(items[index])
                done += 1
                yield index, end
        finally:
            self.left -= len(items)
            self.calls.append(f"ended {done} of {len(items)}")

    def _end(self, item: Item) -> Result | ItemError:
        found = self.before(item)
        if found is not None:
            return found
        began = time.monotonic()
        try:
            pipeline = build_pipeline(item.spec, self.resources)
            (outcome,) = pipeline.augment_batch([item.record], copies=item.copies, seed=item.seed)
        except AugmentError as error:
            return ItemError(error.code, str(error), retryable=False)
        return Result(outcome, Timings(0.0, 0.0, 0.0, 0.0, time.monotonic() - began, left=began))

    def cost(self, item: Item) -> int:
        return len(split_words(item.record.text)) * item.copies

    def load(self) -> Load:
        return Load(self.left, 0, 100.0, 1)

    def seconds(self, items: Sequence[Item]) -> float | None:
        return sum(map(self.cost, items)) / 100.0

    async def probe(self) -> tuple[str, ...]:
        self.probes += 1
        if self.fault is not None:
            raise self.fault
        return ("words",)

    async def drain(self, timeout: float) -> None:  # noqa: ASYNC109
        self.calls.append("drain")

    async def close(self) -> None:
        self.calls.append("close")
