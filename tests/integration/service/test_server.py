"""A real server process: signals, slow clients, and that it tells where it listens."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service.keys import KeyFile

pytestmark = pytest.mark.server

GOOD: dict[str, Any] = {
    "texts": ["A big dog sleeps."],
    "spec": {"steps": [{"kind": "masking", "rate": 0.3}]},
}


class Process:
    """A server, its address, and the lines that it logged."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", *arguments]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.lines: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for(lambda: any(line["event"] == "listening" for line in self.lines))
        (line,) = [line for line in self.lines if line["event"] == "listening"]
        self.host, _, port = line["addresses"][0].rpartition(":")
        self.port = int(port)
        self.client = httpx2.Client(base_url=f"http://{self.host}:{self.port}", timeout=30)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))

    def wait_for(self, seen: Callable[[], bool]) -> None:
        """Until something is seen, or the server has ended."""
        while not seen():
            assert self.process.poll() is None, self.lines
            time.sleep(0.01)

    def code(self) -> int:
        """The exit code, once all lines are read."""
        found = self.process.wait(30)
        self._reader.join(30)
        return found

    def close(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait()
        self._reader.join(30)
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    with ExitStack() as stack:

        def started(**settings: Any) -> Process:
            settings = {"port": 0, "keys": str(tmp_path / "keys.json"), **settings}
            process = Process("tests.support.serve_local", json.dumps(settings))
            stack.callback(process.close)
            return process

        yield started


def test_a_server_answers_and_ends_with_0(start: Callable[..., Process]) -> None:
    server = start(drain_notice_seconds=0)
    assert server.client.get("/readyz").json() == {"status": "ready", "probed": ["words"]}
    assert server.client.post("/v1/augment", json=GOOD).json()["summary"]["copies"] == 1
    server.process.send_signal(signal.SIGTERM)
    assert server.code() == 0


def test_the_command_serves_with_its_own_workers(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    headers = {"Authorization": f"Bearer {file.add('team-a')}"}
    server = Process(
        "service",
        "serve",
        "--port",
        "0",
        "--keys",
        str(file.path),
        "--data",
        str(tmp_path / "data"),
    )
    try:
        assert server.client.post("/v1/augment", json=GOOD).status_code == 401
        answer = server.client.post("/v1/augment", json=GOOD, headers=headers)
        assert answer.json()["summary"]["copies"] == 1
        assert server.client.get("/v1/info", headers=headers).json()["workers"] >= 2
        server.process.send_signal(signal.SIGTERM)
        assert server.code() == 0
    finally:
        server.close()


def test_a_folder_of_jobs_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    command = [sys.executable, "-m", "service", "serve", "--port", "0", "--data", "data"]
    keys = ["--keys", str(tmp_path / "keys.json")]
    done = subprocess.run(
        [*command, *keys], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 3
    assert done.stdout == ""
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    (told,) = [line for line in lines if line["event"] == "start_failed"]
    assert told["code"] == "settings_invalid"
    assert "data: the folder data cannot be used (Not a directory)" in told["message"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
def test_accepted_work_is_finished_after_sigterm(
    start: Callable[..., Process], accept: str
) -> None:
    server = start(held=True, drain_notice_seconds=0)
    answers = []

    def ask() -> None:
        with httpx2.Client(base_url=server.client.base_url, timeout=30) as client:
            answers.append(client.post("/v1/augment", json=GOOD, headers={"Accept": accept}))

    asking = threading.Thread(target=ask)
    asking.start()
    server.wait_for(lambda: "augment_requests_at_once 1.0" in server.client.get("/metrics").text)
    server.process.send_signal(signal.SIGTERM)
    server.wait_for(lambda: any(line["event"] == "draining" for line in server.lines))
    assert server.client.get("/readyz").json()["code"] == "draining"
    refused = server.client.post("/v1/augment", json=GOOD)
    assert (refused.status_code, refused.json()["code"]) == (503, "draining")
    assert server.process.poll() is None
    server.process.send_signal(signal.SIGUSR1)
    asking.join(30)
    assert answers[0].status_code == 200
    assert '"copies":1' in answers[0].text
    assert server.code() == 0
    assert "drain_incomplete" not in [line["event"] for line in server.lines]


def test_a_drain_is_bounded(start: Callable[..., Process]) -> None:
    server = start(held=True, drain_notice_seconds=0, drain_seconds=0.2)
    failed = []

    def ask() -> None:
        with httpx2.Client(base_url=server.client.base_url, timeout=30) as client:
            try:
                failed.append(client.post("/v1/augment", json=GOOD).status_code)
            except httpx2.HTTPError as error:
                failed.append(type(error))

    asking = threading.Thread(target=ask)
    asking.start()
    server.wait_for(lambda: "augment_requests_at_once 1.0" in server.client.get("/metrics").text)
    server.process.send_signal(signal.SIGTERM)
    assert server.code() == 0
    asking.join(30)
    assert failed != [200]
    assert [line["inside"] for line in server.lines if line["event"] == "drain_incomplete"] == [1]


def test_a_second_signal_ends_it_at_once(start: Callable[..., Process]) -> None:
    server = start(drain_notice_seconds=600)
    server.process.send_signal(signal.SIGINT)
    server.wait_for(lambda: any(line["event"] == "draining" for line in server.lines))
    server.process.send_signal(signal.SIGINT)
    assert server.code() == 0


@pytest.mark.parametrize("sent", [b"", b"GET /livez HT", b"GET /livez HTTP/1.1\r\nHost: local"])
def test_a_head_that_does_not_come_ends_the_connection(
    start: Callable[..., Process], sent: bytes
) -> None:
    server = start(header_seconds=0.2)
    with socket.create_connection((server.host, server.port), 30) as connection:
        connection.sendall(sent)
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
    assert server.client.get("/livez").status_code == 200


def test_a_second_head_that_does_not_come_ends_the_connection(
    start: Callable[..., Process],
) -> None:
    server = start(header_seconds=0.2, keep_alive_seconds=3600)
    head = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection((server.host, server.port), 30) as connection:
        for _ in range(2):
            connection.sendall(head)
            answer = b""
            while not answer.endswith(b'{"status":"alive"}'):
                answer += connection.recv(10_000)
        connection.sendall(head[:20])
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""


def test_a_body_that_does_not_come_is_told(start: Callable[..., Process]) -> None:
    server = start(body_seconds=0.2)
    head = (
        b"POST /v1/augment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 10\r\n\r\n{"
    )
    with socket.create_connection((server.host, server.port), 30) as connection:
        connection.sendall(head)
        answer = b""
        while part := connection.recv(10_000):
            answer += part
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"body_too_slow"' in answer


def test_what_is_no_http_is_refused(start: Callable[..., Process]) -> None:
    server = start()
    with socket.create_connection((server.host, server.port), 30) as connection:
        connection.sendall(b"\x16\x03\x01 canarybird\r\n\r\n")
        assert connection.recv(10_000).startswith(b"HTTP/1.1 400 ")
    assert server.client.get("/livez").status_code == 200
    assert "canarybird" not in str(server.lines)
