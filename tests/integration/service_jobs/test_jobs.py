"""Jobs over HTTP: made, watched, paused, cancelled, tried again, downloaded."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.keys import KeyFile
from tests.integration.service_jobs.conftest import (
    ROWS,
    SPEC,
    Serve,
    children,
    half_way,
    in_state,
    sent,
    table,
    until,
)

pytestmark = pytest.mark.server


def wait_gone(command: str) -> None:
    while children(command):
        pass


def test_a_job_makes_what_expand_makes(serve: Serve, unbroken: bytes) -> None:
    client = serve()
    job = sent(client)
    with client.stream("GET", f"/v1/jobs/{job['id']}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line.startswith("data: ")]
    told = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert told[-1]["state"] == "done"
    done = client.get(f"/v1/jobs/{job['id']}").json()
    assert done["summary"]["rows"] == ROWS
    assert done["summary"]["written"] == 2 * ROWS
    assert done["progress"]["position"] == done["progress"]["size"] == len(table())
    assert done["files"] == ["result", "report"]
    assert client.get(f"/v1/jobs/{job['id']}/result").content == unbroken
    report = client.get(f"/v1/jobs/{job['id']}/report")
    assert report.text.startswith("<!")
    assert "sandbox" in report.headers["content-security-policy"]
    assert client.get(f"/v1/jobs/{job['id']}/rejects").status_code == 404
    assert [one["id"] for one in client.get("/v1/jobs").json()["jobs"]] == [job["id"]]


def test_no_path_of_the_server_is_told(serve: Serve, tmp_path: Path) -> None:
    client = serve()
    job = sent(client)
    until(client, job["id"], in_state("done"))
    assert str(tmp_path) not in client.get(f"/v1/jobs/{job['id']}").text


def test_rejects_and_several_workers(serve: Serve) -> None:
    client = serve()
    bad = table() + b"ragged\n"
    upload = client.post("/v1/uploads", params={"name": "train.csv"}, content=bad).json()
    body = {"input": {"upload": upload["id"]}, "preset": "mask", "workers": 2, "seed": 3}
    job = client.post("/v1/jobs", json=body).json()
    done = until(client, job["id"], in_state("done"))
    assert done["files"] == ["result", "rejects", "report"]
    (reject,) = client.get(f"/v1/jobs/{job['id']}/rejects").text.splitlines()
    assert json.loads(reject)["line"] == ROWS + 2


def test_the_same_key_is_the_same_job(serve: Serve) -> None:
    client = serve()
    upload = client.post("/v1/uploads", params={"name": "train.csv"}, content=table()).json()
    body = {"input": {"upload": upload["id"]}, "spec": SPEC}
    headers = {"Idempotency-Key": "monday"}
    first = client.post("/v1/jobs", json=body, headers=headers)
    second = client.post("/v1/jobs", json=body, headers=headers)
    assert first.json()["id"] == second.json()["id"]
    other = client.post("/v1/jobs", json={**body, "seed": 9}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert len(client.get("/v1/jobs").json()["jobs"]) == 1


def test_a_file_below_a_root(serve: Serve, tmp_path: Path, unbroken: bytes) -> None:
    root = tmp_path / "shared"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "train.csv").write_bytes(table())
    (tmp_path / "secret.csv").write_bytes(table())
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    client = serve(data_roots=(root,))
    body = {"input": {"file": "deep/train.csv"}, "spec": SPEC, "copies": 2}
    job = client.post("/v1/jobs", json=body).json()
    until(client, job["id"], in_state("done"))
    assert client.get(f"/v1/jobs/{job['id']}/result").content == unbroken
    for name in ("../secret.csv", "link.csv", str(tmp_path / "secret.csv"), "deep", "a\0b", "no"):
        answer = client.post("/v1/jobs", json={**body, "input": {"file": name}})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), name
        assert str(tmp_path) not in answer.json()["detail"]


def test_pause_and_resume(serve: Serve, place: Path, tmp_path: Path, unbroken: bytes) -> None:
    (place / "hold").touch()
    client = serve()
    job = sent(client)
    until(client, job["id"], half_way(tmp_path / "data", job["id"]))
    assert client.post(f"/v1/jobs/{job['id']}/resume").json()["code"] == "job_state"
    assert client.post(f"/v1/jobs/{job['id']}/pause").json()["wanted"] == "pause"
    until(client, job["id"], in_state("paused"))
    wait_gone(job["id"])
    (place / "hold").unlink()
    assert client.post(f"/v1/jobs/{job['id']}/resume").json()["attempt"] == 2
    until(client, job["id"], in_state("done"))
    assert client.get(f"/v1/jobs/{job['id']}/result").content == unbroken
    late = client.post(f"/v1/jobs/{job['id']}/pause")
    assert (late.status_code, late.json()["code"]) == (409, "job_state")


def test_cancel_a_running_and_a_queued_job(serve: Serve, place: Path, tmp_path: Path) -> None:
    (place / "hold").touch()
    client = serve()
    job = sent(client)
    until(client, job["id"], half_way(tmp_path / "data", job["id"]))
    waiting = sent(client)
    assert client.post(f"/v1/jobs/{waiting['id']}/cancel").json()["state"] == "cancelled"
    client.post(f"/v1/jobs/{job['id']}/cancel")
    until(client, job["id"], in_state("cancelled"))
    wait_gone(job["id"])
    assert not (tmp_path / "data" / "jobs" / job["id"] / "output").exists()
    assert client.delete(f"/v1/jobs/{job['id']}").status_code == 204
    assert client.get(f"/v1/jobs/{job['id']}").status_code == 404
    assert not (tmp_path / "data" / "jobs" / job["id"]).exists()


def test_a_job_process_that_is_killed_is_replaced(
    serve: Serve, place: Path, tmp_path: Path, unbroken: bytes
) -> None:
    (place / "hold").touch()
    client = serve()
    job = sent(client)
    until(client, job["id"], half_way(tmp_path / "data", job["id"]))
    (child,) = children(job["id"])
    os.kill(child, signal.SIGKILL)
    until(client, job["id"], lambda _: child not in children(job["id"]) != [])
    (place / "hold").unlink()
    done = until(client, job["id"], in_state("done"))
    assert done["attempt"] == 1
    assert client.get(f"/v1/jobs/{job['id']}/result").content == unbroken


def failed(client: TestClient, job: str) -> dict[str, Any]:
    seen: Callable[[dict[str, Any]], bool] = in_state("failed")
    found: dict[str, Any] = until(client, job, seen)["error"]
    return found


def test_a_process_that_always_dies_fails_the_job_and_a_retry_goes_on(
    serve: Serve, place: Path, unbroken: bytes
) -> None:
    (place / "doom").touch()
    client = serve()
    job = sent(client)
    error = failed(client, job["id"])
    assert error["code"] == "process_died"
    assert "by signal 9" in error["message"]
    (place / "doom").unlink()
    client.post(f"/v1/jobs/{job['id']}/retry")
    until(client, job["id"], in_state("done"))
    assert client.get(f"/v1/jobs/{job['id']}/result").content == unbroken


def test_no_space_fails_the_job_with_the_reason_and_a_retry_goes_on(
    serve: Serve, place: Path, tmp_path: Path, unbroken: bytes
) -> None:
    (place / "full").touch()
    client = serve()
    job = sent(client)
    error = failed(client, job["id"])
    assert error["code"] == "output_unusable"
    assert "cannot be written: File too large" in error["message"]
    assert str(tmp_path) not in error["message"]
    (place / "full").unlink()
    client.post(f"/v1/jobs/{job['id']}/retry")
    until(client, job["id"], in_state("done"))
    assert client.get(f"/v1/jobs/{job['id']}/result").content == unbroken


def test_what_cannot_be_read_is_told_before_it_is_accepted(serve: Serve) -> None:
    client = serve(copies=5)
    upload = client.post("/v1/uploads", params={"name": "train.csv"}, content=table()).json()
    body: dict[str, Any] = {"input": {"upload": upload["id"]}, "spec": SPEC}
    cases = [
        ({"columns": {"text": "nope"}}, 422, "data_invalid"),
        ({"balance": "much"}, 422, "request_invalid"),
        ({"copies": 6}, 413, "too_many_copies"),
        ({"preset": "mask"}, 422, "request_invalid"),
        ({"input": {"upload": "0" * 32}}, 404, "not_found"),
    ]
    for change, status, code in cases:
        answer = client.post("/v1/jobs", json={**body, **change})
        assert (answer.status_code, answer.json()["code"]) == (status, code), change
    assert client.get("/v1/jobs").json() == {"jobs": []}


def test_uploads_have_limits_and_leave_nothing(serve: Serve, tmp_path: Path) -> None:
    client = serve(upload_bytes=1000, uploads=1)
    cases = [("big.csv", b"x" * 1001, 413, "body_too_large")]
    names = ("", "../a.csv", "a.exe", ".csv", "a/b.csv", "a\0.csv")
    cases += [(name, b"text\n", 422, "request_invalid") for name in names]
    for name, content, status, code in cases:
        answer = client.post("/v1/uploads", params={"name": name}, content=content)
        assert (answer.status_code, answer.json()["code"]) == (status, code), name
    assert list((tmp_path / "data" / "uploads").iterdir()) == []
    assert client.post("/v1/uploads", params={"name": "a.csv"}, content=b"a").status_code == 201
    more = client.post("/v1/uploads", params={"name": "a.csv"}, content=b"a")
    assert (more.status_code, more.json()["code"]) == (429, "too_many_jobs")
    assert more.headers["retry-after"]


def test_jobs_and_uploads_of_others_are_not_there(serve: Serve, tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    mine, other = ({"Authorization": f"Bearer {file.add(name)}"} for name in ("team-a", "team-b"))
    narrow = {"Authorization": f"Bearer {file.add('team-c', ('augment',))}"}
    client = serve()
    client.headers.update(mine)
    job = sent(client)
    upload = client.post("/v1/uploads", params={"name": "train.csv"}, content=table()).json()
    place = f"/v1/jobs/{job['id']}"
    for method, path in (("GET", place), ("POST", f"{place}/cancel"), ("DELETE", place)):
        assert client.request(method, path, headers=other).status_code == 404
    body = {"input": {"upload": upload["id"]}, "spec": SPEC}
    assert client.post("/v1/jobs", json=body, headers=other).json()["code"] == "not_found"
    assert client.get("/v1/jobs", headers=other).json() == {"jobs": []}
    assert client.get("/v1/jobs", headers=narrow).json()["code"] == "scope_missing"


def test_a_client_has_only_so_many_jobs(serve: Serve, place: Path) -> None:
    (place / "hold").touch()
    client = serve(jobs_waiting=1)
    sent(client)
    upload = client.post("/v1/uploads", params={"name": "train.csv"}, content=table()).json()
    body = {"input": {"upload": upload["id"]}, "spec": SPEC}
    answer = client.post("/v1/jobs", json=body)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_jobs")


def test_what_is_old_goes(serve: Serve, tmp_path: Path) -> None:
    client = serve(job_days=0)
    jobs = client.app.state.service.jobs  # type: ignore[attr-defined]
    job = sent(client)
    until(client, job["id"], in_state("done"))
    jobs._remove_old()
    assert client.get(f"/v1/jobs/{job['id']}").status_code == 404
    assert list((tmp_path / "data" / "jobs").iterdir()) == []


def test_a_server_without_jobs_says_so(cache: Path, resources: Any, tmp_path: Path) -> None:
    from service.app import create_app
    from service.settings import Settings
    from tests.support.local_engine import LocalEngine

    app = create_app(Settings(cache=cache), LocalEngine(resources), KeyFile(tmp_path / "k.json"))
    with TestClient(app, "http://localhost") as client:
        assert client.get("/v1/jobs").json()["code"] == "jobs_off"
