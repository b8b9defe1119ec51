"""The OpenAPI document is the stored one, and lists every kind by the discriminator.

Where it is meant to change: augment-service openapi > tests/contract/service/openapi.json
"""

import json
import re
from pathlib import Path

import pytest

import service
from augment.errors import AugmentError
from augment.spec import check_kinds, kinds
from service import cli
from service.document import document
from service.problems import KINDS, MEDIA_TYPE

STORED = Path(__file__).parent / "openapi.json"


def test_the_document_is_the_stored_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["openapi"]) == 0
    written = capsys.readouterr().out
    assert written == STORED.read_text(encoding="utf-8"), __doc__


def test_every_kind_is_listed_by_the_discriminator() -> None:
    schemas = document()["components"]["schemas"]
    spec = schemas["PipelineSpec"]["properties"]
    assert set(spec["steps"]["items"]["discriminator"]["mapping"]) == set(kinds())
    assert set(spec["checks"]["items"]["discriminator"]["mapping"]) == set(check_kinds())


def test_every_reference_leads_somewhere() -> None:
    found = document()
    names = {part.split('"')[0] for part in json.dumps(found).split("#/components/schemas/")[1:]}
    assert names <= set(found["components"]["schemas"])


def test_every_error_is_a_problem_document() -> None:
    for path, methods in document()["paths"].items():
        for method, route in methods.items():
            assert route["operationId"], (path, method)
            for status, answer in route["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == [MEDIA_TYPE], (path, method, status)


def test_every_error_of_the_library_has_a_line_in_the_table() -> None:
    todo, codes = [AugmentError], set()
    while todo:
        error = todo.pop()
        todo += error.__subclasses__()
        codes |= {error.code} if error.__module__.startswith(("augment.", "service.")) else set()
    assert codes <= set(KINDS)
    assert {"spec_invalid", "model_unusable", "keys_unusable"} <= codes


def test_every_code_in_the_source_has_a_line_in_the_table() -> None:
    sources = [path.read_text() for path in Path(service.__file__).parent.rglob("*.py")]
    raised = re.compile(r'(?:Problem|ItemError)\(\s*"(\w+)"')
    codes = {code for source in sources for code in raised.findall(source)}
    assert codes <= set(KINDS)
    assert {"queue_full", "item_lost", "deadline_passed", "spec_refused"} <= codes


def test_statuses_that_ask_to_come_again_are_retryable() -> None:
    for code, kind in KINDS.items():
        assert kind.retry == (kind.status in (429, 503, 504, 507)), code
