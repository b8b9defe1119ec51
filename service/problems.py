"""Problem documents (RFC 9457): every code with its status and title, in one table.

The codes of `augment.errors`, of `service.errors` and of single items stand here. `type` of a
document leads to its line: `GET /v1/problems/CODE`.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from augment.errors import AugmentError
from augment.plain import told_plainly
from service.errors import Problem

MEDIA_TYPE: Final = "application/problem+json"


class Kind(NamedTuple):
    """What a code stands for; `retry` tells whether the same request may do better later."""

    status: int
    title: str
    retry: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    # augment.errors
    "augment_error": Kind(500, "The work failed"),
    "spec_invalid": Kind(422, "The spec does not hold"),
    "resource_unusable": Kind(500, "Something that the server needs is missing or altered"),
    "model_unusable": Kind(422, "A model that the spec asks for cannot be used here"),
    "data_invalid": Kind(422, "The input cannot be read"),
    "output_unusable": Kind(500, "The output cannot be written"),
    "run_unfinished": Kind(409, "A run was broken off or still goes on"),
    "cancelled": Kind(409, "The work was broken off"),
    # service.errors
    "service_error": Kind(500, "The server failed"),
    "settings_invalid": Kind(500, "The server is not set up"),
    "keys_unusable": Kind(503, "The server cannot read its client keys", retry=True),
    # what a request may get wrong
    "json_invalid": Kind(400, "The body is not valid JSON"),
    "request_malformed": Kind(400, "The request is not HTTP as this server reads it"),
    "unauthenticated": Kind(401, "A client key is needed"),
    "scope_missing": Kind(403, "The client key does not open this"),
    "not_found": Kind(404, "There is no such thing"),
    "method_not_allowed": Kind(405, "The method does not belong to this path"),
    "not_acceptable": Kind(406, "The answer is in none of the formats asked for"),
    "body_too_slow": Kind(408, "The body did not come in time"),
    "body_too_large": Kind(413, "The body is too large"),
    "too_many_texts": Kind(413, "Too many texts for one request"),
    "text_too_long": Kind(413, "A text is too long"),
    "too_many_copies": Kind(413, "Too many copies"),
    "cost_too_large": Kind(413, "The request is too costly ever to be done"),
    "media_type_unsupported": Kind(415, "The body must be JSON"),
    "host_unknown": Kind(421, "The server is not called by this name"),
    "request_invalid": Kind(422, "The request does not hold"),
    "spec_refused": Kind(422, "The spec has what this server refuses"),
    "needs_data_set": Kind(422, "The spec needs a whole data set"),
    # what may become of a single text
    "item_failed": Kind(500, "The text made a step fail"),
    "item_hung": Kind(422, "The text kept a worker busy beyond all bounds"),
    "item_lost": Kind(503, "Workers ended while they were at work on the text", retry=True),
    "item_too_large": Kind(413, "What became of the text is too large"),
    "deadline_passed": Kind(504, "The time for the request is over", retry=True),
    # how busy the server is
    "rate_limited": Kind(429, "The client has asked for too much", retry=True),
    "queue_full": Kind(429, "The queue is full", retry=True),
    # jobs
    "job_state": Kind(409, "The job is in another state"),
    "idempotency_mismatch": Kind(422, "The idempotency key was used for another request"),
    "too_many_jobs": Kind(429, "The client has too many jobs or uploads", retry=True),
    "jobs_off": Kind(404, "This server takes no jobs"),
    "disk_full": Kind(507, "The server's disk is full", retry=True),
    "internal_error": Kind(500, "A bug in the server"),
    "draining": Kind(503, "The server is shutting down", retry=True),
    "not_ready": Kind(503, "The server is not ready", retry=True),
}


def document(
    code: str, detail: str, *, instance: str | None = None, errors: Sequence[str] = ()
) -> dict[str, Any]:
    """The members of a problem document."""
    kind = KINDS.get(code, KINDS["internal_error"])
    found: dict[str, Any] = {
        "type": f"/v1/problems/{code}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "code": code,
        "retryable": kind.retry,
    }
    if errors:
        found["errors"] = list(errors)
    if instance is not None:
        found["instance"] = f"urn:uuid:{instance}"
    return found


def response(problem: Problem, *, request_id: str | None = None) -> JSONResponse:
    """The answer that a problem makes."""
    found = document(problem.code, problem.detail, instance=request_id, errors=problem.errors)
    headers = dict(problem.headers)
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return JSONResponse(found, found["status"], headers, media_type=MEDIA_TYPE)


def from_error(error: AugmentError) -> Problem:
    """A problem of an error of the library; the places that its message lists become `errors`.

    Messages of the server's own faults name files, so clients get the title alone.
    """
    if isinstance(error, Problem):
        return error
    kind = KINDS[error.code]
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Problem(error.code, kind.title, retry_after=5 if kind.retry else None)
    first, *rest = [line.strip() for line in str(error).splitlines()] or [kind.title]
    if first.endswith(":"):  # a list of places follows
        return Problem(error.code, first.rstrip(":"), errors=rest)
    return Problem(error.code, " ".join([first, *rest]))


def from_validation(error: RequestValidationError) -> Problem:
    """A problem of a body that does not have the shape that the schema says."""
    lines = []
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"] if part != "body") or "(body)"
        lines.append(f"{place}: {told_plainly(fault)}")
    detail = lines[0] if len(lines) == 1 else f"{len(lines)} places of the request do not hold"
    return Problem("request_invalid", detail, errors=lines)


def from_http(error: HTTPException) -> Problem:
    """A problem of what the framework refused."""
    codes = {404: "not_found", 405: "method_not_allowed", 400: "json_invalid"}
    code = codes.get(error.status_code, "internal_error")
    details = {
        "not_found": "there is nothing at this path; GET /v1/openapi.json lists all",
        "method_not_allowed": "this path is called with another method",
    }
    detail = details.get(code, KINDS[code].title)
    return Problem(code, detail, headers=error.headers)
