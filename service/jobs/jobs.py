"""Jobs of one server: made, listed, paused, cancelled, tried again, kept for a while."""

import hashlib
import logging
import secrets
import sys
import threading
import time
from collections.abc import Sequence
from shutil import rmtree
from typing import Final

from filelock import FileLock, Timeout
from platformdirs import user_data_path
from sqlalchemy.exc import SQLAlchemyError

from augment.spec import PipelineSpec
from service import logs
from service.errors import Problem, SettingsError
from service.jobs.asked import prepare
from service.jobs.durable import Durable
from service.jobs.folders import Folders
from service.jobs.plan import REPORT, SUMMARY
from service.jobs.runner import Conditions, Runner
from service.jobs.space import written
from service.jobs.store import Row, Store
from service.metrics import JobFigures
from service.schemas.jobs import JobRequest
from service.settings import Settings

COMMAND: Final = (sys.executable, "-m", "service.jobs.child")
_POSTGRESQL: Final = "postgresql+psycopg://"
_DAY: Final = 86_400.0
_RETENTION_EVERY: Final = 60.0
_CLOSING: Final = 15
UPLOADS: Final = 100


class Jobs:
    """Started once in a process; all methods block, so call them from a thread."""

    def __init__(self, settings: Settings, command: Sequence[str] = COMMAND) -> None:
        self._settings = settings
        self._command = command
        self._thread: threading.Thread | None = None
        self._queued: set[tuple[str, int]] = set()
        self._ended = threading.Event()

    def start(self) -> None:
        """Open folders and database, and go on with what was left.

        Raises:
            SettingsError: another server runs as this replica, or the folder or the database
                cannot be used.
        """
        settings = self._settings
        if settings.database is not None and not settings.database.startswith(_POSTGRESQL):
            # Not with the value, which has a password.
            raise SettingsError(f"database: must begin with {_POSTGRESQL}")
        data = settings.data or user_data_path("text-augmentation-service", appauthor=False)
        try:
            self.folders = Folders(data, settings.data_roots)
            self._lock = FileLock(self.folders.data / "replicas" / f"{settings.replica}.lock")
            self._lock.acquire(timeout=0)
        except Timeout:
            raise SettingsError(
                f"another server runs as replica {settings.replica!r} on {self.folders.data}: end "
                "it, or start this one with another replica or data"
            ) from None
        except OSError as error:
            raise SettingsError(
                f"data: the folder {data} cannot be used ({error.strerror}): name one that this "
                "server may write to (--data DIR)"
            ) from error
        try:
            self._open(settings)
        except SQLAlchemyError as error:
            self._lock.release()
            raise SettingsError(
                f"the database of jobs cannot be used ({type(error).__name__}): see database"
            ) from error

    def close(self) -> None:
        """Give running jobs back, and stop; they go on where they were."""
        self._runner.stopping.set()
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._durable.close(_CLOSING)
        self.store.close()
        self._lock.release()

    def create(
        self, asked: JobRequest, spec: PipelineSpec, client: str, idempotency: str | None
    ) -> Row:
        """A new job, or the one that the client made with the same idempotency key.

        Raises:
            Problem: `idempotency_mismatch`, `too_many_jobs`, `disk_full`, or no such input.
            AugmentError: the input cannot be read as asked.
        """
        digest = hashlib.sha256(asked.model_dump_json().encode()).hexdigest()
        if idempotency is not None and (row := self._made(client, idempotency, digest)):
            return row
        if self.store.count(client) >= self._settings.jobs_waiting:
            raise Problem(
                "too_many_jobs",
                f"{self._settings.jobs_waiting} jobs of this client have not ended, which is all "
                "that may be; wait for one, or cancel one",
                retry_after=60,
            )
        job = secrets.token_hex(16)
        try:
            with written():
                name = prepare(
                    job,
                    asked=asked,
                    spec=spec,
                    client=client,
                    folders=self.folders,
                    settings=self._settings,
                )
                row = self.store.add(job, client, name=name, digest=digest, idempotency=idempotency)
        except BaseException:
            rmtree(self.folders.job(job), ignore_errors=True)
            raise
        if row is None:  # the same request came twice at once
            rmtree(self.folders.job(job), ignore_errors=True)
            assert idempotency is not None
            row = self._made(client, idempotency, digest)
            assert row is not None
            return row
        try:
            self._durable.enqueue(job, row.attempt)
        except SQLAlchemyError as error:  # it is accepted: `_keep` queues it when that can be done
            logs.event("jobs_failed", level=logging.ERROR, exception=logs.described(error))
        return row

    def get(self, job: str, client: str) -> Row:
        """A job of a client.

        Raises:
            Problem: `not_found`, also for the jobs of others.
        """
        row = self.store.get(job)
        if row is None or row.client != client:
            raise Problem("not_found", "there is no such job; GET /v1/jobs lists yours")
        return row

    def figures(self) -> JobFigures | None:
        """What the metrics tell of the jobs; nothing while the database does not answer."""
        try:
            states, oldest = self.store.states()
        except SQLAlchemyError as error:
            logs.event("jobs_failed", level=logging.ERROR, exception=logs.described(error))
            return None
        return JobFigures(states, oldest, self._runner.rows, self._runner.copies)

    def pause(self, row: Row) -> None:
        """Keep what is done, and stop.

        Raises:
            Problem: `job_state`.
        """
        if not (self.store.move(row.id, ["queued"], "paused") or self.store.want(row.id, "pause")):
            raise _wrong_state(row, "queued or running", "paused")

    def cancel(self, row: Row) -> None:
        """Stop, and drop what is done.

        Raises:
            Problem: `job_state`.
        """
        if self.store.move(row.id, ["queued", "paused"], "cancelled"):
            rmtree(self.folders.job(row.id) / "output", ignore_errors=True)
        elif not self.store.want(row.id, "cancel"):
            raise _wrong_state(row, "queued, running or paused", "cancelled")

    def resume(self, row: Row) -> None:
        """Go on with a job that was paused.

        Raises:
            Problem: `job_state`.
        """
        self._again(row, ["paused"], "resumed")

    def retry(self, row: Row) -> None:
        """Try a failed job again; what was done is kept. One that lost parts is made anew.

        Raises:
            Problem: `job_state`.
        """
        if row.state == "done" and (row.summary or {}).get("lost_units"):
            folder = self.folders.job(row.id)
            for name in (SUMMARY, REPORT):
                (folder / name).unlink(missing_ok=True)
            rmtree(folder / "output", ignore_errors=True)
            (folder / "output").mkdir()
            self._again(row, ["done"], "tried again")
        else:
            self._again(row, ["failed"], "tried again")

    def remove(self, row: Row) -> None:
        """Forget a job that has ended, and its files.

        Raises:
            Problem: `job_state`.
        """
        if not self.store.remove(row.id):
            raise _wrong_state(row, "done, failed or cancelled", "removed")
        rmtree(self.folders.job(row.id), ignore_errors=True)

    def _open(self, settings: Settings) -> None:
        data = self.folders.data
        url = settings.database
        self.store = Store(url or f"sqlite:///{data / 'jobs.sqlite'}", lease=settings.lease_seconds)
        how = Conditions(
            settings.replica, self._command, settings.lease_seconds, settings.job_stall_seconds
        )
        self._runner = Runner(self.store, self.folders, how)
        self._durable = Durable(
            url or f"sqlite:///{data / 'workflows.sqlite'}",
            replica=settings.replica,
            at_once=settings.jobs_at_once,
            run=self._runner.run,
        )
        self._thread = threading.Thread(target=self._keep, name="jobs", daemon=True)
        self._thread.start()

    def _made(self, client: str, key: str, digest: str) -> Row | None:
        row = self.store.by_idempotency(client, key)
        if row is not None and row.digest != digest:
            raise Problem(
                "idempotency_mismatch",
                "this Idempotency-Key was used for another request; send a new one",
            )
        return row

    def _again(self, row: Row, frm: Sequence[str], what: str) -> None:
        if not self.store.move(row.id, frm, "queued", again=True):  # type: ignore[arg-type]
            raise _wrong_state(row, " or ".join(frm), what)

    def _keep(self) -> None:
        """Queue what waits, take over what was left, remove what is old, until the end."""
        cleaned = -_RETENTION_EVERY
        while not self._ended.wait(min(0.5, self._settings.lease_seconds / 4)):
            try:
                self._queue_waiting()
                if time.monotonic() - cleaned > _RETENTION_EVERY:
                    cleaned = time.monotonic()
                    self._remove_old()
            except Exception as error:
                logs.event("jobs_failed", level=logging.ERROR, exception=logs.described(error))

    def _queue_waiting(self) -> None:
        if taken := self.store.take_over():
            logs.event("jobs_taken_over", count=taken)
        waiting = self.store.queued()
        for job, attempt in reversed(waiting):
            if (job, attempt) not in self._queued:
                self._durable.enqueue(job, attempt)
        self._queued = set(waiting)

    def _remove_old(self) -> None:
        seconds = self._settings.job_days * _DAY
        for job in self.store.ended_before(seconds):
            if self.store.remove(job):
                rmtree(self.folders.job(job), ignore_errors=True)
        self.folders.remove_old(max(seconds, _DAY), self.store.ids())


def _wrong_state(row: Row, states: str, what: str) -> Problem:
    return Problem("job_state", f"the job was {row.state}; only one that is {states} can be {what}")
