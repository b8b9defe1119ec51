"""Recipes from YAML and back, by file or by name; every wrong place is named at once."""

import json
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from augment.plain import explained_all, read_yaml
from augment.spec import PipelineSpec, fields
from regularize.errors import RecipeError
from regularize.recipe import Augmentation, Consistency, Dropout, Lora, Recipe, Stopping

# The parts of a recipe that have fields of their own, by the name under which they stand.
_PARTS: dict[str, type[BaseModel]] = {
    "": Recipe,
    "dropout": Dropout,
    "stopping": Stopping,
    "lora": Lora,
    "augmentation": Augmentation,
    "consistency": Consistency,
    "pipeline": PipelineSpec,
}
_FOLDER = "recipes"


def parse_recipe(value: object, *, name: str = "recipe") -> Recipe:
    """A recipe from plain values, as YAML or JSON give them.

    Raises:
        RecipeError: names every wrong place at once, with what stands there.
    """
    if not isinstance(value, dict):
        raise RecipeError(f"{name}: expected a mapping of fields, not {type(value).__name__}")
    try:
        return Recipe.model_validate(value)
    except ValidationError as error:
        lines = explained_all(error, _fields())
        lines += _contradictions_of_the_rest(value, error)
        raise RecipeError("\n  ".join([f"{name} does not hold:", *lines])) from error


def parse_recipe_text(text: str, *, name: str = "recipe") -> Recipe:
    """A recipe from YAML or JSON text (JSON is YAML)."""
    try:
        value = read_yaml(text)
    except ValueError as error:
        raise RecipeError(f"{name}: {error}") from error
    return parse_recipe({} if value is None else value, name=name)


def read_recipe(path: Path) -> Recipe:
    """A recipe from a .yaml, .yml or .json file; paths in it are those of the working folder.

    Raises:
        RecipeError: the file cannot be read, is no YAML or JSON, or the recipe does not hold.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: cannot read the recipe: {error}") from error
    return parse_recipe_text(text, name=str(path))


def recipe_names() -> list[str]:
    """Names of the shipped recipes."""
    entries = (files(__package__) / _FOLDER).iterdir()
    return sorted(e.name.removesuffix(".yaml") for e in entries if e.name.endswith(".yaml"))


def named_recipe(name: str) -> Recipe:
    """A shipped recipe.

    Raises:
        RecipeError: there is no recipe of this name.

    >>> named_recipe("plain").label_smoothing
    0.0
    """
    if name not in recipe_names():
        raise RecipeError(f"no recipe {name!r}; there are: {', '.join(recipe_names())}")
    text = (files(__package__) / _FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return parse_recipe_text(text, name=f"recipe {name}")


def to_yaml(recipe: Recipe) -> str:
    """A recipe as YAML; `parse_recipe_text` gives it back."""
    return yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def differences(one: Recipe, other: Recipe) -> list[str]:
    """The fields in which two recipes differ, as `field: one -> other`.

    >>> differences(Recipe(), Recipe(seed=1))
    ['seed: 0 -> 1']
    """
    before, after = (_flat(recipe.model_dump(mode="json")) for recipe in (one, other))
    return [
        f"{place}: {json.dumps(before.get(place))} -> {json.dumps(after.get(place))}"
        for place in sorted(before.keys() | after.keys())
        if before.get(place) != after.get(place)
    ]


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        inside = _flat(item, f"{prefix}{key}.") if isinstance(item, dict) else {prefix + key: item}
        flat.update(inside)
    return flat


def _contradictions_of_the_rest(value: dict[str, Any], error: ValidationError) -> list[str]:
    """What the fields that hold say against one another: pydantic stops before it asks that."""
    wrong = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
    if not wrong:
        return []
    try:
        Recipe.model_validate({key: item for key, item in value.items() if key not in wrong})
    except ValidationError as second:
        # What is said of a field that was left out here may not be so.
        lines = explained_all(second, _fields())
        return [line for line in lines if not any(name in line for name in wrong)]
    return []


def _fields() -> dict[str, Collection[str]]:
    return {**fields(), **{name: part.model_fields for name, part in _PARTS.items()}}
