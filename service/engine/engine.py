"""The engine: accepts items, keeps its workers busy and alive, and gives every item one end.

Two lanes, so that words never wait behind models: each has its queue and its own processes. One
task a process takes a batch from its lane whenever the process is idle, and starts another process
when it is lost. Whatever happens to a process, `Lane.lost` decides what becomes of its batch.
"""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from augment.counts import StepCounts
from augment.errors import ResourceError
from augment.record import Record
from service.engine import costs
from service.engine.items import Item, ItemError, Load, Result
from service.engine.lane import EXPIRED, HOLD, NOT_READY, Lane, Limits
from service.engine.probes import TEXT, probes
from service.engine.process import PATIENCE, Patience, Worker, WorkerLost
from service.engine.tickets import Batch, Ticket

log = logging.getLogger(__name__)

LIMITS: Final[Mapping[costs.Lane, Limits]] = {
    "model": Limits(batch_cost=4096),
    # A batch of words takes milliseconds: long enough to fill the next one, too short to wait for.
    "words": Limits(batch_cost=16_384, cost=16_000_000, single_cost=8_000_000),
}

# Seconds between two tries to start a worker that did nothing before it ended.
_FIRST_DELAY: Final = 0.1
_LONGEST_DELAY: Final = 10.0

_DROPPED: Final = ItemError("cancelled", "the client left", retryable=True)
_CLOSED: Final = ItemError("draining", "the server shut down before the text ended", retryable=True)

_PROBE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Crew:
    """How many processes each lane has, and how each is started (its settings come behind)."""

    models: int = 0  # 0: one for each core
    words: int = 1
    command: tuple[str, ...] = (sys.executable, "-m", "service.engine.worker")

    def size(self, lane: costs.Lane) -> int:
        """Processes of a lane."""
        if lane == "words":
            return self.words
        return self.models or len(os.sched_getaffinity(0))


