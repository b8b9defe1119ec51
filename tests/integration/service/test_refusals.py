"""What is refused, by which status and code, and that the message helps."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.problems import KINDS, MEDIA_TYPE
from service.schemas import ProblemDocument
from tests.integration.service.conftest import Serve
from tests.support.local_engine import LocalEngine

MASK: dict[str, Any] = {"kind": "masking", "rate": 0.3}
SPEC: dict[str, Any] = {"steps": [MASK]}
GOOD: dict[str, Any] = {"texts": ["A big dog sleeps."], "spec": SPEC}


def refused(answer: Any, code: str) -> dict[str, Any]:
    """The problem document, which must be whole."""
    found: dict[str, Any] = answer.json()
    assert found["code"] == code
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.status_code == found["status"] == KINDS[code].status
    assert found["type"] == f"/v1/problems/{code}"
    assert found["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    ProblemDocument.model_validate(found)
    return found


def post(client: TestClient, **change: Any) -> Any:
    body = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    return client.post("/v1/augment", json=body)


def test_a_wrong_spec_names_every_place(client: TestClient) -> None:
    steps = [{"kind": "masking", "rat": 0.3}, {"kind": "swap", "rate": 7}]
    found = refused(post(client, spec={"steps": steps}), "spec_invalid")
    assert found["errors"] == [
        "steps.0.masking.rat: there is no such field; did you mean rate?",
        "steps.1.swap.rate: expected at most 1 (given: 7)",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"texts": None}, "give either texts or records"),
        ({"records": [{"text": "A dog."}]}, "give either texts or records"),
        ({"spec": None}, "give either preset or spec"),
        ({"preset": "mask"}, "give either preset or spec"),
        ({"texts": []}, "there is no text"),
        ({"texts": [3]}, "texts.0: expected a text"),
        ({"copies": 0}, "copies: expected at least 1"),
        ({"wrong": 1}, "wrong: there is no such field"),
        (
            {"texts": None, "records": [{"text": "A dog.", "spans": [{"start": 4, "end": 9}]}]},
            "the span 4-9 must lie in the text, which has 6 characters, and not be empty",
        ),
    ],
)
def test_a_wrong_request_is_told(client: TestClient, change: dict[str, Any], told: str) -> None:
    found = refused(post(client, **change), "request_invalid")
    assert told in found["detail"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"texts": ["\\ud800"]}', b'{"a": NaN}', b"[" * 5000 + b"]" * 5000],
)
def test_what_is_no_json_is_told(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/augment", content=body, headers={"Content-Type": "application/json"})
    refused(answer, "json_invalid" if body else "request_invalid")


def test_deep_steps_are_refused_and_break_nothing(client: TestClient) -> None:
    step = MASK
    for _ in range(90):
        step = {"kind": "chain", "steps": [step]}
    assert "91 with nested ones, at most 64" in str(
        refused(post(client, spec={"steps": [step]}), "spec_refused")["errors"]
    )


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_refused(client: TestClient, kind: str) -> None:
    body = json.dumps(GOOD).encode()
    answer = client.post("/v1/augment", content=body, headers={"Content-Type": kind})
    refused(answer, "media_type_unsupported")


def test_a_large_body_is_refused_by_its_announced_size(serve: Serve) -> None:
    answer = post(serve(body_bytes=1000), texts=["dog " * 1000])
    assert "a body may have 1000 bytes" in refused(answer, "body_too_large")["detail"]
    assert answer.headers["connection"] == "close"


def test_a_large_body_is_refused_while_it_streams(serve: Serve) -> None:
    sent = []

    def parts() -> Iterator[bytes]:
        for _ in range(100):
            sent.append(1)
            yield b" " * 100

    answer = serve(body_bytes=1000).post(
        "/v1/augment", content=parts(), headers={"Content-Type": "application/json"}
    )
    refused(answer, "body_too_large")


@pytest.mark.parametrize(
    ("settings", "change", "code", "told"),
    [
        ({"texts": 2}, {"texts": ["a"] * 3}, "too_many_texts", "3 texts .* it may have 2"),
        ({"text_characters": 5}, {"texts": ["a", "abcdef"]}, "text_too_long", "text 1 has 6"),
        ({"copies": 2}, {"copies": 3}, "too_many_copies", "copies: 3, and at most 2"),
        ({}, {"spec": {**SPEC, "copies": 11}}, "too_many_copies", "copies: 11, and at most 10"),
        ({}, {"spec": {**SPEC, "candidates": 41}}, "too_many_copies", "candidates: 41"),
        ({}, {"spec": {**SPEC, "attempts": 21}}, "too_many_copies", "attempts: 21"),
        ({"burst_cost": 3}, {}, "cost_too_large", "costs 4 padded tokens, .* for 3 at once"),
    ],
)
def test_what_can_never_be_done_is_refused(
    serve: Serve, settings: dict[str, Any], change: dict[str, Any], code: str, told: str
) -> None:
    found = refused(post(serve(**settings), **change), code)
    assert not found["retryable"]
    assert re.search(told, found["detail"])


def test_a_client_that_asks_too_much_is_told_when_to_come_again(serve: Serve) -> None:
    client = serve(burst_cost=10, rate_cost=1)
    assert post(client).status_code == 200  # costs 4
    assert post(client).status_code == 200
    answer = post(client)
    found = refused(answer, "rate_limited")
    assert found["retryable"]
    assert answer.headers["retry-after"] == "2"
    assert "come again in 2 s" in found["detail"]


def test_a_full_queue_passes_its_time_on_and_costs_nothing(
    serve: Serve, engine: LocalEngine
) -> None:
    client = serve(burst_cost=4, rate_cost=1)
    engine.full = 2.4
    for _ in range(3):
        answer = post(client)
        refused(answer, "queue_full")
        assert answer.headers["retry-after"] == "3"
    engine.full = None
    assert post(client).status_code == 200


def test_a_full_queue_refuses_a_stream_before_it_begins(
    client: TestClient, engine: LocalEngine
) -> None:
    engine.full = 2.4
    answer = client.post("/v1/augment", json=GOOD, headers={"Accept": "application/x-ndjson"})
    refused(answer, "queue_full")


@pytest.mark.parametrize(
    "change",
    [
        {"steps": [{"kind": "maybe", "p": 1, "step": {"kind": "tfidf"}}]},
        {"checks": [{"kind": "duplicates"}]},
        {"checks": [{"kind": "leak"}]},
        {"checks": [{"kind": "labels"}]},
    ],
)
def test_what_reads_a_whole_data_set_is_refused(client: TestClient, change: dict[str, Any]) -> None:
    found = refused(post(client, spec={**SPEC, **change}), "needs_data_set")
    assert "must read a whole data set first, and a request has none" in found["detail"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"steps": [{"kind": "masking", "tokenizer": "/etc"}]}, "masking.tokenizer: /etc is in no"),
        ({"steps": [{"kind": "fill_mask", "model": "/etc"}]}, "fill_mask.model: /etc is in no"),
        (
            {
                "steps": [
                    {"kind": "maybe", "p": 0.5, "step": {"kind": "fill_mask", "model": "hub:a/b"}}
                ]
            },
            "fill_mask.model: hub:a/b is in no",
        ),
        ({"checks": [{"kind": "label_model", "model": "../x"}]}, "label_model.model: ../x is in"),
        ({"checks": [{"kind": "leak", "files": ["/etc/passwd"]}]}, "leak.files: /etc/passwd is in"),
        ({"protect": {"patterns": ["(a+)+$"]}}, "protect.patterns: regular expressions are not"),
        ({"protect": {"phrases": ["a b"] * 1001}}, "protect.phrases: 1001, at most 1000"),
    ],
)
def test_parts_of_a_spec_are_refused(client: TestClient, change: dict[str, Any], told: str) -> None:
    found = refused(post(client, spec={**SPEC, **change}), "spec_refused")
    assert told in found["errors"][0]


@pytest.mark.parametrize("model", ["hub:owner/name", "/etc", ".", "no-such-model"])
def test_models_are_named_only_as_listed(client: TestClient, model: str) -> None:
    pivot = {"via": ["de"], "models": [model, model]}
    spec = {"steps": [{"kind": "back_translation", "pivots": [pivot]}]}
    found = refused(post(client, spec=spec), "spec_refused")
    assert found["errors"] == [
        f"back_translation.pivots: there is no model {model!r}; see GET /v1/models"
    ]


def test_folders_that_are_shared_may_be_named(serve: Serve, tmp_path: Path) -> None:
    client = serve(model_folders=(tmp_path,))
    step = {"kind": "masking", "tokenizer": str(tmp_path / "inside")}
    answer = post(client, spec={"steps": [step]})
    # The policy lets it through; the folder itself is missing, which is the item's own error.
    assert answer.json()["items"][0]["error"]["code"] == "resource_unusable"
    step["tokenizer"] = str(tmp_path / ".." / "outside")
    refused(post(client, spec={"steps": [step]}), "spec_refused")


def test_patterns_may_be_allowed_up_to_a_length(serve: Serve) -> None:
    client = serve(allow_patterns=True, pattern_characters=5)
    spec = {**SPEC, "protect": {"patterns": ["dog"]}}
    assert post(client, spec=spec).status_code == 200
    found = refused(
        post(client, spec={**SPEC, "protect": {"patterns": ["big dog"]}}), "spec_refused"
    )
    assert found["errors"] == ["protect.patterns.0: 7 characters, at most 5"]


def test_unknown_paths_and_methods_are_problems(client: TestClient) -> None:
    refused(client.get("/v1/nothing"), "not_found")
    refused(client.get("/v1/problems/nothing"), "not_found")
    refused(client.get("/v1/augment"), "method_not_allowed")


def test_a_bug_is_a_problem_without_its_message(client: TestClient, engine: LocalEngine) -> None:
    def broken(item: Any) -> None:
        raise ValueError("canary: what the client sent")

    engine.before = broken
    found = refused(post(client), "internal_error")
    assert "canary" not in str(found)


def test_too_many_requests_at_once_are_refused(serve: Serve, engine: LocalEngine) -> None:
    client = serve(requests_at_once=1)
    gate = client.app.state.service.gate  # type: ignore[attr-defined]
    with gate.entered():
        answer = post(client)
    refused(answer, "queue_full")
    assert answer.headers["retry-after"] == "1"
    assert post(client).status_code == 200
