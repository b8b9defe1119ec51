"""Live, ready, draining, metrics; and a client that goes away."""

import asyncio
import gc
from typing import Any

import pytest
from starlette.testclient import TestClient

from augment.errors import ResourceError
from augment.resources import Resources
from service.app import create_app
from service.keys import KeyFile
from service.readiness import Readiness
from service.settings import Settings
from tests.integration.service.conftest import Serve
from tests.support.local_engine import LocalEngine

GOOD: dict[str, Any] = {
    "texts": ["A big dog sleeps.", "Where is it?"],
    "spec": {"steps": [{"kind": "masking", "rate": 0.3}]},
}


def test_ready_asks_the_engine_and_remembers_the_answer(
    client: TestClient, engine: LocalEngine
) -> None:
    for _ in range(3):
        assert client.get("/readyz").json() == {"status": "ready", "probed": ["words"]}
    assert engine.probes == 1


def test_a_dead_engine_is_not_ready_but_live(serve: Serve, engine: LocalEngine) -> None:
    engine.fault = RuntimeError("secret detail")
    client = serve()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.json()["detail"] == "the engine does not work (RuntimeError)"
    assert 1 <= int(answer.headers["retry-after"]) <= 10
    assert client.get("/livez").json() == {"status": "alive"}


def test_an_answer_is_found_anew_when_it_is_old() -> None:
    now = [0.0]
    probes = []

    async def probe() -> tuple[str, ...]:
        probes.append(now[0])
        if now[0] < 10:
            raise OSError
        return ("words",)

    async def asked() -> list[str | None]:
        readiness = Readiness(probe, age=10, limit=5, clock=lambda: now[0])
        first = await asyncio.gather(readiness.fault(), readiness.fault())
        now[0] = 4.0
        assert readiness.next_seconds() == 6
        now[0] = 10.0
        return [*first, await readiness.fault()]

    told = "the engine does not work (OSError)"
    assert asyncio.run(asked()) == [told, told, None]
    assert probes == [0.0, 10.0]


def test_a_probe_that_hangs_is_not_ready() -> None:
    async def asked() -> str | None:
        return await Readiness(asyncio.Event().wait, age=10, limit=0.01).fault()  # type: ignore[arg-type]

    assert asyncio.run(asked()) == "the engine did not answer within 0.01 s"


