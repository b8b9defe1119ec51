"""`GET /v1/info`: what this server is and may be asked for."""

from fastapi import APIRouter, Request

from service.info import describe
from service.routes.answers import ACCESS
from service.routes.answers import problems as documented
from service.routing import client_of, guarded
from service.schemas import InfoResponse
from service.state import service_of

router = APIRouter(prefix="/v1", tags=["info"], route_class=guarded(None))


@router.get("/info", operation_id="info", responses=documented(*ACCESS))
async def info(request: Request) -> InfoResponse:
    """Tell versions, limits and load."""
    return describe(service_of(request), client_of(request))
