"""What the sync and the async client share: requests as values, answers read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx2

from service.client.errors import BrokenAnswer, ProblemError
from service.client.retries import Retries, may_help, retry_after

NDJSON: Final = "application/x-ndjson"
Texts = Sequence[str | Mapping[str, Any]]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, which may be sent several times."""

    method: str
    path: str
    json: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


def augmenting(texts: Texts, options: Mapping[str, Any], *, streamed: bool = False) -> Call:
    """Copies of texts; a text may be a mapping with `text`, `id`, `label`, `spans`.

    Raises:
        TypeError: one text is given instead of several, and each of its letters would be one.
        ValueError: a text has half of a surrogate pair, which cannot be sent.
    """
    if isinstance(texts, str | Mapping):
        raise TypeError("texts must be a sequence of texts; give one as [text]")
    records = [{"text": one} if isinstance(one, str) else dict(one) for one in texts]
    for number, record in enumerate(records):
        try:
            str(record.get("text", "")).encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"text {number}: character {error.start} is half of a surrogate pair"
            ) from error
    accept = {"Accept": NDJSON if streamed else "application/json"}
    return Call("POST", "/v1/augment", {"records": records, **_given(options)}, accept)


def previewing(text: str, options: Mapping[str, Any]) -> Call:
    """Copies of one text, with the changes."""
    return Call("POST", "/v1/preview", {"text": text, **_given(options)})


def validating(spec: Mapping[str, Any] | str) -> Call:
    """Whether a spec holds; text is read as YAML."""
    return Call("POST", "/v1/validate", {"yaml" if isinstance(spec, str) else "spec": spec})


def starting(upload: str, options: Mapping[str, Any], key: str | None) -> Call:
    """A job over an upload; without a key of the caller's, one that covers only this call."""
    body = {"input": {"upload": upload}, **_given(options)}
    return Call("POST", "/v1/jobs", body, {"Idempotency-Key": key or str(uuid4())})


def address_of(url: str) -> str:
    """The address of a service.

    Raises:
        ValueError: it is none.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!r} is no address of a service; give one as http://localhost:8000")
    return url


def headers_of(key: str | None) -> dict[str, str]:
    """What goes with every request.

    Raises:
        ValueError: no key looks so; it is not told, as it may be one after all.
    """
    if key is None:
        return {}
    if not (key.isascii() and key.isprintable()) or key != key.strip():
        raise ValueError("the key has characters that no key has, such as the end of a line")
    return {"Authorization": f"Bearer {key}"}


def read(response: httpx2.Response, reader: Callable[[Any], _T]) -> _T:
    """The value of an answer.

    Raises:
        BrokenAnswer: it is not what this service says.
    """
    try:
        return reader(response.json())
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenAnswer(
            f"{response.request.url} gave no answer of this service ({type(error).__name__}); "
            "is this its address?"
        ) from None


def problem(response: httpx2.Response) -> tuple[ProblemError, bool]:
    """The error of an answer that is read, and whether to send the request again."""
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {"detail": f"{response.request.url} answered with {response.reason_phrase}"}
    return ProblemError(response.status_code, document), may_help(response.status_code, document)


class Waiting:
    """The pauses of one request; after each failure: how long, or that it is the end."""

    def __init__(self, retries: Retries) -> None:
        self._retries = retries
        self._failed = 0
        self._waited = 0.0

    def after(self, error: Exception, *, again: bool = True, header: str | None = None) -> float:
        """Seconds to wait; raises `error` where no further attempt is left."""
        self._failed += 1
        pause = self._retries.pause(self._failed, self._waited, retry_after(header))
        if not again or pause is None:
            raise error
        self._waited += pause
        return pause


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
