"""Who comes in: keys and scopes, the server's own name, browsers, the order of the questions."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.keys import KeyFile
from service.server import configured
from service.settings import Settings
from tests.integration.service.conftest import Serve
from tests.support.local_engine import LocalEngine

GOOD: dict[str, Any] = {
    "texts": ["A big dog sleeps."],
    "spec": {"steps": [{"kind": "masking", "rate": 0.3}]},
}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_without_any_key_this_machine_may_do_everything(client: TestClient) -> None:
    assert client.post("/v1/augment", json=GOOD).status_code == 200
    assert client.get("/metrics").status_code == 200
    assert client.get("/v1/info").json()["scopes"] == ["augment", "jobs", "metrics"]


def test_once_there_is_a_key_it_is_needed(client: TestClient, key_file: KeyFile) -> None:
    secret = key_file.add("team-a", ("augment",))
    answer = client.post("/v1/augment", json=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert client.post("/v1/augment", json=GOOD, headers=bearer(secret)).status_code == 200
    assert client.get("/v1/info", headers=bearer(secret)).json()["scopes"] == ["augment"]
    key_file.revoke("team-a")
    assert client.post("/v1/augment", json=GOOD, headers=bearer(secret)).status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic dGFz", "bearer tas_00000000_" + "a" * 43, "\xff"]
)
def test_what_is_no_key_opens_nothing(client: TestClient, key_file: KeyFile, header: str) -> None:
    key_file.add("team-a")
    raw = {"Authorization": header.encode("latin-1")}
    assert client.get("/v1/info", headers=raw).status_code == 401


def test_a_key_opens_its_scopes_alone(client: TestClient, key_file: KeyFile) -> None:
    secret = key_file.add("scraper", ("metrics",))
    assert client.get("/metrics", headers=bearer(secret)).status_code == 200
    answer = client.post("/v1/augment", json=GOOD, headers=bearer(secret))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "the key of scraper opens metrics, not augment" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/augment"),
        ("POST", "/v1/preview"),
        ("POST", "/v1/validate"),
        ("POST", "/v1/estimate"),
        ("GET", "/v1/kinds"),
        ("GET", "/v1/presets"),
        ("GET", "/v1/models"),
        ("GET", "/v1/problems"),
        ("GET", "/v1/info"),
        ("GET", "/metrics"),
    ],
)
def test_nothing_is_open_without_the_key(
    client: TestClient, key_file: KeyFile, method: str, path: str
) -> None:
    key_file.add("team-a")
    assert client.request(method, path).status_code == 401


def test_health_and_the_document_are_open(client: TestClient, key_file: KeyFile) -> None:
    key_file.add("team-a")
    for path in ("/livez", "/readyz", "/v1/openapi.json"):
        assert client.get(path).status_code == 200


def test_the_key_is_asked_for_before_the_body_is_read(
    client: TestClient, key_file: KeyFile
) -> None:
    key_file.add("team-a")
    read = []

    def parts() -> Any:
        read.append(1)
        yield b"{"

    answer = client.post(
        "/v1/augment", content=parts(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 401


def test_each_key_has_a_bucket_of_its_own(serve: Serve, key_file: KeyFile) -> None:
    client = serve(burst_cost=4, rate_cost=1)
    first, second = key_file.add("team-a"), key_file.add("team-b")
    assert client.post("/v1/augment", json=GOOD, headers=bearer(first)).status_code == 200
    assert client.post("/v1/augment", json=GOOD, headers=bearer(first)).status_code == 429
    assert client.post("/v1/augment", json=GOOD, headers=bearer(second)).status_code == 200


def test_the_engine_knows_whose_work_it_is(
    client: TestClient, key_file: KeyFile, engine: LocalEngine
) -> None:
    secret = key_file.add("team-a")
    asked = []
    engine.before = lambda item: asked.append((item.key, item.priority))
    client.post("/v1/augment", json=GOOD, headers=bearer(secret))
    assert asked == [("team-a", "interactive")]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example"])
def test_another_name_is_refused_without_keys(
    client: TestClient, key_file: KeyFile, host: str
) -> None:
    answer = client.get("/v1/info", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "host_unknown")
    secret = key_file.add("team-a")
    assert client.get("/v1/info", headers={"Host": host, **bearer(secret)}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:80", "[::1]:8000"])
def test_names_of_this_machine_are_known(client: TestClient, host: str) -> None:
    assert client.get("/v1/info", headers={"Host": host}).status_code == 200


def test_a_listed_name_is_known(serve: Serve) -> None:
    client = serve(allowed_hosts=("here.example",))
    assert client.get("/v1/info", headers={"Host": "here.example:80"}).status_code == 200


def test_pages_of_others_may_not_call_unless_listed(serve: Serve) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    closed = serve().options("/v1/augment", headers=asked)
    assert "access-control-allow-origin" not in closed.headers
    client = serve(cors_origins=("https://a.example",))
    opened = client.options("/v1/augment", headers=asked)
    assert opened.headers["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-credentials" not in opened.headers
    other = client.options("/v1/augment", headers={**asked, "Origin": "https://b.example"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("path", ["/livez", "/v1/info", "/v1/nothing", "/v1/openapi.json"])
def test_every_answer_tells_browsers_what_they_must_not(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_a_request_keeps_an_id_that_can_hold_no_text(client: TestClient) -> None:
    given = "01234567-89ab-cdef-0123-456789abcdef"
    assert client.get("/livez", headers={"X-Request-ID": given}).headers["x-request-id"] == given
    other = client.get("/livez", headers={"X-Request-ID": "tas_secret"}).headers["x-request-id"]
    assert len(other) == 36
    assert other != client.get("/livez").headers["x-request-id"]


def test_proxies_are_believed_only_when_listed(engine: LocalEngine, key_file: KeyFile) -> None:
    def config(*proxies: str) -> Any:
        return configured(create_app(Settings(trusted_proxies=proxies), engine, key_file))

    assert not config().proxy_headers
    assert config("10.0.0.1").proxy_headers
    assert config("10.0.0.1").forwarded_allow_ips == ["10.0.0.1"]
