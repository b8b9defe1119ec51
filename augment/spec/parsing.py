"""Specs from YAML and JSON, and back; every wrong place is named at once."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from augment.errors import SpecError
from augment.plain import explained_all, read_yaml
from augment.spec.checks import check_kinds
from augment.spec.pipeline import PipelineSpec, Protect
from augment.spec.steps import kinds
from augment.spec.translation import Route, Sampling

# The parts of a spec that have fields of their own, by the name under which they stand.
_PARTS: dict[str, type[BaseModel]] = {"protect": Protect, "sampling": Sampling, "route": Route}


def parse_spec(value: object, *, name: str = "spec") -> PipelineSpec:
    """A spec from plain values, as YAML or JSON give them.

    Raises:
        SpecError: names every wrong place at once, with what stands there.
    """
    if not isinstance(value, dict):
        raise SpecError(f"{name}: expected a mapping with `steps`, not {type(value).__name__}")
    try:
        return PipelineSpec.model_validate(value)
    except ValidationError as error:
        lines = explained_all(error, fields())
        raise SpecError("\n  ".join([f"{name} does not hold:", *lines])) from error


def read_spec(path: Path) -> PipelineSpec:
    """A spec from a .yaml, .yml or .json file.

    Raises:
        SpecError: the file cannot be read, is no YAML or JSON, or the spec does not hold.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: cannot read the spec: {error}") from error
    return parse_spec_text(text, name=str(path))


def parse_spec_text(text: str, *, name: str = "spec") -> PipelineSpec:
    """A spec from YAML or JSON text (JSON is YAML)."""
    try:
        value = read_yaml(text)
    except ValueError as error:
        raise SpecError(f"{name}: {error}") from error
    return parse_spec(value, name=name)


def to_yaml(spec: PipelineSpec) -> str:
    """A spec as YAML; `parse_spec_text` gives it back."""
    return yaml.safe_dump(spec.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a spec, for editors and other programs."""
    return PipelineSpec.model_json_schema()


def fields() -> dict[str, Collection[str]]:
    """The fields of a spec, by `""`, and of its parts, by the names under which they stand."""
    parts: dict[str, type[BaseModel]] = {**kinds(), **check_kinds(), **_PARTS, "": PipelineSpec}
    return {name: part.model_fields for name, part in parts.items()}
