"""Recipes: round trip, every wrong place at once, contradictions, differences."""

import pytest

from regularize.errors import RecipeError
from regularize.recipe import Dropout, Recipe, Stopping
from regularize.recipe_files import (
    differences,
    named_recipe,
    parse_recipe,
    parse_recipe_text,
    recipe_names,
    to_yaml,
)

FULL = {
    "model": "some/model",
    "dropout": {"embedding": 0.1, "classifier": 0.3},
    "stopping": {"criterion": "lagged", "patience": 3, "metric": "accuracy"},
    "augmentation": {"pipeline": {"steps": [{"kind": "masking"}]}, "place": "instead"},
    "consistency": {"ratio": 3, "annealing": "log"},
    "class_weights": {"a": 1.0, "b": 2.0},
    "ema": 0.99,
}


@pytest.mark.parametrize("name", recipe_names())
def test_shipped_recipes_come_back_from_yaml(name: str) -> None:
    recipe = named_recipe(name)
    assert parse_recipe_text(to_yaml(recipe)) == recipe


def test_a_recipe_with_every_part_comes_back_from_yaml() -> None:
    recipe = parse_recipe(FULL)
    assert parse_recipe_text(to_yaml(recipe)) == recipe
    assert recipe.metric == "accuracy"


def test_an_empty_file_is_the_default_recipe() -> None:
    assert parse_recipe_text("") == Recipe()


def test_an_alias_in_itself_is_told() -> None:
    with pytest.raises(RecipeError, match="holds itself, by an alias"):
        parse_recipe_text("epochs: &e [*e]")
    with pytest.raises(RecipeError, match="there is no kind"):
        parse_recipe_text("augmentation: {pipeline: {steps: [&a {kind: *a}]}}")


def test_a_pipeline_inside_is_told_as_a_spec_is() -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(
            {
                "augmentation": {
                    "pipeline": {"steps": [{"kind": "maskin"}, {"kind": "masking", "rat": 1}]}
                }
            }
        )
    assert str(caught.value).splitlines() == [
        "recipe does not hold:",
        "  augmentation.pipeline.steps.0: there is no kind 'maskin'; did you mean masking?",
        "  augmentation.pipeline.steps.1.masking.rat: there is no such field; did you mean rate?",
    ]


def test_every_wrong_place_is_named_at_once_with_what_contradicts() -> None:
    wrong = {
        "label_smoothing": 2,
        "smoothng": 1,
        "dropout": {"atention": 0.1},
        "stopping": {"patience": 0},
        "weight_decay": 0.1,
        "l2": 0.1,
        "batch": 3,
        "accumulation": 2,
    }
    with pytest.raises(RecipeError) as caught:
        parse_recipe(wrong, name="r.yaml")
    message = str(caught.value)
    for part in (
        "r.yaml does not hold",
        "label_smoothing: expected less than 1 (given: 2)",
        "smoothng: there is no such field; did you mean label_smoothing?",
        "dropout.atention: there is no such field; did you mean attention?",
        "stopping.patience: expected at least 1 (given: 0)",
        "weight_decay and l2 do not go together",
        "batch (3) must be a multiple of accumulation (2)",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"epochs": 1, "updates": 1}, "give one of them"),
        ({"label_smoothing": 0.1, "focal": 1}, "label_smoothing and focal"),
        ({"class_weights": "balanced", "balanced_sampling": True}, "count twice"),
        ({"mixup": 1, "r_drop": 1}, "mixup and r_drop"),
        ({"mixup": 1, "consistency": {}}, "mixup and consistency"),
        ({"lora": {}, "ema": 0.9}, "lora and ema"),
        ({"lora": {}, "reinit_layers": 1}, "lora and reinit_layers"),
        ({"keep": "last", "stopping": {}}, "keep: last does not go with stopping"),
        ({"consistency": {"teacher": "ema"}}, "needs ema"),
        ({"augmentation": {}}, "give one of preset, pipeline and file"),
        ({"augmentation": {"file": "a.csv", "url": "http://x"}}, "not a file"),
        ({"consistency": {"preset": "light", "views": "v.csv"}}, "give one of preset"),
        ({"dropout": {"ffn": 1.0}}, "dropout.ffn"),
    ],
)
def test_contradictions_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        parse_recipe(fields)


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(RecipeError, match="'seed' stands twice"):
        parse_recipe_text("seed: 1\nseed: 2\n")


def test_an_unknown_name_tells_what_there_is() -> None:
    with pytest.raises(RecipeError, match="there are: augmented, few_shot, plain"):
        named_recipe("fancy")


def test_differences_name_the_fields() -> None:
    one = Recipe(dropout=Dropout(ffn=0.1), stopping=Stopping())
    other = Recipe(dropout=Dropout(ffn=0.2), stopping=Stopping())
    assert differences(one, other) == ["dropout.ffn: 0.1 -> 0.2"]
    assert differences(one, one) == []
