"""`livez`, `readyz` and `metrics`, at the root."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.errors import Problem
from service.metrics import CONTENT_TYPE
from service.routes.answers import ACCESS
from service.routes.answers import problems as documented
from service.routing import guarded
from service.schemas import HealthResponse, ReadyResponse
from service.state import service_of

router = APIRouter(tags=["health"])
measured = APIRouter(tags=["health"], route_class=guarded("metrics"))


@router.get("/livez", operation_id="livez")
async def livez() -> HealthResponse:
    """Tell that the process answers."""
    return HealthResponse(status="alive")


@router.get("/readyz", operation_id="readyz", responses=documented("not_ready", "draining"))
async def readyz(request: Request) -> ReadyResponse:
    """Tell whether work would be done: a tiny text was just augmented, by the real workers."""
    service = service_of(request)
    if service.gate.draining:
        raise Problem("draining", "the server is shutting down", retry_after=1)
    fault = await service.readiness.fault()
    if fault is not None:
        raise Problem("not_ready", fault, retry_after=service.readiness.next_seconds())
    return ReadyResponse(status="ready", probed=service.readiness.probed)


@measured.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text format", "content": {"text/plain": {}}},
        **documented(*ACCESS),
    },
)
async def metrics(request: Request) -> Response:
    """Tell the metrics; with client keys, one that opens `metrics` is needed."""
    # In a thread, since the table of jobs is asked.
    page = await asyncio.to_thread(service_of(request).metrics.page)
    return Response(page, media_type=CONTENT_TYPE)
