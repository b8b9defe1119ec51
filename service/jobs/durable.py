"""Durable execution by dbos: each attempt at a job is a workflow of one step, which is idempotent.

dbos starts workflows from its queue, and again those that this server was at when it died. Its own
choices would pickle values, name all servers alike and strand jobs at an upgrade, so
serializer, name of the executor and version are set here.
"""

import json
import logging
from collections.abc import Callable
from typing import Any, Final

from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos._serialization import Serializer  # not exported, though the setting wants one

from service import logs

_NAME: Final = "augment-jobs"
# Of the workflow's shape, not of the package: an upgrade goes on with the jobs of before.
_VERSION: Final = "1"


class JsonSerializer(Serializer):
    """Values as JSON; nothing that a database holds can then run code here."""

    def serialize(self, data: Any) -> str:
        """A value as JSON; an exception by its type alone."""
        return json.dumps(data, default=_described)

    def deserialize(self, serialized_data: str) -> Any:
        """The value."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """What stands beside the values in the database."""
        return "json"


class Durable:
    """dbos in this process; it has one place in a process, so one server a process."""

    def __init__(
        self, url: str, *, replica: str, at_once: int, run: Callable[[str, int], str]
    ) -> None:
        """Start it; attempts that this replica was at are run again."""
        DBOS(
            config=DBOSConfig(
                name=_NAME,
                system_database_url=url,
                serializer=JsonSerializer(),
                executor_id=replica,
                application_version=_VERSION,
                enable_otlp=False,
                log_level="ERROR",
                notification_listener_polling_interval_sec=1.0,
            )
        )
        _quiet()

        @DBOS.step(name="attempt")
        def attempt(job: str, number: int) -> str:
            return run(job, number)

        @DBOS.workflow(name="job")
        def workflow(job: str, number: int) -> str:
            return attempt(job, number)

        self._workflow = workflow
        DBOS.launch()
        self._queue = DBOS.register_queue(
            "jobs",
            worker_concurrency=at_once,
            polling_interval_sec=0.2,
            on_conflict="always_update",
        )

    def enqueue(self, job: str, attempt: int) -> None:
        """Queue an attempt; one that is known already is not queued again."""
        with SetWorkflowID(f"{job}-{attempt}"):
            self._queue.enqueue(self._workflow, job, attempt)

    def close(self, seconds: int) -> None:
        """Let running attempts end, which must have been told to, and stop."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)


def _quiet() -> None:
    """The lines of dbos among those of the server, by its handler and in its form."""
    logger = logging.getLogger("dbos")
    logger.handlers = list(logging.getLogger(logs.LOGGER).handlers)
    logger.setLevel(logging.ERROR)
    logger.propagate = False


def _described(value: object) -> Any:
    if isinstance(value, BaseException):
        return {"error": type(value).__qualname__}
    if isinstance(value, tuple | set):
        return list(value)
    raise TypeError(f"{type(value).__qualname__} is no JSON")
