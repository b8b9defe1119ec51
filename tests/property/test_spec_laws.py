"""Laws of specs."""

import json
from typing import Any

from hypothesis import given

from augment.spec import parse_spec, parse_spec_text, to_yaml
from tests.support.strategies import spec_values


@given(spec_values)
def test_yaml_and_json_give_the_same_spec_back(value: dict[str, Any]) -> None:
    for step in value["steps"]:
        _fit(step)
    spec = parse_spec(value)
    assert parse_spec_text(to_yaml(spec)) == spec
    assert parse_spec(json.loads(spec.model_dump_json())) == spec
    assert parse_spec_text(spec.model_dump_json()) == spec


def _fit(step: dict[str, Any]) -> None:
    """JSON has lists where Python has tuples; nothing else differs."""
    for child in (*step.get("steps", ()), *([step["step"]] if "step" in step else [])):
        _fit(child)
