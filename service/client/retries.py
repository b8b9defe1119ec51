"""When a request is sent again, and after how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_AGAIN: Final = (408, 429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how long a client waits for a server that is busy or away."""

    attempts: int = 6
    """Times that a request is sent, the first one counted."""
    seconds: float = 60.0
    """Bound on all pauses of one request together."""
    first_seconds: float = 0.25
    """First pause where the server names none; it doubles each time."""

    def pause(self, attempt: int, waited: float, named: float | None) -> float | None:
        """Seconds before the next attempt; None: there is none.

        `attempt` counts those that failed, `waited` is what was spent in pauses before, `named` is
        the server's Retry-After. A pause is never shorter than that: rather there is no attempt.

        >>> Retries(seconds=10).pause(1, 0.0, 4.0), Retries(seconds=10).pause(2, 8.0, 4.0)
        (4.0, None)
        >>> [Retries(attempts=3).pause(n, 0.0, None) for n in (1, 2, 3)]
        [0.25, 0.5, None]
        """
        pause = self.first_seconds * 2 ** (attempt - 1) if named is None else named
        if attempt >= self.attempts or waited + pause > self.seconds:
            return None
        return pause


def may_help(status: int, document: Mapping[str, Any]) -> bool:
    """Whether the same request may do better later; a document of the service says so itself."""
    told = document.get("retryable")
    return bool(told) if told is not None else status in _AGAIN


def retry_after(value: str | None) -> float | None:
    """The seconds of a Retry-After header; a date, which this service never sends, is none.

    >>> retry_after("3"), retry_after("-1"), retry_after("Wed, 21 Oct 2026 07:28:00 GMT")
    (3.0, None, None)
    """
    return float(value) if value is not None and value.isascii() and value.isdigit() else None
