"""`POST /v1/augment` and `/v1/preview`: the library's copies, an end for each text."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from augment.build import build_pipeline
from augment.record import Record, trail_to_json
from augment.resources import Resources
from augment.spec import parse_spec
from service.engine.items import ItemError
from service.schemas import AugmentResponse, PreviewResponse
from tests.integration.service.conftest import Serve
from tests.support.local_engine import LocalEngine

TEXTS = ["Where is my parcel now?", "The big dog sleeps in the old house.", "Call me at 5 pm."]
SPEC: dict[str, Any] = {"seed": 3, "copies": 2, "steps": [{"kind": "masking", "rate": 0.3}]}


def test_the_copies_are_those_of_the_library(client: TestClient, resources: Resources) -> None:
    answer = client.post("/v1/augment", json={"texts": TEXTS, "spec": SPEC})
    assert answer.status_code == 200
    found = AugmentResponse.model_validate_json(answer.content)
    pipeline = build_pipeline(parse_spec(SPEC), resources)
    records = [Record(text, id=str(i)) for i, text in enumerate(TEXTS)]
    for item, outcome in zip(found.items, pipeline.augment(records), strict=True):
        assert [copy.text for copy in item.copies] == [c.record.text for c in outcome.copies]
        trails = [[s.model_dump(exclude_defaults=True) for s in c.trail] for c in item.copies]
        plain = [json.loads(json.dumps(trail_to_json(c.trail))) for c in outcome.copies]
        assert json.loads(json.dumps(trails)) == plain
    assert found.summary.model_dump() == {"items": 3, "copies": 6, "missing": 0, "errors": 0}


def test_ids_key_the_draws_and_not_the_order(client: TestClient) -> None:
    records = [{"id": f"r{i}", "text": text} for i, text in enumerate(TEXTS)]
    there = client.post("/v1/augment", json={"records": records, "spec": SPEC}).json()["items"]
    back = client.post("/v1/augment", json={"records": records[::-1], "spec": SPEC}).json()["items"]
    by_id = {item["id"]: item["copies"] for item in back}
    assert [item["id"] for item in there] == ["r0", "r1", "r2"]
    assert all(by_id[item["id"]] == item["copies"] for item in there)


def test_labels_and_spans_come_with_the_copies(client: TestClient) -> None:
    text = "Anna paid in London"
    spans = [{"start": 0, "end": 4, "label": "person"}, {"start": 13, "end": 19, "label": "place"}]
    body = {"records": [{"text": text, "label": "pay", "spans": spans}], "spec": SPEC, "copies": 1}
    copy = client.post("/v1/augment", json=body).json()["items"][0]["copies"][0]
    assert copy["label"] == "pay"
    kept = [copy["text"][span["start"] : span["end"]] for span in copy["spans"]]
    assert kept == ["Anna", "London"]
    assert copy["text"] != text


def test_copies_and_seed_stand_in_for_the_specs(client: TestClient) -> None:
    body = {"texts": TEXTS[1:2], "spec": SPEC}
    other = client.post("/v1/augment", json={**body, "seed": 4, "copies": 3}).json()["items"][0]
    assert [copy["number"] for copy in other["copies"]] == [1, 2, 3]
    usual = client.post("/v1/augment", json=body).json()
    assert usual == client.post("/v1/augment", json={**body, "seed": 3, "copies": 2}).json()
    assert usual["items"][0]["copies"] != other["copies"][:2]


def test_a_preset_is_named(client: TestClient) -> None:
    answer = client.post("/v1/augment", json={"texts": TEXTS, "preset": "mask"})
    assert all("[MASK]" in item["copies"][0]["text"] for item in answer.json()["items"])
    wrong = client.post("/v1/augment", json={"texts": TEXTS, "preset": "mosk"})
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "spec_invalid"
    assert "no preset 'mosk'; there are: default, eda" in wrong.json()["detail"]


def test_a_missing_copy_is_told_with_its_reason(client: TestClient) -> None:
    spec = {"steps": [{"kind": "masking", "rate": 0}]}
    item = client.post("/v1/augment", json={"texts": ["A dog."], "spec": spec}).json()["items"][0]
    assert item["copies"] == []
    assert [one["reason"] for one in item["missing"]] == ["unchanged"]


def test_a_text_that_fails_does_not_touch_its_neighbours(
    client: TestClient, engine: LocalEngine
) -> None:
    def poisoned(item: Any) -> ItemError | None:
        bad = item.record.id == "1"
        return ItemError("item_lost", "the text broke a worker", retryable=False) if bad else None

    engine.before = poisoned
    answer = client.post("/v1/augment", json={"texts": TEXTS, "spec": SPEC})
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert items[1]["error"] == {
        "code": "item_lost",
        "message": "the text broke a worker",
        "retryable": False,
    }
    assert [len(item["copies"]) for item in items] == [2, 0, 2]
    assert answer.json()["summary"]["errors"] == 1


def test_the_stream_has_a_line_a_text_and_tells_its_end(
    client: TestClient, engine: LocalEngine
) -> None:
    body = {"texts": TEXTS, "spec": SPEC}
    whole = client.post("/v1/augment", json=body).json()
    engine.reverse = True
    answer = client.post("/v1/augment", json=body, headers={"Accept": "application/x-ndjson"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    *lines, last = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["index"] for line in lines] == [2, 1, 0]  # as they end
    assert sorted(lines, key=lambda line: line["index"]) == whole["items"]
    assert last == {"summary": whole["summary"]}


def test_an_answer_in_no_known_format_is_refused(client: TestClient) -> None:
    body = {"texts": TEXTS, "spec": SPEC}
    answer = client.post("/v1/augment", json=body, headers={"Accept": "text/html"})
    assert answer.status_code == 406
    assert answer.json()["code"] == "not_acceptable"
    assert client.post("/v1/augment", json=body, headers={"Accept": "*/*"}).status_code == 200


def test_the_times_are_told(client: TestClient) -> None:
    answer = client.post("/v1/augment", json={"texts": TEXTS, "spec": SPEC})
    names = [part.partition(";")[0].strip() for part in answer.headers["server-timing"].split(",")]
    assert names == ["queue", "prepare", "tokenize", "translate", "work", "total"]


def test_an_engine_that_stops_short_leaves_no_text_without_an_end(
    serve: Serve, engine: LocalEngine
) -> None:
    async def short(items: Any) -> Any:
        yield 0, engine._end(items[0])

    engine.submit = short  # type: ignore[method-assign]
    items = serve().post("/v1/augment", json={"texts": TEXTS, "spec": SPEC}).json()["items"]
    codes = [item["error"] and item["error"]["code"] for item in items]
    assert codes == [None, "internal_error", "internal_error"]


def test_a_preview_shows_what_changed(client: TestClient) -> None:
    answer = client.post("/v1/preview", json={"text": TEXTS[1], "spec": SPEC})
    found = PreviewResponse.model_validate_json(answer.content)
    assert len(found.copies) == 2
    for copy in found.copies:
        assert "".join(change.old for change in copy.changes) == TEXTS[1]
        assert "".join(change.new for change in copy.changes) == copy.text
        assert "{+[MASK]+}" in copy.marked


def test_a_preview_checks_its_spans(client: TestClient) -> None:
    body = {"text": "A dog.", "spec": SPEC, "spans": [{"start": 3, "end": 9}]}
    answer = client.post("/v1/preview", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")


def test_a_preview_of_a_text_that_fails_is_a_problem(
    client: TestClient, engine: LocalEngine
) -> None:
    engine.before = lambda item: ItemError("model_unusable", "no model", retryable=False)
    answer = client.post("/v1/preview", json={"text": TEXTS[1], "spec": SPEC})
    assert answer.status_code == 422
    assert answer.json()["code"] == "model_unusable"


@pytest.mark.parametrize("strict", [True, False])
def test_strict_goes_to_the_engine(client: TestClient, engine: LocalEngine, strict: bool) -> None:
    asked = []
    engine.before = lambda item: asked.append(item.strict)
    client.post("/v1/augment", json={"texts": TEXTS, "spec": SPEC, "strict": strict})
    assert asked == [strict] * 3
