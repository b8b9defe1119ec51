"""HTTP gives the copies of `augment expand` for the same spec, seed and ids, trails included."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from augment import cli
from augment.resources import Resources
from service.app import create_app
from service.keys import KeyFile
from service.settings import Settings
from tests.support.kinds import EVERY
from tests.support.local_engine import LocalEngine

SUPPORT = Path(__file__).parents[2] / "support"
ROWS = [
    {
        "id": "b7",
        "text": "Anna told me on 3 March that the big card isn't on its way.",
        "label": "x",
    },
    {
        "id": "a1",
        "text": "Where is my parcel from London now? I definitely paid $20.",
        "label": "y",
    },
    {"id": "z", "text": "No.", "label": "y"},
]


@pytest.fixture(scope="module")
def client(resources: Resources, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    file = KeyFile(tmp_path_factory.mktemp("keys") / "keys.json")
    shared = Settings(model_folders=(SUPPORT,))
    return TestClient(create_app(shared, LocalEngine(resources), file), "http://localhost")


def expanded(spec: dict[str, Any], folder: Path) -> dict[tuple[str, int], Any]:
    """The copies that `augment expand` writes, by id and number."""
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (folder / "spec.json").write_text(json.dumps(spec))
    argv = ["expand", "in.jsonl", "-o", "out.jsonl", "--spec", "spec.json", "--id", "id"]
    paths = {"in.jsonl", "out.jsonl", "spec.json"}
    code = cli.main(
        [str(folder / one) if one in paths else one for one in [*argv, "--only-copies"]]
    )
    assert code in (0, 3)
    lines = (folder / "out.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    return {
        (row["source_id"], row["copy"]): (row["text"], row["label"], row["trail"]) for row in rows
    }


# Spans name labels that these rows lack; tfidf reads a whole data set, which a request is not.
KINDS = [name for name, step in EVERY.items() if not step.get("spans") and step["kind"] != "tfidf"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_copies_are_those_of_expand(client: TestClient, kind: str, tmp_path: Path) -> None:
    spec = {"seed": 5, "copies": 2, "steps": [EVERY[kind]]}
    answer = client.post("/v1/augment", json={"records": ROWS, "spec": spec})
    assert answer.status_code == 200, answer.text
    found = {
        (item["id"], copy["number"]): (copy["text"], copy["label"], copy["trail"])
        for item in answer.json()["items"]
        for copy in item["copies"]
    }
    assert found == expanded(spec, tmp_path)
