"""Routes that ask who comes before they read a body, and read it within its limits."""

import asyncio
import email.message
from collections.abc import Callable, Coroutine
from typing import Any

import pydantic_core
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.errors import Problem
from service.keys import Scope
from service.security import Client, authorize
from service.settings import Settings
from service.state import service_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def guarded(scope: Scope | None) -> type[APIRoute]:
    """A class of routes that want a key which opens `scope`; None: any active key."""

    class Guarded(APIRoute):
        """Asks for the key first; then the body is read."""

        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def handler(request: Request) -> Response:
                service = service_of(request)
                client = authorize(request, service, scope)
                request.state.client = client
                request.state.log["client"] = client.name
                limited = LimitedRequest(request.scope, request.receive, service.settings)
                try:
                    return await handle(limited)
                except HTTPException as error:
                    # The framework wraps what reading a body raises.
                    if isinstance(error.__cause__, Problem):
                        raise error.__cause__ from None
                    raise

            return handler

    return Guarded


def client_of(request: Request) -> Client:
    """Who asks, on a guarded route."""
    found: Client = request.state.client
    return found


class LimitedRequest(Request):
    """A request whose body is counted as it comes in, must come in time, and must be JSON."""

    def __init__(self, scope: Any, receive: Any, settings: Settings) -> None:
        super().__init__(scope, receive)
        self._settings = settings

    async def body(self) -> bytes:
        """The body.

        Raises:
            Problem: `body_too_large`, `body_too_slow` or `media_type_unsupported`.
        """
        if not hasattr(self, "_body"):
            self._check_head()
            try:
                async with asyncio.timeout(self._settings.body_seconds):
                    self._body = await self._read()
            except TimeoutError:
                raise Problem(
                    "body_too_slow",
                    f"the body must come in within {self._settings.body_seconds:g} s",
                    headers={"Connection": "close"},
                ) from None
        return self._body

    async def json(self) -> Any:
        """The body as plain values; deeper nesting than 200 is refused.

        Raises:
            Problem: `json_invalid`, with the place.
        """
        try:
            return pydantic_core.from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            raise Problem("json_invalid", f"the body is not valid JSON: {error}") from None

    def _check_head(self) -> None:
        kind = email.message.Message()
        kind["content-type"] = self.headers.get("content-type", "")
        if kind.get_content_type() != "application/json":
            raise Problem(
                "media_type_unsupported",
                "send the body with `Content-Type: application/json`",
                headers={"Connection": "close"},
            )
        announced = self.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._settings.body_bytes:
            raise self._too_large()

    async def _read(self) -> bytes:
        parts, size = [], 0
        async for part in self.stream():
            size += len(part)
            if size > self._settings.body_bytes:
                raise self._too_large()
            parts.append(part)
        return b"".join(parts)

    def _too_large(self) -> Problem:
        # What still comes in is not read: the connection ends with the answer.
        return Problem(
            "body_too_large",
            f"a body may have {self._settings.body_bytes} bytes; send several requests",
            headers={"Connection": "close"},
        )
