"""What there is to choose from, what a spec or a request would come to, and what the server is."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from augment.presets import preset_names
from augment.spec import check_kinds, kinds, parse_spec, parse_spec_text
from service.problems import KINDS
from tests.integration.service.conftest import Serve
from tests.support.local_engine import LocalEngine

MASK: dict[str, Any] = {"kind": "masking", "rate": 0.3}
GOOD: dict[str, Any] = {"texts": ["A big dog sleeps."], "spec": {"steps": [MASK]}}


def test_every_kind_is_listed_with_its_fields(client: TestClient) -> None:
    found = {kind["kind"]: kind for kind in client.get("/v1/kinds").json()}
    assert list(found) == [*kinds(), *check_kinds()]
    assert found["masking"]["fields"]["rate"]["default"] == 0.15
    assert found["masking"]["breaks"] == ["grammar", "meaning"]
    assert "classification" in found["masking"]["tasks"]
    assert found["back_translation"]["needs_model"]
    assert found["one_of"]["role"] == "combinator"
    assert found["one_of"]["breaks"] is None
    assert found["polarity"]["role"] == "check"
    assert all(kind["summary"] for kind in found.values())


def test_the_presets_are_listed_and_hold(client: TestClient) -> None:
    found = client.get("/v1/presets").json()
    assert [one["name"] for one in found] == preset_names()
    for one in found:
        assert parse_spec(one["spec"]) == parse_spec_text(one["yaml"])


def test_the_models_are_listed_without_folders(client: TestClient) -> None:
    found = {one["name"]: one for one in client.get("/v1/models").json()}
    assert found["embedded:en-pt"]["source"] == "en"
    assert set(found["embedded:en-pt"]) == {
        "name", "source", "target", "licence", "origin", "prepared",
    }  # fmt: skip


def test_the_problems_are_listed(client: TestClient) -> None:
    assert [one["code"] for one in client.get("/v1/problems").json()] == list(KINDS)
    assert client.get("/v1/problems/queue_full").json() == {
        "code": "queue_full", "status": 429, "title": "The queue is full", "retryable": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "body", [{"spec": {"steps": [MASK]}}, {"yaml": "steps: [{kind: masking}]"}]
)
def test_a_spec_that_holds_is_written_out(client: TestClient, body: dict[str, Any]) -> None:
    found = client.post("/v1/validate", json=body).json()
    assert found["valid"]
    assert found["errors"] == []
    assert parse_spec(found["spec"]) == parse_spec_text(found["yaml"])
    assert found["spec"]["attempts"] == 5


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"spec": {"steps": [{"kind": "mask"}]}}, "steps.0: there is no kind 'mask'; did"),
        ({"spec": {"steps": [{**MASK, "rat": 1}]}}, "did you mean rate?"),
        ({"yaml": "steps: ["}, "not valid YAML or JSON"),
        ({"yaml": "[" * 50_000}, "nested deeper than 100"),
        ({"yaml": "- " * 50_000}, "nested deeper than 100"),
        ({"yaml": "a: " * 30_000}, "not valid YAML or JSON"),
        ({"yaml": "a: &a [x]\nb: [*a, *a]"}, "aliases (*name) are not read here"),
        ({"spec": {"steps": [MASK], "copies": 11}}, "copies: 11, and at most 10"),
        ({"spec": {"steps": [MASK], "checks": [{"kind": "leak"}]}}, "must read a whole data set"),
        ({"spec": {"steps": [MASK], "protect": {"patterns": ["x"]}}}, "protect.patterns: regular"),
    ],
)
def test_a_spec_that_does_not_is_told_where(
    client: TestClient, body: dict[str, Any], told: str
) -> None:
    answer = client.post("/v1/validate", json=body)
    assert answer.status_code == 200
    found = answer.json()
    assert not found["valid"]
    assert any(told in line for line in found["errors"]), found["errors"]


def test_an_estimate_does_nothing(client: TestClient, engine: LocalEngine) -> None:
    found = client.post("/v1/estimate", json={**GOOD, "copies": 5}).json()
    assert found == {
        "items": 1, "cost": 20, "queued_cost": 0, "seconds": 0.2, "accepted": True, "problem": None,
    }  # fmt: skip
    assert engine.calls == ["start"]


def test_an_estimate_tells_what_would_be_refused(serve: Serve) -> None:
    client = serve(burst_cost=7, rate_cost=1)
    assert client.post("/v1/estimate", json=GOOD).json()["accepted"]
    assert client.post("/v1/estimate", json=GOOD).json()["accepted"]  # it takes nothing itself
    found = client.post("/v1/estimate", json={**GOOD, "copies": 5}).json()
    assert not found["accepted"]
    assert found["problem"]["code"] == "cost_too_large"


def test_the_server_tells_its_limits(serve: Serve) -> None:
    found = serve(texts=7).get("/v1/info").json()
    assert found["limits"]["texts"] == 7
    assert found["limits"]["body_bytes"] == 1_048_576
    assert found["packages"]["fastapi"]
    assert not found["draining"]
