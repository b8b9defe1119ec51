"""Answers of the service as typed values; members that are not known here are left out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.client.errors import BrokenAnswer

ENDED: Final = ("done", "failed", "cancelled", "paused")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy, and how it came about."""

    number: int
    text: str
    label: str | None
    spans: tuple[Mapping[str, Any], ...]
    exact: bool
    """Whether the same request gives the same copy whatever else the server does."""
    trail: tuple[Mapping[str, Any], ...]
    changes: tuple[tuple[str, str], ...] = ()
    """Of a preview: stretches as (old, new), in order; both are equal where nothing changed."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A copy that could not be made, with its stable reason."""

    number: int
    reason: str
    detail: str
    score: float | None


@dataclass(frozen=True, slots=True)
class ItemError:
    """Why a text has no result; those beside it have theirs."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one text."""

    index: int
    """Place in the request, from 0."""
    id: str
    copies: tuple[Copy, ...]
    missing: tuple[Missing, ...]
    error: ItemError | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a request."""

    items: int
    copies: int
    missing: int
    errors: int


@dataclass(frozen=True, slots=True)
class Augmented:
    """An end for each text, in the order of the request."""

    items: tuple[Item, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class Preview:
    """The copies of one text, with their changes."""

    text: str
    copies: tuple[Copy, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Validated:
    """Whether a spec holds and may be used; if not, every wrong place."""

    valid: bool
    errors: tuple[str, ...]
    spec: Mapping[str, Any] | None
    yaml: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job over a data set."""

    id: str
    state: str
    name: str
    attempt: int
    progress: Mapping[str, Any]
    error: Mapping[str, str] | None
    summary: Mapping[str, Any] | None
    files: tuple[str, ...]
    """What can be downloaded: `result`, `rejects`, `report`."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens without another request."""
        return self.state in ENDED


def item(value: Mapping[str, Any]) -> Item:
    """One end of `augment`."""
    error = value["error"]
    return Item(
        index=value["index"],
        id=value["id"],
        copies=tuple(map(_copy, value["copies"])),
        missing=tuple(map(_missing, value["missing"])),
        error=None if error is None else ItemError(**_known(ItemError, error)),
    )


def augmented(value: Mapping[str, Any]) -> Augmented:
    """The answer of `augment`."""
    return Augmented(tuple(map(item, value["items"])), summary(value["summary"]))


def summary(value: Mapping[str, Any]) -> Summary:
    """Counts of a request."""
    return Summary(**_known(Summary, value))


def preview(value: Mapping[str, Any]) -> Preview:
    """The answer of `preview`."""
    return Preview(
        text=value["text"],
        copies=tuple(map(_copy, value["copies"])),
        missing=tuple(map(_missing, value["missing"])),
    )


def validated(value: Mapping[str, Any]) -> Validated:
    """The answer of `validate`."""
    return Validated(**_known(Validated, value) | {"errors": tuple(value["errors"])})


def job(value: Mapping[str, Any]) -> Job:
    """A job."""
    return Job(**_known(Job, value) | {"files": tuple(value["files"])})


def line(text: str) -> Item | Summary:
    """A line of a stream.

    Raises:
        BrokenAnswer: it is not a whole line of `augment`.
    """
    try:
        value = json.loads(text)
        return summary(value["summary"]) if "summary" in value else item(value)
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenAnswer(
            f"the stream has a line that is not one of this service: {error}"
        ) from None


def _copy(value: Mapping[str, Any]) -> Copy:
    changes = tuple((one["old"], one["new"]) for one in value.get("changes", ()))
    lists = {"spans": tuple(value["spans"]), "trail": tuple(value["trail"]), "changes": changes}
    return Copy(**_known(Copy, value) | lists)


def _missing(value: Mapping[str, Any]) -> Missing:
    return Missing(**_known(Missing, value))


def _known(kind: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    """The members that a class has; a newer server may tell more."""
    return {name: value[name] for name in kind.__dataclass_fields__ if name in value}
