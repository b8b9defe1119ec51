"""`POST /v1/augment` and `POST /v1/preview`: copies of texts."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from service import answers, problems
from service.engine.items import Item, ItemError, Result
from service.errors import Problem
from service.routes.answers import ACCESS, BODY, WORK
from service.routes.answers import problems as documented
from service.routing import client_of, guarded
from service.schemas import AugmentRequest, AugmentResponse, PreviewRequest, PreviewResponse
from service.state import service_of
from service.work import Ends, begun, prepared, unless_gone

router = APIRouter(prefix="/v1", tags=["augment"], route_class=guarded("augment"))

_STREAM = {
    "description": "A result or an error for each text, in the order of the request; as NDJSON a "
    "line each as they end, and a last line with the summary.",
    "content": {
        answers.NDJSON: {
            "schema": {"type": "string"},
            "example": '{"index":0,"id":"0","copies":[],"missing":[],"error":null}\n'
            '{"summary":{"items":1,"copies":0,"missing":0,"errors":0}}\n',
        }
    },
}


@router.post(
    "/augment",
    operation_id="augment",
    response_model=AugmentResponse,
    responses={200: _STREAM, **documented(*ACCESS, *BODY, *WORK, "not_acceptable")},
)
async def augment(body: AugmentRequest, request: Request) -> Response:
    """Make copies of texts.

    Each text ends with its copies, the reasons for those that are missing, or an error of its own.
    With `Accept: application/x-ndjson` each is sent as soon as it ends.
    """
    service, client = service_of(request), client_of(request)
    streamed = _wants_stream(request)
    items = prepared(body, client, service)
    request.state.log["items"] = len(items)
    if streamed:
        ends = await unless_gone(request, begun(items, client, service))
        return _Streamed(_lines(items, ends), ends)
    results = await unless_gone(request, _all(items, request))
    found = [answers.item(i, item, results[i]) for i, item in enumerate(items)]
    value = {"items": found, "summary": answers.summary(found)}
    return _timed(value, list(results.values()))


@router.post(
    "/preview",
    operation_id="preview",
    response_model=PreviewResponse,
    responses=documented(*ACCESS, *BODY, *WORK),
)
async def preview(body: PreviewRequest, request: Request) -> Response:
    """Make copies of one text, with the changes marked."""
    service, client = service_of(request), client_of(request)
    items = prepared(body.as_augment(), client, service)
    results = await unless_gone(request, _all(items, request))
    result = results[0]
    if isinstance(result, ItemError):
        code = result.code if result.code in problems.KINDS else "augment_error"
        raise Problem(code, result.message, retry_after=1 if result.retryable else None)
    return _timed(answers.preview(result.outcome), [result])


async def _all(items: list[Item], request: Request) -> dict[int, Result | ItemError]:
    ends = await begun(items, client_of(request), service_of(request))
    async with aclosing(ends):
        return {index: result async for index, result in ends}


class _Streamed(StreamingResponse):
    """Closes the ends however the answer ends.

    Else they would wait for the garbage collector where the client does not read: sending then
    fails while the lines are in the middle of theirs.
    """

    def __init__(self, lines: AsyncIterator[bytes], ends: Ends) -> None:
        super().__init__(lines, media_type=answers.NDJSON)
        self._ends = ends

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._ends):
            await super().__call__(scope, receive, send)


async def _lines(items: list[Item], ends: Ends) -> AsyncIterator[bytes]:
    counts = answers.summary(())
    async for index, result in ends:
        found = answers.item(index, items[index], result)
        for name, count in answers.summary([found]).items():
            counts[name] += count
        yield answers.to_json(found) + b"\n"
    yield answers.to_json({"summary": counts}) + b"\n"


def _timed(value: dict[str, Any], results: list[Result | ItemError]) -> Response:
    timing = answers.timing(one for one in results if isinstance(one, Result))
    headers = {"Server-Timing": timing} if timing else {}
    return Response(answers.to_json(value), headers=headers, media_type="application/json")


def _wants_stream(request: Request) -> bool:
    """Whether the client asks for NDJSON; JSON where it takes anything.

    Raises:
        Problem: `not_acceptable`.
    """
    accepted = [
        part.partition(";")[0].strip().lower()
        for part in request.headers.get("accept", "*/*").split(",")
    ]
    if answers.NDJSON in accepted:
        return True
    if not {"application/json", "application/*", "*/*"}.isdisjoint(accepted):
        return False
    raise Problem(
        "not_acceptable", f"the answer is application/json or {answers.NDJSON}; accept one of them"
    )
