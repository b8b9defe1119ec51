"""Logs as one JSON object a line: what happened, when, to which request; never a text or a key.

An exception is logged by its type and the places it came through. Its message is left out, since it
may quote what a client sent.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final, TextIO

LOGGER: Final = "service"

# Loggers of others that are let through, from a level on; the access log of uvicorn has paths.
_OTHERS: Final = {
    "uvicorn.error": logging.INFO,
    "asyncio": logging.ERROR,
    "opentelemetry": logging.WARNING,
}


class JsonFormatter(logging.Formatter):
    """A record as JSON; what stands in `extra={"fields": {...}}` becomes members."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        found: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            found["exception"] = described(record.exc_info[1])
        return json.dumps(found, ensure_ascii=True, default=str)


def described(error: BaseException) -> dict[str, Any]:
    """An exception without its message: its type, and where it came through.

    >>> described(ValueError("secret"))
    {'type': 'ValueError', 'places': []}
    """
    frames = traceback.extract_tb(error.__traceback__)
    found: dict[str, Any] = {
        "type": type(error).__qualname__,
        "places": [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames],
    }
    if error.__cause__ is not None:
        found["cause"] = described(error.__cause__)
    return found


def set_up(level: str, out: TextIO | None = None) -> None:
    """Send the logs of this process to standard error, or to `out`, as JSON."""
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(JsonFormatter())
    own = logging.getLevelNamesMapping()[level.upper()]
    for name, least in {LOGGER: own, **_OTHERS}.items():
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(least)
        logger.propagate = False


def event(name: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Log something that happened, with its figures."""
    logging.getLogger(LOGGER).log(level, name, extra={"fields": fields})
