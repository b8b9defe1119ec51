"""Laws of specs."""

import json
from typing import Any

from hypothesis import given

from augment.spec import parse_spec, parse_spec_text, to_yaml
from tests.support.strategies import spec_values


@given(spec_values)
def test_yaml_and_json_give_the_same_spec_back(value: dict[str, Any]) -> None:
    spec = parse_spec(value)
    assert parse_spec_text(to_yaml(spec)) == spec
    assert parse_spec(json.loads(spec.model_dump_json())) == spec
    assert parse_spec_text(spec.model_dump_json()) == spec
