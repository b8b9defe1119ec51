"""Specs from YAML and JSON, and back; every wrong place is named at once."""

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from augment.errors import SpecError
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
        lines = _explained_all(error)
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
        value = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506  (a stricter safe loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise SpecError(f"{name}: not valid YAML or JSON: {error}") from error
    return parse_spec(value, name=name)


def to_yaml(spec: PipelineSpec) -> str:
    """A spec as YAML; `parse_spec_text` gives it back."""
    return yaml.safe_dump(spec.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a spec, for editors and other programs."""
    return PipelineSpec.model_json_schema()


def shown(value: object) -> str:
    """The beginning of what was given, as JSON.

    >>> shown({"rate": 2})
    '{"rate": 2}'
    """
    try:
        return json.dumps(value, ensure_ascii=False, default=str)[:80]
    except ValueError:
        return "what holds itself, by an alias"


def _no_such_kind(problem: Any) -> str:
    """Where a kind is named that there is not, or none at all: the one that is spelled alike."""
    if problem["type"] != "union_tag_invalid":
        return "expected a mapping with its `kind`"
    given = problem["ctx"]["tag"]
    known = [name.strip(" '") for name in problem["ctx"]["expected_tags"].split(",")]
    alike = get_close_matches(given, known, n=1)
    hint = f"; did you mean {alike[0]}?" if alike else f" (there are: {', '.join(known)})"
    return f"there is no kind {given!r}{hint}"


def _meant(place: tuple[str | int, ...]) -> str:
    """A field of the same part that is spelled alike, as a question."""
    parts: dict[str, type[BaseModel]] = {**kinds(), **check_kinds(), **_PARTS}
    fields = (parts[str(place[-2])] if len(place) > 1 else PipelineSpec).model_fields
    alike = get_close_matches(str(place[-1]), fields, n=1)
    known = ", ".join(name for name in fields if name != "kind")
    return f"; did you mean {alike[0]}?" if alike else f" (there are: {known})"


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that stands twice in a mapping, where YAML would silently take the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                place = node.value[index][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", place)
        return super().construct_mapping(node, deep=deep)


def _explained_all(error: ValidationError) -> list[str]:
    """One line for each wrong place; not for a list that lacks items because they are wrong."""
    problems = error.errors()
    places = [problem["loc"] for problem in problems]
    return [
        _explained(problem)
        for problem, place in zip(problems, places, strict=True)
        if not (
            problem["type"] == "too_short"
            and any(len(other) > len(place) and other[: len(place)] == place for other in places)
        )
    ]


def _explained(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"]) or "(top)"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        return f"{place}: there is no such field{_meant(problem['loc'])}"
    if problem.get("ctx", {}).get("discriminator") == "'kind'":
        return f"{place}: {_no_such_kind(problem)}"
    if problem["type"] == "missing":
        return f"{place}: {message}"
    if problem["type"] == "recursion_loop":
        return f"{place}: holds itself, by an alias (*name)"
    return f"{place}: {message} (given: {shown(problem['input'])})"
