"""Requests made from the OpenAPI document: never a 5xx, and every answer is as documented."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from augment.resources import Resources
from augment.spec import leaves
from service.app import create_app
from service.document import document
from service.engine.items import Item, ItemError
from service.keys import KeyFile
from service.settings import Settings
from tests.support.local_engine import LocalEngine

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def without_models(item: Item) -> ItemError | None:
    """Refuses what would load models for seconds."""
    if item.spec.checks or any(leaf.needs_model for leaf in leaves(item.spec)):
        return ItemError("model_unusable", "no models in this test", retryable=False)
    return None


@pytest.fixture(scope="module")
def api(resources: Resources, tmp_path_factory: pytest.TempPathFactory) -> Any:
    engine = LocalEngine(resources, before=without_models)
    file = KeyFile(tmp_path_factory.mktemp("keys") / "keys.json")
    app = create_app(Settings(allowed_hosts=("*",)), engine, file)
    return schemathesis.openapi.from_asgi("/v1/openapi.json", app)


POSITIVE, NEGATIVE = schemathesis.GenerationMode
PATHS = document()["paths"].items()
# Wrong requests are made where there is a body to be wrong.
CASES = [
    *((path, method, POSITIVE) for path, found in PATHS for method in found),
    *((path, "post", NEGATIVE) for path, found in PATHS if "post" in found),
]


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_every_answer_is_as_documented(
    api: Any, path: str, method: str, mode: schemathesis.GenerationMode
) -> None:
    operation = api[path][method.upper()]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=40 if mode is POSITIVE else 12,  # wrong ones are slow to make
        derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    run()
