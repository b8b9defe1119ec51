"""A data folder whose disk is full: told as such, nothing half-written, it goes on with space."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.integration.service_jobs.conftest import (
    ROWS,
    SPEC,
    Serve,
    half_way,
    in_state,
    sent,
    table,
    until,
)
from tests.support.small_disk import PAGE, SmallDisk, small_disk

pytestmark = [pytest.mark.server, pytest.mark.fault]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "data", "8m") as found:
        yield found


def upload(client: TestClient, content: bytes) -> Any:
    return client.post("/v1/uploads", params={"name": "train.csv"}, content=content)


def is_full(answer: Any) -> None:
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full"), answer.text
    assert answer.json()["retryable"] is True
    assert int(answer.headers["retry-after"]) > 0


def test_an_upload_that_has_no_room_leaves_nothing(serve: Serve, disk: SmallDisk) -> None:
    client = serve()
    # Small enough to stay in the buffer until its end, as large as a page, larger than all parts.
    for size, left in product((10, PAGE, 3 << 20), (0, 1)):
        disk.fill(left)
        is_full(upload(client, b"x" * size))
        assert list((disk.folder / "uploads").iterdir()) == []
        disk.free()
        assert upload(client, b"x" * size).status_code == 201
        client.app.state.service.jobs.folders.remove_old(-1, set())  # type: ignore[attr-defined]


def test_a_job_that_has_no_room_is_not_accepted_or_done_later(
    serve: Serve, disk: SmallDisk, unbroken: bytes
) -> None:
    client = serve()
    body = {"input": {"upload": upload(client, table()).json()["id"]}, "spec": SPEC, "copies": 2}
    refused = 0
    # From no room at all to enough for its folder, its plan and its line in the table.
    for left in range(24):
        disk.fill(left)
        answer = client.post("/v1/jobs", json=body)
        if answer.status_code == 202:
            break
        is_full(answer)
        refused += 1
        assert list((disk.folder / "jobs").iterdir()) == []
        assert client.get("/v1/jobs").json() == {"jobs": []}
        disk.free()
    disk.free()
    assert refused > 2
    job = answer.json()["id"]
    found = until(client, job, lambda one: one["state"] in ("done", "failed"))
    if found["state"] == "failed":  # its process may have met the full disk
        client.post(f"/v1/jobs/{job}/retry")
        until(client, job, in_state("done"))
    assert client.get(f"/v1/jobs/{job}/result").content == unbroken


def test_a_unit_that_has_no_room_fails_the_job_and_a_retry_goes_on(
    serve: Serve, disk: SmallDisk, place: Path, unbroken: bytes
) -> None:
    (place / "hold").touch()
    # Where even the end of an attempt finds no room, the lease brings the job back.
    client = serve(lease_seconds=2)
    job = sent(client)["id"]
    until(client, job, half_way(disk.folder, job))
    # Room for the tables of jobs, and none for what is left of the output.
    disk.fill(4)
    (place / "hold").unlink()
    error = until(client, job, in_state("failed"))["error"]
    assert error["code"] == "output_unusable"
    assert "the disk is full; free some space" in error["message"]
    assert str(disk.folder) not in error["message"]
    disk.free()
    assert client.post(f"/v1/jobs/{job}/retry").status_code == 202
    done = until(client, job, in_state("done"))
    assert done["summary"]["rows"] == ROWS
    assert client.get(f"/v1/jobs/{job}/result").content == unbroken
