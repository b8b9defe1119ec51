"""Clients that send slowly, leave, or do not read: the server goes on and keeps nothing of them."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.load import Door
from tests.support.real_server import RealServer, real_server

pytestmark = [pytest.mark.server, pytest.mark.fault]

MASKING: dict[str, Any] = {"steps": [{"kind": "masking", "rate": 0.2}]}
BODY = json.dumps({"texts": ["A big dog sleeps."], "spec": MASKING}).encode()
# Its answer, 8 MB, is more than all buffers hold between a server and who does not read.
LARGE = json.dumps(
    {"texts": ["A big dog sleeps. " * 400] * 100, "spec": MASKING, "copies": 10}
).encode()
MANY = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[RealServer]:
    folder = tmp_path_factory.mktemp("server")
    short = {"header_seconds": 2, "body_seconds": 2, "send_seconds": 2, "connections": 100}
    roomy = {"burst_cost": 10**8, "request_seconds": 600}
    with real_server(folder, cache=str(cache), **short, **roomy) as found:
        with found.client() as client:  # what it opens once and keeps is open from here on
            assert client.post("/v1/augment", content=BODY, headers=JSON).status_code == 200
        yield found


JSON = {"Content-Type": "application/json"}


@pytest.fixture
def door(server: RealServer) -> Door:
    return Door(server.port)


def connected(port: int) -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    found.settimeout(60)
    found.connect(("127.0.0.1", port))
    return found


def until(seen: Callable[[], bool]) -> None:
    """Wait; the time limit of tests bounds it."""
    while not seen():
        time.sleep(0.05)


def quiet(server: RealServer, before: int) -> None:
    """Until nothing is left of what clients wanted: no request, no text, no connection."""
    with server.client() as client:
        for name in ("requests_at_once", "queue_items", "queue_cost"):
            until(lambda name=name: f"\naugment_{name} 0.0\n" in client.get("/metrics").text)  # type: ignore[misc]
    until(lambda: server.open_files() <= before)


def everything(connection: socket.socket) -> bytes:
    """What the server sends until it ends the connection."""
    found = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(1 << 16):
            found += part
    return found


def works(server: RealServer) -> None:
    with server.client() as client:
        answer = client.post("/v1/augment", content=BODY, headers=JSON)
    assert answer.json()["summary"]["copies"] == 1


def test_bodies_that_do_not_come_to_their_end(server: RealServer, door: Door) -> None:
    before = server.open_files()
    head = door.head(len(BODY))
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(server.port)) for _ in range(MANY)]
        for one in slow:
            one.sendall(head + BODY[:10])
        works(server)
        for one in slow:
            answer = everything(one)
            assert answer.startswith(b"HTTP/1.1 408 ")
            assert b'"code":"body_too_slow"' in answer
    quiet(server, before)
    works(server)


def test_clients_that_leave(server: RealServer, door: Door) -> None:
    before = server.open_files()
    whole, large = door.head(len(BODY)) + BODY, door.head(len(LARGE)) + LARGE
    for sent in (b"", whole[:30], whole[:-5], whole, large, large[:-1000]):
        for _ in range(MANY // 4):
            with connected(server.port) as one:
                one.sendall(sent)
    works(server)
    quiet(server, before)
    works(server)


def test_clients_that_do_not_read(server: RealServer, door: Door) -> None:
    before = server.open_files()
    head = door.head(len(LARGE), Accept="application/x-ndjson")
    with ExitStack() as stack:
        deaf = [stack.enter_context(connected(server.port)) for _ in range(2)]
        for one in deaf:
            one.sendall(head + LARGE)
        works(server)
        quiet(server, before)
        for one in deaf:
            answer = everything(one)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert b'"index":0' in answer
            assert b'"summary"' not in answer
    works(server)


def test_more_connections_than_are_kept(server: RealServer, door: Door) -> None:
    before = server.open_files()
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connected(server.port))
        until(lambda: server.open_files() >= before + 100)
        with connected(server.port) as one:
            one.sendall(door.head(len(BODY)) + BODY)
            answer = everything(one)
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b'"code":"queue_full"' in answer
        assert b"\r\nretry-after: 1\r\n" in answer.lower()
    quiet(server, before)
    works(server)
