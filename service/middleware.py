"""What happens around every request: an id, headers, the log line, the metrics, the last net."""

import asyncio
import logging
import re
import time
from typing import Any, Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import logs, problems
from service.errors import Problem
from service.security import add_headers, check_host
from service.state import Service
from service.tracing import RequestSpan

# Ids of others are taken if they can hold no text and no key.
_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_QUIET: Final = ("/livez", "/readyz", "/metrics")


class Around:
    """ASGI middleware around all routes."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; anything else goes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, _told_once(send))
            return
        with self._service.tracing.request(Headers(scope=scope)) as span:
            call = _Call(scope, send, self._service.settings.send_seconds, span)
            await self._answered(call, scope, receive)

    async def _answered(self, call: "_Call", scope: Scope, receive: Receive) -> None:
        try:
            check_host(Headers(scope=scope), self._service)
            await self._app(scope, receive, call.send)
        except ClientDisconnect:
            pass  # nobody reads an answer; it is counted below
        except Problem as problem:
            self._service.metrics.problems.labels(problem.code).inc()
            await problems.response(problem, request_id=call.id)(scope, receive, call.send)
        except Exception as error:
            logs.event("bug", level=logging.ERROR, request=call.id, exception=logs.described(error))
            await self._failed(call, scope, receive)
        finally:
            self._count(call, scope)

    async def _failed(self, call: "_Call", scope: Scope, receive: Receive) -> None:
        """A problem document, or a broken connection where the answer has begun."""
        if call.status is not None:
            raise ConnectionAbortedError("the answer had begun when the server failed") from None
        problem = Problem("internal_error", f"a bug in the server; its log has it under {call.id}")
        await problems.response(problem, request_id=call.id)(scope, receive, call.send)

    def _count(self, call: "_Call", scope: Scope) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status = call.status or 499  # the client went away before the answer began
        seconds = time.perf_counter() - call.began
        self._service.metrics.requests.labels(route, method, str(status)).inc()
        self._service.metrics.seconds.labels(route).observe(seconds)
        call.span.answered(route=route, method=method, status=status, request=call.id)
        if route not in _QUIET or status >= 500:
            fields = scope["state"].get("log", {})
            if call.span.trace_id is not None:
                fields["trace"] = call.span.trace_id
            logs.event(
                "request", request=call.id, route=route, method=method, status=status,
                milliseconds=round(1000 * seconds, 1), **fields,
            )  # fmt: skip


def _told_once(send: Send) -> Send:
    """Without the traceback of a start that failed: the log says in a line of its own why."""

    async def told(message: Message) -> None:
        failed = message["type"] == "lifespan.startup.failed"
        await send({"type": message["type"]} if failed else message)

    return told


class _Call:
    """One request: its id, when it began, and the status of its answer."""

    def __init__(self, scope: Scope, send: Send, send_seconds: float, span: RequestSpan) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self.id = given if _ID.fullmatch(given) else str(uuid4())
        self.span = span
        self.began = time.perf_counter()
        self.status: int | None = None
        self._send = send
        self._send_seconds = send_seconds
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = self.id
        state["log"] = {}

    async def send(self, message: Message) -> None:
        """Pass a message on; the first gets the headers of every answer.

        Raises:
            ClientDisconnect: the client does not read; its work must not be held up for that.
        """
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.id
            if self.span.header is not None:
                headers["traceresponse"] = self.span.header
            add_headers(headers)
            spent = f"total;dur={1000 * (time.perf_counter() - self.began):.1f}"
            before = headers.get("Server-Timing")
            headers["Server-Timing"] = f"{before}, {spent}" if before else spent
        try:
            async with asyncio.timeout(self._send_seconds):
                await self._send(message)
        except TimeoutError:
            raise ClientDisconnect from None
