"""A worker process as the engine sees it: started, given batches, watched, ended."""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self, TypeVar

from augment.counts import StepCounts
from service.engine import frames
from service.engine.items import ItemError, Result, Timings
from service.engine.tickets import Batch
from service.engine.wire import Task, end_from_json, task_to_json

T = TypeVar("T")

_GONE = (EOFError, ConnectionError, frames.FrameError)


class WorkerLost(Exception):
    """The process ended, hung or talked nonsense; `begun` tells whether it was at work."""

    def __init__(self, reason: str, *, begun: bool = False, hung: bool = False) -> None:
        super().__init__(reason)
        self.begun = begun
        self.hung = hung


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds after which a worker that says nothing is ended.

    `answer`: to say that it has a batch. `load`: to start, or to load what a spec needs. `grace`
    and `slowest` (padded tokens a second): a batch may take `grace + cost / slowest`. `outage`:
    what waits is kept so long while no worker of its lane is alive.
    """

    answer: float = 10.0
    load: float = 300.0
    grace: float = 10.0
    slowest: float = 200.0
    outage: float = 20.0


PATIENCE: Final = Patience()


class Done(NamedTuple):
    """What a worker tells of a whole batch: seconds to load its pipeline, ends of its draws."""

    preparing: float
    counts: StepCounts


class Worker:
    """One process. Its answers are read by whoever waits for a batch; nobody else reads them."""

    def __init__(self, process: asyncio.subprocess.Process, patience: Patience) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._to, self._from = process.stdin, process.stdout
        self._patience = patience
        self._number = 0
        self.exited = asyncio.ensure_future(process.wait())

    @classmethod
    async def start(cls, command: Sequence[str], patience: Patience) -> Self:
        """A process that is ready.

        Raises:
            WorkerLost: it did not become so.
        """
        process = await _spawned(command)
        worker = cls(process, patience)
        try:
            await worker._expect("ready", process.pid, patience.load)
        except BaseException:
            await worker.end()
            raise
        return worker

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    async def work(self, batch: Batch, now: float) -> Done:
        """Tell every ticket of the batch its end.

        `now` is the time at which the batch left the queue.

        Raises:
            WorkerLost: those that have not ended yet may be tried again.
        """
        self._number += 1
        await self._send(batch)
        await self._expect("taken", self._number, self._patience.answer)
        await self._expect("begun", self._number, self._patience.load)
        limit = self._patience.grace + batch.cost / self._patience.slowest
        while True:
            said = await self._said(limit, begun=True)
            try:
                if "done" in said:
                    return Done(said["preparing"], StepCounts.from_json(said["counts"]))
                _told(said, batch, now)
            except (LookupError, TypeError, ValueError) as error:
                raise WorkerLost(f"talked nonsense ({type(error).__name__})", begun=True) from error

    async def end(self) -> None:
        """End it at once, whatever it does."""
        if self._process.returncode is None:
            # Not `Process.kill`, which takes the exit status away from who waits for it.
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
        self._to.close()
        await _outlasting(self.exited)

    async def _send(self, batch: Batch) -> None:
        tasks = [Task(t.item.record, t.item.copies, t.item.seed) for t in batch.tickets]
        value = {
            "batch": self._number,
            "spec": batch.spec,
            "strict": batch.strict,
            "items": [task_to_json(task) for task in tasks],
        }
        try:
            async with asyncio.timeout(self._patience.answer):
                self._to.write(frames.encode(value))
                await self._to.drain()
        except TimeoutError:
            raise WorkerLost("does not read", hung=True) from None
        except ConnectionError as error:
            raise WorkerLost("ended") from error

    async def _expect(self, word: str, value: int, limit: float) -> None:
        said = await self._said(limit)
        if said.get(word) != value:
            raise WorkerLost(f"said {sorted(said)} instead of {word}")

    async def _said(self, limit: float, *, begun: bool = False) -> dict[str, Any]:
        try:
            async with asyncio.timeout(limit):
                said: dict[str, Any] = await frames.receive(self._from)
        except TimeoutError:
            raise WorkerLost(f"silent for {limit:.1f} s", begun=begun, hung=True) from None
        except _GONE as error:
            raise WorkerLost(f"ended ({type(error).__name__})", begun=begun) from error
        return said


def _told(said: dict[str, Any], batch: Batch, now: float) -> None:
    """Tell the ticket that a worker speaks of its end."""
    ticket = batch.tickets[said["item"]]
    end = end_from_json(said, ticket.item.record)
    preparing, tokenizing, translating, working = said["seconds"]
    waiting = now - ticket.entered
    timings = Timings(waiting, preparing, tokenizing, translating, working, left=now)
    ticket.end(end if isinstance(end, ItemError) else Result(end, timings))


async def _spawned(command: Sequence[str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    spawning = asyncio.ensure_future(
        asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    )
    try:
        return await _outlasting(spawning)
    except OSError as error:
        raise WorkerLost(f"cannot be started: {error}") from error
    except asyncio.CancelledError:
        process = spawning.result()
        process.kill()
        await process.wait()
        raise


async def _outlasting(work: asyncio.Future[T]) -> T:
    """The result of something short that is brought to its end even where its task is cancelled."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise
