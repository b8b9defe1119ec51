"""What the bytes of a run depend on, so that one that was broken off goes on only as it began."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from augment.datasets.request import ExpandRequest
from augment.datasets.run_record import spec_as_run, versions
from augment.datasets.units.batches import BATCH_ROWS
from augment.datasets.units.plan import UNIT_BYTES, UNIT_ROWS
from augment.errors import RunError
from augment.pipeline import Pipeline

_REQUESTS: Final = TypeAdapter(ExpandRequest)
# Names of files and what to do with them: no byte of a row depends on it.
_FREE: Final = frozenset({"input", "output", "rejects", "force", "resume", "restart"})
_SHOWN: Final = 20
_MISSING: Final = object()


def identity(
    request: ExpandRequest, pipeline: Pipeline, size: int, seal: str | None = None
) -> dict[str, Any]:
    """All that copies depend on, as plain JSON values.

    `size` is that of the input in bytes, `seal` its hash where its units do not have all of it.
    """
    asked = _REQUESTS.dump_python(request, mode="json")
    return {
        "input": {"name": request.name, "size": size, **({"sha256": seal} if seal else {})},
        "spec": spec_as_run(pipeline.spec, request.copies, request.seed).model_dump(mode="json"),
        "options": {name: value for name, value in asked.items() if name not in _FREE},
        "models": sorted(pipeline.identities),
        "packages": versions(),
        "units": {"rows": UNIT_ROWS, "bytes": UNIT_BYTES, "batch": BATCH_ROWS},
    }


def check_same(began: Mapping[str, Any], now: Mapping[str, Any], work: str) -> None:
    """Make sure that a run goes on as it began.

    Raises:
        RunError: names each difference.
    """
    found = list(_differences(began, now, ""))
    if not found:
        return
    more = f"\n  and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise RunError(
        f"{work}: the run that was broken off was asked for otherwise:\n  "
        + "\n  ".join(found[:_SHOWN])
        + more
        + "\nask for the same to go on with --resume, or begin anew with --restart"
    )


def _differences(began: Any, now: Any, place: str) -> Iterator[str]:
    if isinstance(began, Mapping) and isinstance(now, Mapping):
        for key in sorted({*began, *now}):
            inner = f"{place}.{key}" if place else key
            yield from _differences(began.get(key, _MISSING), now.get(key, _MISSING), inner)
    elif isinstance(began, list) and isinstance(now, list) and len(began) == len(now):
        for i, (one, other) in enumerate(zip(began, now, strict=True)):
            yield from _differences(one, other, f"{place}.{i}")
    elif began != now:
        yield f"{place}: {_said(began)} then, {_said(now)} now"


def _said(value: Any) -> str:
    shown = "nothing" if value is _MISSING else repr(value)
    return shown if len(shown) <= 200 else f"{shown[:200]}..."
