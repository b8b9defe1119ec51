"""uvicorn with a drain: not ready first, accepted work finished, bounded, exit code 0."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from service import logs, problems
from service.errors import Problem
from service.security import HEADERS
from service.state import Service

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that waits only so long for the head of a request, and for who does not read.

    uvicorn alone waits for ever.
    """

    header_seconds = 10.0
    send_seconds = 30.0
    most_connections = 1000
    _head_timer: asyncio.TimerHandle | None = None
    _send_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client came; its first head must come in time."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            # Not by `limit_concurrency` of uvicorn, whose answer does not say when to come again.
            self.app = _busy
        # `pause_writing` comes with the first byte that the client does not take.
        transport.set_write_buffer_limits(high=0)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Bytes came: a head, a part of one, or of a body."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._head_came()
        elif self._head_timer is None and before.response_complete:
            # The first bytes of the next head, on a connection that was kept.
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client went away."""
        self._head_came()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not take what is sent; a connection that is closed would wait for it."""
        super().pause_writing()
        self._send_timer = self.loop.call_later(self.send_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has taken all."""
        self._taken()
        super().resume_writing()

    def _taken(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.header_seconds, self._give_up)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        self.transport.abort()


class Server(uvicorn.Server):
    """Ends by SIGTERM or ctrl-C without dropping what was accepted."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._draining: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell where."""
        await super().startup(sockets)
        names = [one.getsockname()[:2] for server in self.servers for one in server.sockets]
        logs.event("listening", addresses=[f"{host}:{port}" for host, port in names])

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Drain at the first signal, end at once at the second; uvicorn would end by the signal."""
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        del sig, frame
        if self._service.gate.draining:
            self.force_exit = self.should_exit = True
        self._service.gate.draining = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to leave the loop."""
        if self._service.gate.draining and self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return await super().on_tick(counter)

    async def _drain(self) -> None:
        """Stay reachable for those who still send, then leave when the work is done."""
        settings, gate = self._service.settings, self._service.gate
        logs.event("draining", inside=gate.inside)
        await asyncio.sleep(settings.drain_notice_seconds)
        if not await gate.emptied(settings.drain_seconds):
            logs.event("drain_incomplete", inside=gate.inside)
        self.should_exit = True


def configured(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves the application."""
    settings = _service(app).settings
    limits = {
        "header_seconds": settings.header_seconds,
        "send_seconds": settings.send_seconds,
        "most_connections": settings.connections,
    }
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": type("Protocol", (PatientProtocol,), limits),
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": list(settings.trusted_proxies),
        "timeout_keep_alive": settings.keep_alive_seconds,
        # Connections that hang when the work is done do not hold up the end.
        "timeout_graceful_shutdown": 2,
    }
    return uvicorn.Config(app, **options)


def run(app: FastAPI) -> None:
    """Serve until a signal ends it."""
    Server(configured(app), _service(app)).run()


async def _busy(scope: Scope, receive: Receive, send: Send) -> None:
    """What a connection beyond the limit is told; its request is not looked at."""
    problem = Problem(
        "queue_full",
        "more connections are open than this server keeps",
        retry_after=1,
        headers={"Connection": "close", **HEADERS},
    )
    await problems.response(problem)(scope, receive, send)


def _service(app: FastAPI) -> Service:
    found: Service = app.state.service
    return found
