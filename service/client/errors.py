"""What a client may be told.

ClientError
    ProblemError     the server refused; `code` says why
    Unreachable      there was no answer
    BrokenAnswer     the answer was cut off, or is none of this service
"""

from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """The service did not do what it was asked for."""


class ProblemError(ClientError):
    """A problem document (RFC 9457) of the server."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(document.get("code", "unknown"))
        """Stable; `GET /v1/problems` lists all."""
        self.detail = str(document.get("detail", ""))
        self.errors = tuple(str(one) for one in document.get("errors") or ())
        """Every wrong place, where there are several."""
        self.retryable = bool(document.get("retryable", False))
        self.request_id = document.get("instance")
        """Names the request in the server's log."""
        super().__init__("\n  ".join([f"{self.detail} [{self.code}, {status}]", *self.errors]))


class Unreachable(ClientError):
    """The server did not answer."""


class BrokenAnswer(ClientError):
    """The answer is not whole, or comes from something else than this service."""
