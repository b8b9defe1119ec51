"""Servers that are killed, stopped and ended in the middle of jobs; others that take over."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from augment.randomness import stream
from service.keys import KeyFile
from tests.integration.service_jobs.conftest import children, half_way, in_state, sent, until
from tests.support import postgres

pytestmark = [pytest.mark.server, pytest.mark.fault]


class Server:
    """A server process, and a client of it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "tests.support.serve_jobs", json.dumps(settings)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.lines: list[dict[str, Any]] = []
        self.listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.listening.wait()
        found = [line for line in self.lines if line["event"] == "listening"]
        if not found:
            self.close()
            raise AssertionError(json.dumps(self.lines))
        (address,) = found[0]["addresses"]
        self.client = httpx2.Client(base_url=f"http://{address}", timeout=30)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))
            if self.lines[-1]["event"] == "listening":
                self.listening.set()
        self.listening.set()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
        if hasattr(self, "client"):
            self.client.close()


Start = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path, place: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def started(**settings: Any) -> Server:
            given = {
                "port": 0,
                "keys": str(tmp_path / "keys.json"),
                "data": str(tmp_path / "data"),
                "drain_notice_seconds": 0,
                **settings,
            }
            server = Server(given)
            stack.callback(server.close)
            return server

        yield started


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    if (why := postgres.unusable()) is not None:
        pytest.skip(why)
    with postgres.running() as url:
        yield url


def result(server: Server, job: str) -> bytes:
    until(server.client, job, in_state("done"))
    return server.client.get(f"/v1/jobs/{job}/result").content


def test_a_killed_server_goes_on_with_its_jobs(
    start: Start, place: Path, tmp_path: Path, unbroken: bytes
) -> None:
    (place / "hold").touch()
    server = start(lease_seconds=3600)  # so it is not the lease that brings it back
    job, waiting = sent(server.client), sent(server.client)
    until(server.client, job["id"], half_way(tmp_path / "data", job["id"]))
    units = tmp_path / "data" / "jobs" / job["id"] / "output" / "augmented.csv.work" / "units"
    before = {path: path.stat().st_ino for path in units.glob("0000000[01]-*")}
    (child,) = children(job["id"])
    server.kill()
    again = start(lease_seconds=3600)
    until(again.client, job["id"], lambda _: child not in children(job["id"]) != [])
    assert {path: path.stat().st_ino for path in units.glob("0000000[01]-*")} == before != {}
    (place / "hold").unlink()
    assert result(again, job["id"]) == unbroken
    assert result(again, waiting["id"]) == unbroken
    # Taken up by dbos as the same attempt.
    assert again.client.get(f"/v1/jobs/{job['id']}").json()["attempt"] == 1


def test_a_server_that_is_killed_at_any_moment(
    start: Start, tmp_path: Path, unbroken: bytes
) -> None:
    server = start(lease_seconds=1)
    jobs = [sent(server.client)["id"] for _ in range(2)]
    draws = stream(11, "kills")
    for _ in range(5):
        # Moments drawn by how many answers came, and not by the clock.
        for _ in range(1 + draws.below(40)):
            server.client.get(f"/v1/jobs/{jobs[0]}")
        server.kill()
        server = start(lease_seconds=1)
    for job in jobs:
        assert result(server, job) == unbroken


def test_sigterm_gives_jobs_back_and_they_go_on(
    start: Start, place: Path, tmp_path: Path, unbroken: bytes
) -> None:
    (place / "hold").touch()
    server = start()
    job = sent(server.client)
    until(server.client, job["id"], half_way(tmp_path / "data", job["id"]))
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait() == 0
    (place / "hold").unlink()
    again = start()
    assert result(again, job["id"]) == unbroken


def test_a_second_server_is_no_replica_of_the_same_name(start: Start) -> None:
    start()
    with pytest.raises(AssertionError, match="another server runs as replica 'main'"):
        start()


def test_a_replica_takes_over_from_a_dead_one(
    start: Start, place: Path, tmp_path: Path, unbroken: bytes, database: str
) -> None:
    (place / "hold").touch()
    shared = {"database": database, "lease_seconds": 2}
    one = start(replica="one", **shared)
    job = sent(one.client)
    until(one.client, job["id"], half_way(tmp_path / "data", job["id"]))
    two = start(replica="two", **shared)
    assert two.client.get(f"/v1/jobs/{job['id']}").json()["state"] == "running"
    one.kill()
    (place / "hold").unlink()
    assert result(two, job["id"]) == unbroken
    assert two.client.get(f"/v1/jobs/{job['id']}").json()["attempt"] == 2
    # The dead one comes back, and leaves what is no longer its own.
    back = start(replica="one", **shared)
    assert result(back, job["id"]) == unbroken


def test_a_replica_that_hung_past_its_lease_changes_nothing(
    start: Start, place: Path, tmp_path: Path, unbroken: bytes, database: str
) -> None:
    (place / "hold").touch()
    shared = {"database": database, "lease_seconds": 2}
    one = start(replica="one", **shared)
    job = sent(one.client)
    until(one.client, job["id"], half_way(tmp_path / "data", job["id"]))
    two = start(replica="two", **shared)
    os.kill(one.process.pid, signal.SIGSTOP)
    until(two.client, job["id"], lambda found: found["attempt"] == 2)
    os.kill(one.process.pid, signal.SIGCONT)
    (place / "hold").unlink()
    assert result(two, job["id"]) == unbroken
    assert one.client.get(f"/v1/jobs/{job['id']}").json()["attempt"] == 2


def test_keys_stay_out_of_the_logs_of_jobs(start: Start, tmp_path: Path) -> None:
    key = KeyFile(tmp_path / "keys.json").add("team-a")
    server = start()
    server.client.headers["Authorization"] = f"Bearer {key}"
    job = sent(server.client, columns={"text": "text"})
    until(server.client, job["id"], in_state("done"))
    told = json.dumps(server.lines)
    assert key not in told
    assert "parcel" not in told
    assert str(tmp_path) not in told
