"""A text and a key that are sent appear in no log line, in no metric and in no trace."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from service import logs
from service.keys import KeyFile
from service.tracing import Tracing
from tests.support.local_engine import LocalEngine

CANARY = "canarybird"
SPEC: dict[str, Any] = {"steps": [{"kind": "masking", "rate": 0.3}]}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that would be written, from every logger and at every level."""
    out = io.StringIO()
    names = ("", logs.LOGGER, "uvicorn.error", "asyncio")
    before = [
        (one, one.handlers, one.level, one.propagate) for one in map(logging.getLogger, names)
    ]
    logs.set_up("debug", out)
    root = logging.getLogger()
    root.handlers, root.level = logging.getLogger(logs.LOGGER).handlers, logging.DEBUG
    monkeypatch.setattr(logging.getLogger("httpx2"), "disabled", True)  # the test's own client
    yield out
    for logger, handlers, level, propagate in before:
        logger.handlers, logger.level, logger.propagate = handlers, level, propagate


def requests(secret: str) -> list[dict[str, Any]]:
    """Requests that hold the canary in every place that a client can write to."""
    good = {"texts": [f"The {CANARY} sleeps in a big house."], "spec": SPEC}
    auth = {"Authorization": f"Bearer {secret}"}
    post = {"method": "POST", "url": "/v1/augment", "headers": auth}
    return [
        {**post, "json": good},
        {**post, "json": good, "headers": {**auth, "Accept": "application/x-ndjson"}},
        {**post, "json": {"records": [{"id": CANARY, "text": CANARY}], "spec": SPEC}},
        {**post, "json": {**good, "spec": {"steps": [{"kind": CANARY}]}}},
        {**post, "json": {**good, "spec": {**SPEC, "protect": {"phrases": [CANARY]}}}},
        {**post, "json": {**good, "preset": CANARY}},
        {**post, "json": {**good, CANARY: CANARY}},
        {**post, "content": CANARY.encode()},
        {**post, "url": "/v1/preview", "json": {"text": CANARY, "spec": SPEC}},
        {**post, "url": "/v1/validate", "json": {"yaml": CANARY}},
        {**post, "url": f"/v1/{CANARY}?{CANARY}={secret}"},
        {**post, "url": f"/v1/problems/{CANARY}", "method": "GET"},
        {**post, "method": CANARY.upper()},
        {**post, "headers": {"Authorization": f"Bearer {secret}x", "X-Request-ID": CANARY}},
        {**post, "headers": {**auth, "Host": f"{CANARY}.example", "User-Agent": CANARY}},
        {**post, "headers": {**auth, "tracestate": f"{CANARY}=1", "baggage": f"{CANARY}={CANARY}",
                             "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}, "json": good},
        {**post, "headers": {**auth, "traceparent": CANARY}, "json": good},
        {**post, "headers": {"Cookie": CANARY, "Forwarded": CANARY, **auth}, "json": {}},
    ]  # fmt: skip


def test_nothing_that_a_client_sends_is_told(
    client: TestClient, engine: LocalEngine, key_file: KeyFile, log: io.StringIO
) -> None:
    traced, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(traced))
    client.app.state.service.tracing = Tracing(provider)  # type: ignore[attr-defined]
    secret = key_file.add("team-a", ("augment", "metrics"))
    sent = requests(secret)
    statuses = [client.request(**one).status_code for one in sent]

    def broken(item: Any) -> None:
        raise ValueError(f"a bug that quotes {item.record.text}")

    engine.before = broken
    statuses.append(client.request(**sent[0]).status_code)
    assert {200, 401, 404, 422, 500} <= set(statuses)
    page = client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).text
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert sum(line["event"] == "request" for line in lines) == len(statuses)
    assert [line["exception"]["type"] for line in lines if line["event"] == "bug"] == ["ValueError"]
    spans = traced.get_finished_spans()
    assert sum(span.name.endswith("/v1/augment") for span in spans) > 5
    assert {"waiting", "preparing", "working"} <= {span.name for span in spans}
    # With all that goes over the wire, such as `tracestate`, events and the resource.
    wire = str(encode_spans(spans)) + "".join(span.to_json() for span in spans)
    for told in (log.getvalue(), page, wire):
        assert CANARY not in told.lower()
        assert secret not in told
        assert secret.split("_")[1] not in told
        assert "testclient" not in told  # the client's address, as this client gives it


def test_a_line_tells_what_was_asked_and_by_whom(
    client: TestClient, key_file: KeyFile, log: io.StringIO
) -> None:
    secret = key_file.add("team-a")
    answer = client.request(**requests(secret)[0])
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["logger"] == logs.LOGGER]
    assert line["request"] == answer.headers["x-request-id"]
    told = ("event", "route", "method", "status", "client", "items")
    expected = ("request", "/v1/augment", "POST", 200, "team-a", 1)
    assert tuple(line[key] for key in told) == expected
    assert line["milliseconds"] > 0
