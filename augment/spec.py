"""The one declaration of a pipeline: behind YAML, JSON, HTTP, `augment schema` and Python.

A spec is either valid or an error that names every wrong place; nothing is replaced by a default
in silence, and unknown fields are refused.
"""

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from augment.errors import SpecError

Rate = Annotated[float, Field(ge=0, le=1, description="share of the words that are edited")]
Probability = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Masking(_Part):
    """Replace whole words by a mask token; never a protected word, and one word at least stays."""

    kind: Literal["masking"] = "masking"
    rate: Rate = 0.15
    span_range: tuple[int, int] = (1, 1)
    """Words in a row that one mask token hides: least and most."""
    mask_token: str | None = Field(default=None, min_length=1)
    """Text of the mask; without it and without `tokenizer`: [MASK]."""
    tokenizer: Path | None = None
    """Folder of a tokenizer on disk whose own mask token is used."""

    @model_validator(mode="after")
    def _holds(self) -> "Masking":
        low, high = self.span_range
        if not 1 <= low <= high <= 100:
            raise ValueError(
                f"span_range must be [least, most], 1 <= least <= most <= 100, not {[low, high]}"
            )
        if self.mask_token is not None and self.tokenizer is not None:
            raise ValueError("give mask_token or tokenizer, not both")
        return self


class Synonyms(_Part):
    """Replace words by synonyms (WordNet and a reviewed list) in the same inflected form."""

    kind: Literal["synonyms"] = "synonyms"
    rate: Rate = 0.2
    phrases: bool = False
    """Whether one word may become several ("buy" -> "pick up")."""


class BackTranslation(_Part):
    """Translate into another language and back with MarianMT models."""

    kind: Literal["back_translation"] = "back_translation"
    source: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    """Language of the texts."""
    pivot: str = Field(default="pt", pattern=r"^[a-z]{2,3}$")
    """Language to go through."""
    forward: str | None = Field(default=None, min_length=1)
    """Model from source to pivot: a folder, `hub:OWNER/NAME`, or one added by `augment models`;
    without it the embedded pair."""
    backward: str | None = Field(default=None, min_length=1)
    """Model from pivot to source."""
    beam: int = Field(default=1, ge=1, le=16)
    """Width of the search on the way back; 1 is greedy."""
    hypotheses: int = Field(default=1, ge=1, le=16)
    """Best translations on the way back; each copy draws one of those that differ from the text,
    the best most often. At most `beam`."""

    @model_validator(mode="after")
    def _holds(self) -> "BackTranslation":
        if self.source == self.pivot:
            raise ValueError(f"pivot must differ from source, both are {self.source!r}")
        if (self.forward is None) != (self.backward is None):
            raise ValueError("give both forward and backward, or neither")
        if self.hypotheses > self.beam:
            raise ValueError(f"hypotheses ({self.hypotheses}) must not exceed beam ({self.beam})")
        return self


class Chain(_Part):
    """All steps, one after the other."""

    kind: Literal["chain"] = "chain"
    steps: tuple["Step", ...] = Field(min_length=1)


class Maybe(_Part):
    """The step with probability `p`, decided for each copy."""

    kind: Literal["maybe"] = "maybe"
    p: Probability
    step: "Step"


class OneOf(_Part):
    """One of the steps, decided for each copy."""

    kind: Literal["one_of"] = "one_of"
    steps: tuple["Step", ...] = Field(min_length=1)
    weights: tuple[Annotated[float, Field(ge=0)], ...] | None = None
    """How likely each step is, in proportion; equal without it."""

    @model_validator(mode="after")
    def _holds(self) -> "OneOf":
        if self.weights is not None:
            if len(self.weights) != len(self.steps):
                raise ValueError(f"{len(self.weights)} weights for {len(self.steps)} steps")
            if sum(self.weights) <= 0:
                raise ValueError("at least one weight must be above 0")
        return self


class SomeOf(_Part):
    """`k` of the steps, least and most, in their order; decided for each copy."""

    kind: Literal["some_of"] = "some_of"
    steps: tuple["Step", ...] = Field(min_length=1)
    k: tuple[int, int]

    @model_validator(mode="after")
    def _holds(self) -> "SomeOf":
        low, high = self.k
        if not 0 <= low <= high <= len(self.steps):
            raise ValueError(
                f"k must be [least, most], 0 <= least <= most <= {len(self.steps)}, "
                f"not {[low, high]}"
            )
        return self


Leaf = Masking | Synonyms | BackTranslation
Step = Annotated[Leaf | Chain | Maybe | OneOf | SomeOf, Field(discriminator="kind")]


class Protect(_Part):
    """What no step may touch, beside what is protected always (numbers, addresses, code, ...)."""

    phrases: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    patterns: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Regular expressions."""

    @model_validator(mode="after")
    def _holds(self) -> "Protect":
        for pattern in self.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(
                    f"pattern {pattern!r} is not a regular expression: {error}"
                ) from error
        return self


class PipelineSpec(_Part):
    """A whole pipeline: what is done to each record, how often, and from which seed."""

    version: Literal[1] = 1
    seed: int = Field(default=0, ge=0, lt=2**63)
    copies: int = Field(default=1, ge=1, le=1000)
    """Copies wanted of each record, all different."""
    attempts: int = Field(default=5, ge=1, le=100)
    """Draws for one copy before it is given up, when a draw is refused or not new."""
    protect: Protect = Protect()
    steps: tuple[Step, ...] = Field(min_length=1)


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


def _meant(place: tuple[str | int, ...]) -> str:
    """A field of the same part that is spelled alike, as a question."""
    part = kinds().get(str(place[-2])) if len(place) > 1 else PipelineSpec
    fields = (part or Protect).model_fields
    alike = get_close_matches(str(place[-1]), fields, n=1)
    known = ", ".join(name for name in fields if name != "kind")
    return f"; did you mean {alike[0]}?" if alike else f" (there are: {known})"


def kinds() -> dict[str, type[BaseModel]]:
    """Every kind of step by its name, leaves first."""
    classes = (Masking, Synonyms, BackTranslation, Chain, Maybe, OneOf, SomeOf)
    return {cls.model_fields["kind"].default: cls for cls in classes}


def leaves(spec: PipelineSpec) -> Iterator[Leaf]:
    """All leaf steps of a spec, in order."""
    todo: list[Any] = list(spec.steps)
    while todo:
        step = todo.pop(0)
        if isinstance(step, Leaf):
            yield step
        elif isinstance(step, Maybe):
            todo.insert(0, step.step)
        else:
            todo[:0] = step.steps


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
    if problem["type"] in ("missing", "union_tag_invalid", "union_tag_not_found"):
        return f"{place}: {message}"
    given = json.dumps(problem["input"], ensure_ascii=False, default=str)
    return f"{place}: {message} (given: {given[:80]})"
