"""Small runs for tests: a tiny BERT, data that it can learn, and a recipe that is told apart."""

from pathlib import Path
from typing import Any

from augment.resources import Resources
from regularize.data import Split
from regularize.recipe_files import parse_recipe
from regularize.run import TrainRequest
from tests.support.tiny_encoder import tiny_split

# Nothing is drawn but the order of the data.
STILL = {"dropout": dict.fromkeys(("embedding", "attention", "attention_output", "ffn"), 0.0)}
STILL["dropout"]["classifier"] = 0.0


def tiny_request(
    folder: Path, output: Path, resources: Resources, split: Split | None = None, **fields: Any
) -> TrainRequest:
    """A request whose recipe has the defaults of a small and quick run, and these fields."""
    value = {"model": str(folder), "learning_rate": 1e-2, "batch": 8, "epochs": 2, **fields}
    if value.get("updates"):
        del value["epochs"]
    return TrainRequest(
        split=split or tiny_split(),
        recipe=parse_recipe(value),
        output=output,
        resources=resources,
        data={},
    )
