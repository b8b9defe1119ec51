"""Spans of requests and batches: what they say, whose children they are, and where they go."""

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from augment.record import Outcome, Record
from augment.resources import Resources
from service.app import create_app
from service.engine.items import Result, Timings
from service.errors import SettingsError
from service.keys import KeyFile
from service.settings import Settings
from service.tracing import Tracing, tracing
from tests.support.local_engine import LocalEngine

GOOD = {"texts": ["A big dog sleeps.", "Two cats."], "spec": {"steps": [{"kind": "masking"}]}}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def spans(kept: InMemorySpanExporter) -> Tracing:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return Tracing(provider)


@pytest.fixture
def client(resources: Resources, tmp_path: Path, spans: Tracing) -> TestClient:
    keys = KeyFile(tmp_path / "keys.json")
    app = create_app(Settings(), LocalEngine(resources), keys, spans=spans)
    return TestClient(app, "http://localhost")


def lasted(span: ReadableSpan) -> float:
    """Seconds."""
    assert span.start_time is not None
    assert span.end_time is not None
    return (span.end_time - span.start_time) / 1e9


def test_a_span_tells_the_request_and_its_children_the_work(
    client: TestClient, kept: InMemorySpanExporter
) -> None:
    answer = client.post("/v1/augment", json=GOOD)
    *children, request = kept.get_finished_spans()
    assert request.name == "POST /v1/augment"
    assert dict(request.attributes or {}) == {
        "http.route": "/v1/augment",
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "augment.request_id": answer.headers["x-request-id"],
    }
    assert request.parent is None
    names = [one.name for one in children]
    assert names == ["waiting", "preparing", "working"] * 2  # the local engine's batches are of one
    assert all(one.parent == request.context for one in children)


def test_the_trace_of_the_client_goes_on(client: TestClient, kept: InMemorySpanExporter) -> None:
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "other=text"}
    answer = client.get("/v1/kinds", headers=headers)
    (span,) = kept.get_finished_spans()
    assert span.context is not None
    assert span.parent is not None
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == PARENT
    assert answer.headers["traceresponse"] == f"00-{TRACE}-{span.context.span_id:016x}-01"
    assert not span.context.trace_state


@pytest.mark.parametrize("given", ["", "nonsense", f"00-{'0' * 32}-{PARENT}-01", f"ff-{TRACE}"])
def test_what_is_no_trace_begins_a_new_one(
    client: TestClient, kept: InMemorySpanExporter, given: str
) -> None:
    client.get("/v1/kinds", headers={"traceparent": given})
    (span,) = kept.get_finished_spans()
    assert span.parent is None


def test_a_client_may_leave_its_trace_unrecorded(
    client: TestClient, kept: InMemorySpanExporter
) -> None:
    client.get("/v1/kinds", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    assert kept.get_finished_spans() == ()


def test_the_spans_of_a_batch_last_as_long_as_its_phases(
    spans: Tracing, kept: InMemorySpanExporter
) -> None:
    outcome = Outcome(Record("a text"), ())
    early = Result(outcome, Timings(1.0, 0.5, 0.2, 2.0, 3.0, left=100.0))
    late = Result(outcome, Timings(4.0, 0.5, 0.25, 2.5, 7.0, left=100.0))
    spans.batch([late, early])
    found = {one.name: one for one in kept.get_finished_spans()}
    expected = {
        "waiting": 4.0, "preparing": 0.5, "working": 7.0, "tokenizing": 0.25, "translating": 2.5
    }  # fmt: skip
    assert {name: lasted(one) for name, one in found.items()} == pytest.approx(expected, abs=1e-5)
    assert found["waiting"].end_time == found["preparing"].start_time
    assert found["preparing"].end_time == found["working"].start_time
    assert found["tokenizing"].end_time == found["translating"].start_time
    assert {(one.attributes or {})["augment.texts"] for one in found.values()} == {2}


def test_nothing_is_made_where_traces_are_off(resources: Resources, tmp_path: Path) -> None:
    app = create_app(Settings(), LocalEngine(resources), KeyFile(tmp_path / "keys.json"))
    answer = TestClient(app, "http://localhost").post("/v1/augment", json=GOOD)
    assert answer.status_code == 200
    assert "traceresponse" not in answer.headers


def test_without_the_packages_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    tracing(wanted=False).close()
    with pytest.raises(SettingsError, match=r"pip install 'text-augmentation-service\[otel\]'"):
        tracing(wanted=True)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bytes]]]:
    """A collector over HTTP: what was posted to which path."""
    posted: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        yield posted
        server.shutdown()
        thread.join()


def test_spans_go_to_the_collector_of_the_standard_variable(
    collector: list[tuple[str, bytes]],
) -> None:
    spans = tracing(wanted=True)
    with spans.request({}) as span:
        span.answered(route="/v1/kinds", method="GET", status=500, request="an-id")
    spans.close()
    ((path, body),) = collector
    assert path == "/v1/traces"
    (sent,) = ExportTraceServiceRequest.FromString(body).resource_spans
    names = {one.key: one.value.string_value for one in sent.resource.attributes}
    assert names["service.name"] == "augment-service"
    (told,) = sent.scope_spans[0].spans
    assert (told.name, told.status.code) == ("GET /v1/kinds", 2)
