"""What the metrics tell of jobs."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from tests.integration.service_jobs.conftest import ROWS, Serve, in_state, sent, until


def told(page: str) -> dict[str, float]:
    """The figures of jobs by name and labels."""
    lines = [line.rpartition(" ") for line in page.splitlines() if line.startswith("augment_job")]
    return {name: float(value) for name, _, value in lines}


def test_states_age_and_what_was_done(serve: Serve, place: Path) -> None:
    client = serve()
    before = told(client.get("/metrics").text)
    assert before["augment_job_rows_total"] == before["augment_jobs_oldest_waiting_seconds"] == 0
    (place / "hold").touch()
    first = sent(client)["id"]
    until(client, first, in_state("running"))
    second = sent(client)["id"]  # one at a time: it waits
    held = told(client.get("/metrics").text)
    assert held['augment_jobs{state="running"}'] == held['augment_jobs{state="queued"}'] == 1
    assert held["augment_jobs_oldest_waiting_seconds"] > 0
    (place / "hold").unlink()
    done = [until(client, job, in_state("done")) for job in (first, second)]
    after = told(client.get("/metrics").text)
    assert after['augment_jobs{state="done"}'] == 2
    assert after['augment_jobs{state="queued"}'] == 0
    assert after["augment_jobs_oldest_waiting_seconds"] == 0
    assert after["augment_job_rows_total"] == 2 * ROWS
    assert after["augment_job_copies_total"] == sum(one["progress"]["copies"] for one in done)


def test_rows_of_a_job_that_goes_on_are_counted_once(serve: Serve, place: Path) -> None:
    client = serve()
    (place / "hold").touch()
    job = sent(client)["id"]
    until(client, job, lambda found: found["progress"]["rows"] > 0)
    client.post(f"/v1/jobs/{job}/pause")
    until(client, job, in_state("paused"))
    (place / "hold").unlink()
    client.post(f"/v1/jobs/{job}/resume")
    until(client, job, in_state("done"))
    assert told(client.get("/metrics").text)["augment_job_rows_total"] == ROWS


def test_a_database_that_fails_leaves_the_other_metrics(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()

    def broken() -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(client.app.state.service.jobs.store, "states", broken)  # type: ignore[attr-defined]
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "augment_queue_items" in answer.text
    assert told(answer.text) == {}
