"""The problems that a route documents in OpenAPI."""

from typing import Any

from service.problems import KINDS, MEDIA_TYPE
from service.schemas import ProblemDocument


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The answers that these codes make, by status, for `responses` of a route."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        kind = KINDS[code]
        told = found.setdefault(
            kind.status,
            {"description": "", "content": {MEDIA_TYPE: {"schema": _SCHEMA}}},
        )
        told["description"] += f"{', ' if told['description'] else ''}`{code}`: {kind.title}"
    return found


_SCHEMA = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}

ACCESS = ("unauthenticated", "scope_missing", "host_unknown", "internal_error", "keys_unusable")
BODY = (
    "json_invalid",
    "body_too_slow",
    "body_too_large",
    "media_type_unsupported",
    "request_invalid",
)
WORK = (
    "too_many_texts",
    "text_too_long",
    "too_many_copies",
    "cost_too_large",
    "spec_invalid",
    "spec_refused",
    "needs_data_set",
    "rate_limited",
    "queue_full",
    "draining",
)
