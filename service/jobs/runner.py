"""One attempt at a job: claimed, run in a process, watched, and its end written down."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from shutil import rmtree
from typing import Any, Final, Literal

from sqlalchemy.exc import SQLAlchemyError

from service import logs
from service.jobs.folders import Folders
from service.jobs.process import JobProcess
from service.jobs.store import Store

# What became of an attempt, for the log and the record of the workflow.
End = Literal["done", "failed", "paused", "cancelled", "released", "superseded"]

# Times that the process may die without having come further.
_DEATHS: Final = 3
_TICK: Final = 0.1


@dataclass(frozen=True, slots=True)
class Conditions:
    """Who works, and how long it waits; times in seconds."""

    replica: str
    command: Sequence[str]
    lease: float
    stall: float


class Runner:
    """Works at jobs for one server; any number of attempts side by side."""

    def __init__(self, store: Store, folders: Folders, conditions: Conditions) -> None:
        self._store = store
        self._folders = folders
        self._how = conditions
        self._beat = min(1.0, conditions.lease / 4)
        self._lock = threading.Lock()
        self.rows = self.copies = 0  # done since the start, by all attempts
        self.stopping = threading.Event()

    def made(self, rows: int, copies: int) -> None:
        """An attempt came so much further."""
        with self._lock:
            self.rows += rows
            self.copies += copies

    def run(self, job: str, attempt: int) -> End:
        """Work at a job until it has ended or is somebody else's."""
        replica = self._how.replica
        if self.stopping.is_set() or not self._store.claim(job, attempt, replica):
            return "superseded"
        end = _Attempt(
            self._store,
            self._folders,
            self._how,
            beat=self._beat,
            job=job,
            attempt=attempt,
            made=self.made,
        ).work(self.stopping)
        logs.event("job_attempt", job=job, attempt=attempt, end=end)
        return end


class _Attempt:
    """One attempt, which this server holds."""

    def __init__(
        self,
        store: Store,
        folders: Folders,
        how: Conditions,
        *,
        beat: float,
        job: str,
        attempt: int,
        made: Callable[[int, int], None],
    ) -> None:
        self._store, self._folders, self._how, self._beat = store, folders, how, beat
        self._job, self._attempt = job, attempt
        self._held = time.monotonic()
        self._beaten = self._held - beat
        self._progress: dict[str, Any] = {}
        self._made = made
        # What earlier attempts did is on the disk, and told again by this one.
        row = store.get(job)
        self._counted = _rows_and_copies(row.progress if row else {})

    def work(self, stopping: threading.Event) -> End:
        """Until the job has ended; a process that dies is replaced."""
        deaths, reached = 0, 0
        while True:
            try:
                process = JobProcess(self._how.command, self._folders.job(self._job))
            except OSError as error:
                return self._failed("internal_error", f"no process could be started: {error}")
            with process:
                end = self._watch(process, stopping)
            if end is not None:
                return end
            position = int(process.progress.get("position", 0))
            deaths = 1 if position > reached else deaths + 1
            reached = max(reached, position)
            logs.event("job_process_died", level=logging.WARNING, job=self._job, code=process.code)
            if deaths == _DEATHS:
                return self._failed(
                    "process_died",
                    f"the process of the job ended {deaths} times without coming further, at last "
                    f"{_how(process.code)}; what was done is kept, and a retry goes on from there",
                )

    def _watch(self, process: JobProcess, stopping: threading.Event) -> End | None:
        """How the attempt ended; None where its process died."""
        while not process.ended(_TICK):
            self._noted(process)
            if stopping.is_set():
                return self._released()
            if (end := self._renewed(process)) is not None:
                return end
            if process.silent > self._how.stall:
                return None
        self._noted(process)
        if process.verdict is None:
            return None
        if "done" in process.verdict:
            return self._told("done", summary=process.verdict["done"])
        if "bug" in process.verdict:
            logs.event("job_bug", level=logging.ERROR, job=self._job,
                       exception=process.verdict["bug"])  # fmt: skip
        return self._told("failed", error=process.verdict["failed"])

    def _noted(self, process: JobProcess) -> None:
        """Take over how far the process is; what it only tells again counts nothing."""
        self._progress = process.progress
        before, now = self._counted, _rows_and_copies(self._progress)
        self._counted = tuple(map(max, before, now))
        self._made(*(new - old for old, new in zip(before, self._counted, strict=True)))

    def _renewed(self, process: JobProcess) -> End | None:
        """Renew the lease when it is time; how the attempt ends, if it does."""
        now = time.monotonic()
        if now - self._beaten < self._beat:
            return None
        self._beaten = now
        try:
            held, wanted = self._store.beat(
                self._job, self._attempt, self._how.replica, self._progress
            )
        except SQLAlchemyError as error:
            logs.event("job_store_failed", level=logging.ERROR, exception=logs.described(error))
            return "superseded" if now - self._held > self._how.lease else None
        if not held:
            return "superseded"
        self._held = now
        if wanted == "pause":
            return self._told("paused")
        if wanted == "cancel":
            # The process first: it would make anew what is removed.
            process.end()
            rmtree(self._folders.job(self._job) / "output", ignore_errors=True)
            return self._told("cancelled")
        return None

    def _told(
        self,
        state: Literal["done", "failed", "paused", "cancelled"],
        *,
        error: dict[str, str] | None = None,
        summary: dict[str, object] | None = None,
    ) -> End:
        held = self._store.end(
            self._job,
            self._attempt,
            self._how.replica,
            state,
            progress=self._progress,
            error=error,
            summary=summary,
        )
        return state if held else "superseded"

    def _failed(self, code: str, message: str) -> End:
        return self._told("failed", error={"code": code, "message": message})

    def _released(self) -> End:
        self._store.release(self._job, self._attempt, self._how.replica)
        return "released"


def _rows_and_copies(progress: Mapping[str, Any]) -> tuple[int, ...]:
    return int(progress.get("rows", 0)), int(progress.get("copies", 0))


def _how(code: int | None) -> str:
    return "without a word" if code is None or code >= 0 else f"by signal {-code}"