def test_a_draining_server_takes_no_work(client: TestClient) -> None:
    client.app.state.service.gate.draining = True  # type: ignore[attr-defined]
    assert client.get("/readyz").json()["code"] == "draining"
    answer = client.post("/v1/augment", json=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (503, "draining")
    assert answer.headers["retry-after"] == "1"
    assert client.get("/livez").status_code == 200


def test_the_engine_is_started_drained_and_closed(engine: LocalEngine, key_file: KeyFile) -> None:
    with TestClient(create_app(Settings(), engine, key_file), "http://localhost"):
        assert engine.calls == ["start"]
    assert engine.calls == ["start", "drain", "close"]


def test_an_engine_that_does_not_start_is_told(
    engine: LocalEngine, key_file: KeyFile, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise ResourceError("the workers do not start: run this to see why")

    engine.start = broken  # type: ignore[method-assign]
    app = create_app(Settings(), engine, key_file)
    with pytest.raises(ResourceError), TestClient(app, "http://localhost"):
        pytest.fail("it started")
    (told,) = [one for one in caplog.records if one.getMessage() == "start_failed"]
    assert vars(told)["fields"]["code"] == "resource_unusable"


def test_metrics_count_what_happened(client: TestClient) -> None:
    client.post("/v1/augment", json=GOOD)
    client.post("/v1/augment", json={**GOOD, "spec": {"steps": [{"kind": "masking", "rate": 0}]}})
    client.post("/v1/augment", json={})
    client.get("/v1/wherever")
    page = client.get("/metrics").text
    for line in (
        'augment_requests_total{method="POST",route="/v1/augment",status="200"} 2.0',
        'augment_requests_total{method="POST",route="/v1/augment",status="422"} 1.0',
        'augment_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'augment_items_total{outcome="done"} 4.0',
        'augment_copies_total{exact="true"} 2.0',
        'augment_copies_missing_total{reason="unchanged"} 2.0',
        'augment_problems_total{code="request_invalid"} 1.0',
        'augment_item_seconds_count{phase="working"} 4.0',
        "augment_requests_at_once 0.0",
        "augment_workers_alive 1.0",
    ):
        assert line in page.splitlines()


async def call(
    app: Any, body: bytes, accept: bytes, gone: asyncio.Event, deaf_from: str | None = None
) -> list[dict[str, Any]]:
    """One ASGI call; its client goes away when `gone` is set, and reads until `deaf_from`."""
    sent: list[dict[str, Any]] = []
    bodies = [{"type": "http.request", "body": body}]

    async def receive() -> dict[str, Any]:
        if bodies:
            return bodies.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == deaf_from:
            await asyncio.Event().wait()
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    headers.append((b"accept", accept))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/v1/augment", "raw_path": b"/v1/augment", "query_string": b"",
        "root_path": "", "headers": headers, "client": None, "server": ("localhost", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return sent


@pytest.mark.parametrize("accept", [b"application/json", b"application/x-ndjson"])
def test_work_is_dropped_when_its_client_goes_away(
    resources: Resources, key_file: KeyFile, accept: bytes
) -> None:
    async def run() -> tuple[LocalEngine, Any, list[dict[str, Any]]]:
        engine = LocalEngine(resources, held=asyncio.Event())
        app = create_app(Settings(burst_cost=100), engine, key_file)
        gone = asyncio.Event()
        body = b'{"texts": ["A big dog."], "spec": {"steps": [{"kind": "masking"}]}}'
        task = asyncio.create_task(call(app, body, accept, gone))
        await engine.begun.wait()
        assert app.state.service.gate.inside == 1
        gone.set()
        return engine, app.state.service, await task

    engine, service, sent = asyncio.run(run())
    assert sent == []
    assert engine.calls == ["ended 0 of 1"]
    assert (engine.left, service.gate.inside) == (0, 0)
    assert service.buckets._buckets["local"].left == 100  # what was not done was given back
    page = service.metrics.page().decode()
    assert 'augment_requests_total{method="POST",route="/v1/augment",status="499"} 1.0' in page
    assert "augment_items_unfinished_total 1.0" in page


@pytest.mark.parametrize("last", ["http.response.start", "http.response.body"])
@pytest.mark.parametrize("accept", [b"application/json", b"application/x-ndjson"])
def test_a_client_that_does_not_read_holds_nothing_up(
    resources: Resources, key_file: KeyFile, accept: bytes, last: str
) -> None:
    async def run() -> tuple[int, int, str]:
        engine = LocalEngine(resources)
        app = create_app(Settings(send_seconds=0.01), engine, key_file)
        body = b'{"texts": ["A big dog.", "Two cats."], "spec": {"steps": [{"kind": "masking"}]}}'
        async with asyncio.timeout(30):
            await call(app, body, accept, asyncio.Event(), deaf_from=last)
        service = app.state.service
        return engine.left, service.gate.inside, service.metrics.page().decode()

    gc.disable()  # nothing may be left to it
    try:
        left, inside, page = asyncio.run(run())
    finally:
        gc.enable()
    assert (left, inside) == (0, 0)
    assert "augment_requests_at_once 0.0" in page.splitlines()


def test_the_door_ends_what_the_engine_does_not(
    engine: LocalEngine, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(items: Any) -> Any:
        yield 0, engine._end(items[0])
        await asyncio.Event().wait()

    monkeypatch.setattr("service.work._GRACE", 0.0)
    engine.submit = stuck  # type: ignore[method-assign]
    items = serve(request_seconds=0.05).post("/v1/augment", json=GOOD).json()["items"]
    assert [item["error"] and item["error"]["code"] for item in items] == [None, "deadline_passed"]
