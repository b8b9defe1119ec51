"""Load on a server over loopback, from one event loop: plain HTTP, one connection a request.

A closed loop has so many clients, each with one request at a time. An open loop sends at its times
whatever is answered, and counts the seconds of a request from when it was due, so that a slow
server cannot slow down what measures it.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.support.real_server import RealServer


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; a status of 0 where none came. `seconds` until all of it was there."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Door:
    """Where requests go, and as whom."""

    port: int
    key: str | None = None
    path: str = "/v1/augment"
    accept: str = "application/json"

    async def post(self, body: bytes, due: float | None = None) -> Answer:
        """Send a request; `due` is when it should have gone out, on the clock of the loop."""
        clock = asyncio.get_running_loop().time
        began = clock() if due is None else due
        try:
            said = await self._exchange(body)
        except OSError:
            return Answer(0, {}, b"", clock() - began)
        head, _, rest = said.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        return Answer(int((first.split() or ["0", "0"])[1]), headers, rest, clock() - began)

    async def _exchange(self, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self.head(len(body)) + body)
            return await reader.read()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def head(self, length: int, **headers: str) -> bytes:
        """The head of a request with a body of JSON."""
        lines = {
            "Host": "localhost", "Content-Type": "application/json",
            "Content-Length": str(length), "Connection": "close", "Accept": self.accept, **headers,
        }  # fmt: skip
        if self.key is not None:
            lines["Authorization"] = f"Bearer {self.key}"
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"POST {self.path} HTTP/1.1\r\n{told}\r\n".encode()


async def closed_loop(
    door: Door, bodies: Sequence[bytes], clients: int, seconds: float
) -> list[Answer]:
    """So many clients for so long; each finishes what it began."""
    loop = asyncio.get_running_loop()
    end, turn, found = loop.time() + seconds, itertools.cycle(bodies), list[Answer]()

    async def client() -> None:
        while loop.time() < end:
            found.append(await door.post(next(turn)))

    await asyncio.gather(*(client() for _ in range(clients)))
    return found


async def open_loop(
    door: Door, bodies: Sequence[bytes], a_second: float, seconds: float
) -> list[Answer]:
    """Requests at their times; returns when all are answered."""
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), list[asyncio.Task[Answer]]()
    for number in range(int(a_second * seconds)):
        due = began + number / a_second
        await asyncio.sleep(max(0.0, due - loop.time()))
        sent.append(asyncio.create_task(door.post(bodies[number % len(bodies)], due)))
    return list(await asyncio.gather(*sent))


def quantile(seconds: Sequence[float], share: float) -> float:
    """The time within which such a share is."""
    found = sorted(seconds)
    return found[min(len(found) - 1, int(share * len(found)))]


@dataclass
class Phase:
    """What came of requests; seconds by both clocks, and by how many bytes the server grew."""

    answers: list[Answer] = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0
    grown: int = 0

    @property
    def texts(self) -> int:
        """Copies that were made, of one a text."""
        return self._sum("copies")

    @property
    def errors(self) -> int:
        """Texts of accepted requests that ended with an error."""
        return self._sum("errors")

    @property
    def a_second(self) -> float:
        """Texts done by the clock."""
        return self.texts / self.wall

    @property
    def a_cpu_second(self) -> float:
        """Texts done by the CPU of the server's processes."""
        return self.texts / self.cpu

    def _sum(self, name: str) -> int:
        good = [json.loads(one.body) for one in self.answers if one.status == 200]
        return sum(one["summary"][name] for one in good)


@contextmanager
def phase(server: RealServer) -> Iterator[Phase]:
    """Measure what the server does meanwhile; whoever asks puts the answers into it."""
    found, began, cpu, memory = Phase(), time.monotonic(), server.cpu(), server.memory()
    yield found
    found.wall, found.cpu = time.monotonic() - began, server.cpu() - cpu
    found.grown = server.memory() - memory
