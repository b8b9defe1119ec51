"""What lies beside the weights: the record of the run, and where a broken run can go on.

A record is written last and takes its name when it is whole, so a checkpoint that has one is whole.
"""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from augment.datasets.run_record import PACKAGES, versions
from regularize.data import Task
from regularize.errors import TrainingError
from regularize.recipe import Recipe
from regularize.recipe_files import differences

RECORD = "run.json"
_LIVE = "live.safetensors"
_PREFIX = "checkpoint-"
_PACKAGES = (*PACKAGES, "accelerate", "peft", "safetensors")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run: its recipe, its data by digest, and the versions that it ran with."""

    recipe: Recipe
    data: Mapping[str, str | None]
    """Arguments by which the data are read again: where they are, how they are split."""
    digest: str
    """SHA-256 of all examples and of their parts."""
    labels: tuple[str, ...]
    task: Task
    python: str
    packages: Mapping[str, str]

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        *,
        data: Mapping[str, str | None],
        digest: str,
        labels: tuple[str, ...],
        task: Task,
    ) -> "RunRecord":
        """A record with the versions of this process."""
        return cls(
            recipe=recipe,
            data=data,
            digest=digest,
            labels=labels,
            task=task,
            python=f"{sys.version.split()[0]} on {sys.platform}",
            packages=versions(_PACKAGES),
        )


def write_record(folder: Path, record: RunRecord) -> None:
    """Write the record; it is there wholly or not at all."""
    value = {**asdict(record), "recipe": record.recipe.model_dump(mode="json")}
    part = folder / f"{RECORD}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, folder / RECORD)


def read_record(folder: Path) -> RunRecord:
    """The record of a run or checkpoint.

    Raises:
        TrainingError: there is none, or it is not as this version writes it.
    """
    path = folder / RECORD
    if not path.is_file():
        raise TrainingError(f"{folder} is no run of `regularize train`: there is no {RECORD}")
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        recipe = Recipe.model_validate(value.pop("recipe"))
        return RunRecord(recipe=recipe, **{**value, "labels": tuple(value["labels"])})
    except (ValueError, TypeError, KeyError, AttributeError, ValidationError) as error:
        raise TrainingError(f"{path} is damaged, or of another version: {error}") from error


def last_whole(run: Path) -> Path | None:
    """The newest whole checkpoint of a run; None where it has none yet."""
    whole = [folder for folder in _checkpoints(run) if (folder / RECORD).is_file()]
    return whole[-1] if whole else None


def clear_broken(run: Path) -> list[str]:
    """Remove checkpoints in the making of which the run was broken off; their names."""
    broken = [folder for folder in _checkpoints(run) if not (folder / RECORD).is_file()]
    for folder in broken:
        shutil.rmtree(folder)
    return [folder.name for folder in broken]


def check_same(checkpoint: Path, record: RunRecord) -> None:
    """Refuse to go on from a checkpoint of another run.

    Raises:
        TrainingError: tells in which fields the recipes differ, or that the data do.
    """
    before = read_record(checkpoint)
    check_recipe(checkpoint, before.recipe, record.recipe)
    if before.digest != record.digest:
        raise TrainingError(
            f"{checkpoint} was made with other data (digest {before.digest[:12]}, now "
            f"{record.digest[:12]}); put the data back, or train into another folder"
        )


def check_place(checkpoint: Path) -> None:
    """Refuse a run that was moved: its best checkpoint, known by path, would be lost.

    Raises:
        TrainingError: names the folder where it was.
    """
    best = state_of(checkpoint)["best_model_checkpoint"]
    if best is not None and not Path(best).is_dir():
        raise TrainingError(
            f"{checkpoint.parent}: its best checkpoint was at {best}, and is not there; move the "
            f"run back to {Path(best).parent}"
        )


def state_of(checkpoint: Path) -> dict[str, Any]:
    """What the Trainer knows of the run at a checkpoint."""
    state: dict[str, Any] = json.loads(
        (checkpoint / "trainer_state.json").read_text(encoding="utf-8")
    )
    return state


def check_recipe(folder: Path, before: Recipe, now: Recipe) -> None:
    """Refuse to go on with another recipe.

    Raises:
        TrainingError: tells in which fields they differ.
    """
    if found := differences(before, now):
        lines = "\n  ".join(found)
        raise TrainingError(
            f"{folder} is of another recipe; it differs in (then -> now):\n  {lines}\n"
            "resume with the recipe of the run, or train into another folder"
        )


def save_live(folder: Path, model: nn.Module, updates: int) -> None:
    """Keep the weights behind an average, from which training goes on."""
    weights = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
    save_file(weights, folder / _LIVE, metadata={"updates": str(updates)})


@torch.no_grad()
def load_live(folder: Path, model: nn.Module) -> int:
    """Give the model the weights behind the average; how many updates are in that.

    Raises:
        TrainingError: the checkpoint has none.
    """
    path = folder / _LIVE
    if not path.is_file():
        raise TrainingError(f"{folder} lacks {_LIVE}, the weights behind the average (ema)")
    weights = load_file(path)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameter.copy_(weights[name])
    with safe_open(path, framework="pt") as file:
        return int(file.metadata()["updates"])


def _checkpoints(run: Path) -> list[Path]:
    found = [folder for folder in run.glob(f"{_PREFIX}*") if folder.is_dir()]
    numbered = [f for f in found if f.name.removeprefix(_PREFIX).isdecimal()]
    return sorted(numbered, key=lambda folder: int(folder.name.removeprefix(_PREFIX)))
