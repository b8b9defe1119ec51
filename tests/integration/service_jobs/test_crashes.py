"""Servers that are killed, stopped and ended in the middle of jobs; others that take over."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from augment.randomness import stream
from service.keys import KeyFile
from tests.integration.service_jobs.conftest import (
    Start,
    children,
    family,
    half_way,
    in_state,
    result,
    sent,
    state,
    until,
)
from tests.support import postgres

pytestmark = [pytest.mark.server, pytest.mark.fault]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    if (why := postgres.unusable()) is not None:
        pytest.skip(why)
    with postgres.running() as url:
        yield url


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


def test_twenty_kills_of_the_server(start: Start, unbroken: bytes) -> None:
    draws = stream(20_261_122, "kills of the server")
    server = start(lease_seconds=1)
    jobs: list[str] = []
    for _ in range(20):
        # Moments drawn by how many answers came, and not by the clock; a job is always in flight.
        for _ in range(1 + draws.below(400)):
            if not jobs or state(server, jobs[-1]) == "done":
                jobs.append(sent(server.client)["id"])
        server.kill()
        server = start(lease_seconds=1)
    for job in jobs:
        assert result(server, job) == unbroken


def test_twenty_kills_of_the_processes_of_jobs(start: Start, unbroken: bytes) -> None:
    draws = stream(20_261_122, "kills of jobs")
    server = start()
    killed = 0
    while killed < 20:
        job = sent(server.client, workers=1 + draws.below(2))["id"]
        # The third death without progress would end the attempt.
        for _ in range(2):
            for _ in range(draws.below(150)):
                state(server, job)
            if alive := family(job):
                os.kill(alive[draws.below(len(alive))], signal.SIGKILL)
                killed += 1
        assert result(server, job) == unbroken
        assert server.client.get(f"/v1/jobs/{job}").json()["attempt"] == 1


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
