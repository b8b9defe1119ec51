"""Worker processes for units: each does one at a time, is watched, and replaced when it dies.

A unit whose worker dies is given to another one; one that kills two is set aside. A worker that
says nothing for `stall` seconds counts as dead.
"""

import json
import queue
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from augment import errors
from augment.datasets.units.files import UnitDone
from augment.datasets.units.generate import Advanced
from augment.datasets.units.plan import Unit, unit_name
from augment.errors import AugmentError, ResourceError

DEATHS: Final = 2  # of workers at one unit, until it is set aside
FALSE_STARTS: Final = 3
STALL: Final = 1800.0  # seconds without a word; a batch of long texts may take many minutes
_LOOK: Final = 0.5  # seconds between looks at silent workers


@dataclass(eq=False, slots=True)
class _Worker:
    process: "subprocess.Popen[str]"
    listener: threading.Thread | None = None
    unit: Unit | None = None
    ready: bool = False
    heard: float = field(default_factory=time.monotonic)


class Pool:
    """Some worker processes of one run; use as a context manager."""

    def __init__(
        self,
        folder: Path,
        count: int,
        *,
        advance: Callable[[Advanced], None],
        stall: float = STALL,
        module: str = "augment.datasets.units.worker",
    ) -> None:
        """`folder` is that of the run, with its job; `advance` hears of rows and copies made."""
        self._command = [sys.executable, "-m", module, str(folder)]
        self._count = count
        self._advance = advance
        self._stall = stall
        self._workers: list[_Worker] = []
        self._started: list[_Worker] = []  # all that ever were
        self._heard: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]] = queue.SimpleQueue()
        self._deaths: Counter[int] = Counter()
        self._false_starts = 0
        self._again: deque[Unit] = deque()

    def run(self, units: Iterator[Unit]) -> Iterator[UnitDone | Unit]:
        """Work off units; gives each as done, or as it was where it is set aside.

        Raises:
            AugmentError: what a worker found wrong with the data, the disk or the models.
        """
        while True:
            while len(self._workers) < self._count and (unit := self._next(units)) is not None:
                self._start(unit)
            if not self._workers:
                return
            yield from self._hear(units)

    def _hear(self, units: Iterator[Unit]) -> Iterator[UnitDone | Unit]:
        self._kill_silent()
        try:
            worker, said = self._heard.get(timeout=_LOOK)
        except queue.Empty:
            return
        if worker not in self._workers:
            return
        worker.heard = time.monotonic()
        if said is None:
            yield from self._buried(worker)
        elif "error" in said:
            raise error_of(said["error"], "in a worker process")
        elif "ready" in said:
            worker.ready, self._false_starts = True, 0
        elif "done" in said:
            yield UnitDone.from_json(said["done"])
            self._give(worker, self._next(units))
        else:
            self._advance(Advanced(**said))

    def _next(self, units: Iterator[Unit]) -> Unit | None:
        return self._again.popleft() if self._again else next(units, None)

    def _start(self, unit: Unit) -> None:
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        worker = _Worker(process)
        worker.listener = threading.Thread(target=self._listen, args=(worker,), daemon=True)
        worker.listener.start()
        self._workers.append(worker)
        self._started.append(worker)
        self._give(worker, unit)

    def _give(self, worker: _Worker, unit: Unit | None) -> None:
        worker.unit = unit
        if unit is None:
            self._end(worker)
            return
        asked = {"unit": unit.to_json(), "name": unit_name(unit)}
        assert worker.process.stdin is not None
        try:
            worker.process.stdin.write(json.dumps(asked) + "\n")
            worker.process.stdin.flush()
        except BrokenPipeError:
            return  # its end is heard of

    def _listen(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None
        with worker.process.stdout as answers:
            for line in answers:
                if line.endswith("\n"):
                    self._heard.put((worker, json.loads(line)))
        worker.process.wait()
        self._heard.put((worker, None))

    def _buried(self, worker: _Worker) -> Iterator[Unit]:
        self._end(worker)
        unit = worker.unit
        if unit is None:
            return
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= FALSE_STARTS:
                raise ResourceError(
                    f"worker processes end before they begin (exit code "
                    f"{worker.process.returncode}); standard error says more, and --workers 1 "
                    "runs without them"
                )
            self._again.append(unit)
            return
        self._deaths[unit.number] += 1
        if self._deaths[unit.number] < DEATHS:
            self._again.append(unit)
        else:
            yield unit

    def _kill_silent(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if now - worker.heard > self._stall:
                worker.process.kill()

    def _end(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        assert worker.process.stdin is not None
        try:
            worker.process.stdin.close()
        except BrokenPipeError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in tuple(self._workers):
            worker.process.kill()
            self._end(worker)
        for worker in self._started:
            assert worker.listener is not None
            worker.listener.join()


def error_of(said: dict[str, str], where: str) -> Exception:
    """The error of a worker, as its own kind."""
    if "trace" in said:
        return RuntimeError(f"{where}: {said['type']}: {said['message']}\n{said['trace']}")
    kind: type[AugmentError] = getattr(errors, said["type"], AugmentError)
    return kind(said["message"])