class Engine:
    """See the module. All methods belong to the event loop in which it was started."""

    def __init__(
        self,
        *,
        cache: Path | None = None,
        crew: Crew = Crew(),
        patience: Patience = PATIENCE,
        limits: Mapping[costs.Lane, Limits] = LIMITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`cache`: folder for prepared models; without it the user's cache folder."""
        settings = {"cache": str(cache) if cache else None, "threads": 1}
        self._cache = cache
        self._command = (*crew.command, json.dumps(settings))
        self._crew = crew
        self._patience = patience
        self._clock = clock
        self._lanes = {name: Lane(limit, clock) for name, limit in limits.items()}
        self._draws = StepCounts()  # by kind, over all steps of it
        self._wake: dict[Lane, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._settled = asyncio.Event()  # all lanes have a worker, or one has none

    async def start(self) -> None:
        """Start the workers; returns when each lane has one that is ready.

        Raises:
            ResourceError: they do not start.
        """
        for name, lane in self._lanes.items():
            self._wake[lane] = asyncio.Event()
            lane.last_alive = self._clock()
            self._tasks += [
                asyncio.create_task(self._keep(lane)) for _ in range(self._crew.size(name))
            ]
        await self._settled.wait()
        if not all(lane.workers for lane in self._lanes.values()):
            await self.close()
            raise ResourceError(
                f"the worker processes do not start: run {' '.join(self._command[:3])} '{{}}' "
                "to see why"
            )

    async def submit(self, items: Sequence[Item]) -> AsyncGenerator[tuple[int, Result | ItemError]]:
        """The end of each item, as they end; leaving the iterator drops what has not begun.

        Raises:
            QueueFull: nothing was accepted.
        """
        ends: asyncio.Queue[tuple[int, Result | ItemError]] = asyncio.Queue()
        tickets, refused = self._tickets(items, ends)
        self._admit(tickets)
        timers = self._timers(tickets)
        try:
            for end in refused:
                yield end
            for _ in tickets:
                yield await ends.get()
        finally:
            for timer in timers:
                timer.cancel()
            for ticket in tickets:
                ticket.end(_DROPPED)

    def cost(self, item: Item) -> int:
        """Padded tokens that an item is likely to take."""
        return costs.cost(item)

    def load(self) -> Load:
        """How busy it is; the speed is that of the slowest lane that has worked."""
        lanes = self._lanes.values()
        rates = [lane.rate * max(1, lane.workers) for lane in lanes if lane.rate is not None]
        return Load(
            queued_items=sum(lane.items for lane in lanes),
            queued_cost=sum(lane.cost for lane in lanes),
            cost_per_second=min(rates) if rates else None,
            workers=sum(lane.workers for lane in lanes),
            batches=tuple(lane.batches(name) for name, lane in self._lanes.items()),
            draws=self._draws,
        )

    def seconds(self, items: Sequence[Item]) -> float | None:
        """How long these would take behind what waits in their lanes, by the speed measured so far.

        None where a lane that they take has done nothing yet. Lanes work side by side, and words
        are many times faster than models, so each is asked for its own.
        """
        costs_by_lane: dict[Lane, int] = {}
        for item in items:
            lane = self._lane(item)
            costs_by_lane[lane] = costs_by_lane.get(lane, 0) + costs.cost(item)
        if any(lane.rate is None for lane in costs_by_lane):
            return None
        return max(lane.seconds(lane.cost + own) for lane, own in costs_by_lane.items())

    async def probe(self) -> tuple[str, ...]:
        """A real, tiny round trip through workers; the names of what was tried.

        Where no pair of models is installed, words are tried alone.

        Raises:
            ResourceError: a lane did not give its copy.
        """
        deadline = self._clock() + _PROBE_SECONDS
        tried = await asyncio.to_thread(probes, self._cache)  # it looks for models on the disk
        for name, spec in tried:
            record = Record(TEXT, id="probe")
            item = Item(record, spec, 1, 0, key="(probe)", deadline=deadline)
            async with aclosing(self.submit([item])) as ends:
                _, end = await anext(ends)
            if isinstance(end, ItemError):
                raise ResourceError(f"the probe of {name} failed: {end.message}")
        return tuple(name for name, _ in tried)

    async def drain(self, timeout: float) -> None:  # noqa: ASYNC109  (part of the interface)
        """Wait until all that was accepted has ended, or so many seconds have passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._idle.wait()

    async def close(self) -> None:
        """End the workers; what has not ended is told so."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for lane in self._lanes.values():
            for ticket in list(lane.waiting()):
                ticket.end(_CLOSED)

    def _tickets(
        self, items: Sequence[Item], ends: "asyncio.Queue[tuple[int, Result | ItemError]]"
    ) -> tuple[list[Ticket], list[tuple[int, ItemError]]]:
        """What can be accepted, and an error for each item that never can."""

        def on_end(ticket: Ticket, end: Result | ItemError) -> None:
            self._lane(ticket.item).leave(ticket)
            ends.put_nowait((ticket.index, end))
            if not any(lane.items for lane in self._lanes.values()):
                self._idle.set()

        specs: dict[int, str] = {}  # one request has mostly one spec
        tickets: list[Ticket] = []
        refused: list[tuple[int, ItemError]] = []
        for index, item in enumerate(items):
            if error := self._refusal(item):
                refused.append((index, error))
                continue
            if id(item.spec) not in specs:
                specs[id(item.spec)] = costs.canonical(item.spec)
            length, weight = costs.pieces(item.record.text), costs.weight(item.spec, item.copies)
            spec, now = specs[id(item.spec)], self._clock()
            tickets.append(Ticket(item, index, spec, length, weight, now, on_end))
        return tickets, refused

    def _refusal(self, item: Item) -> ItemError | None:
        if kinds := costs.needs_data_set(item.spec):
            return ItemError(
                "needs_data_set",
                f"the checks {', '.join(kinds)} must read a whole data set first",
                retryable=False,
            )
        cost, most = costs.cost(item), self._lane(item).limits.single_cost
        if cost > most:
            return ItemError(
                "cost_too_large",
                f"the text costs {cost} padded tokens, at most {most}: ask for fewer copies, or "
                "cut it",
                retryable=False,
            )
        return None

    def _admit(self, tickets: Sequence[Ticket]) -> None:
        """Into their lanes, all or none."""
        by_lane: dict[Lane, list[Ticket]] = {}
        for ticket in tickets:
            by_lane.setdefault(self._lane(ticket.item), []).append(ticket)
        for lane, own in by_lane.items():
            lane.check(own)
        for lane, own in by_lane.items():
            lane.enter(own)
            self._idle.clear()
            self._wake[lane].set()

    def _timers(self, tickets: Sequence[Ticket]) -> list[asyncio.TimerHandle]:
        """At each deadline, what has not ended does so, at work or not."""
        by_time: dict[float, list[Ticket]] = {}
        for ticket in tickets:
            if ticket.item.deadline is not None:
                by_time.setdefault(ticket.item.deadline, []).append(ticket)
        loop, now = asyncio.get_running_loop(), self._clock()
        return [
            loop.call_later(max(0.0, when - now), _expire, own) for when, own in by_time.items()
        ]

    def _lane(self, item: Item) -> Lane:
        return self._lanes[costs.lane(item.spec)]

    async def _keep(self, lane: Lane) -> None:
        """One place for a process: there is one in it, or one is being started."""
        failures = 0
        while True:
            try:
                worker = await Worker.start(self._command, self._patience)
            except WorkerLost as error:
                failures += 1
                self._failed(lane, failures, error)
            else:
                served = await self._serve(lane, worker)
                failures = 0 if served else failures + 1
            if failures:
                await asyncio.sleep(min(_LONGEST_DELAY, _FIRST_DELAY * 2**failures))

    def _failed(self, lane: Lane, failures: int, error: WorkerLost) -> None:
        log.error("a worker does not start, try %d: %s", failures, error)
        if not lane.workers and self._clock() - lane.last_alive > self._patience.outage:
            self._settled.set()
            for ticket in list(lane.waiting()):
                ticket.end(NOT_READY)

    async def _serve(self, lane: Lane, worker: Worker) -> int:
        """Give batches to a process until it is lost; how many it came back from."""
        lane.workers += 1
        if all(one.workers for one in self._lanes.values()):
            self._settled.set()
        served = 0
        try:
            while True:
                batch = await self._next(lane, worker)
                await self._work(lane, worker, batch)
                served += 1
                if lane.expects_more(batch):
                    await self._hold(lane)
        except WorkerLost as error:
            log.warning("worker %d is lost: %s", worker.pid, error)
        finally:
            lane.workers -= 1
            lane.last_alive = self._clock()
            await worker.end()
        return served

    async def _next(self, lane: Lane, worker: Worker) -> Batch:
        """The next batch, as soon as there is one; WorkerLost if the process ends before."""
        wake = self._wake[lane]
        while True:
            if worker.exited.done():
                raise WorkerLost("ended while it had nothing to do")
            if (batch := lane.next_batch()) is not None:
                return batch
            wake.clear()
            woken = asyncio.ensure_future(wake.wait())
            try:
                await asyncio.wait({woken, worker.exited}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                woken.cancel()

    async def _hold(self, lane: Lane) -> None:
        """Wait until an occasional client has asked again, but not long."""
        wake, end = self._wake[lane], self._clock() + HOLD
        with lane.held():
            while not lane.occasional_waits and (left := end - self._clock()) > 0:
                wake.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await wake.wait()

    async def _work(self, lane: Lane, worker: Worker, batch: Batch) -> None:
        began = self._clock()
        try:
            done = await worker.work(batch, began)
        except WorkerLost as lost:
            lane.lost(batch, begun=lost.begun, hung=lost.hung)
            self._wake[lane].set()
            raise
        except asyncio.CancelledError:
            for ticket in batch.tickets:
                ticket.end(_CLOSED)
            raise
        lane.finished(batch, self._clock() - began - done.preparing)
        for path, count in done.counts.items():
            self._draws[path.rpartition(".")[2]].add(count)
        # Another process may have left a suspect waiting for this one to end.
        self._wake[lane].set()


def _expire(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        ticket.end(EXPIRED)
