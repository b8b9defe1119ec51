"""Weights of classes, and the groups that balanced sampling draws from."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from regularize.data import Task
from regularize.errors import RecipeError
from regularize.recipe import Recipe


def class_weights(
    recipe: Recipe, task: Task, labels: Sequence[str], counts: Mapping[int, int]
) -> Tensor | None:
    """One weight a class, scaled so that the mean over the training examples is 1.

    Raises:
        RecipeError: the task has no one label an example, or the weights do not fit the labels.
    """
    wanted = recipe.class_weights
    if wanted is None:
        return None
    if task == "several":
        raise RecipeError("class_weights: an example with several labels has no one weight")
    if wanted == "balanced":
        raw = [1 / max(counts[number], 1) for number in range(len(labels))]
    else:
        _check_names(wanted, labels)
        raw = [wanted[label] for label in labels]
    weights = torch.tensor(raw)
    number = torch.tensor([float(counts[n]) for n in range(len(labels))])
    return weights * number.sum() / (weights * number).sum()


def sampling_groups(
    recipe: Recipe, task: Task, classes: Sequence[int], each: int
) -> list[list[int]] | None:
    """Indices of an epoch by class, of which every example has `each`; None: no balance wanted.

    Raises:
        RecipeError: the task has no one label an example.
    """
    if not recipe.balanced_sampling:
        return None
    if task != "single":
        raise RecipeError("balanced_sampling: needs one label an example")
    groups: dict[int, list[int]] = {}
    for number, label in enumerate(classes):
        groups.setdefault(label, []).extend(range(number * each, (number + 1) * each))
    return [groups[label] for label in sorted(groups)]


def _check_names(wanted: Mapping[str, float], labels: Sequence[str]) -> None:
    missing, unknown = set(labels) - set(wanted), set(wanted) - set(labels)
    if missing or unknown:
        told = [f"lacks {', '.join(sorted(missing))}"] if missing else []
        told += [f"names {', '.join(sorted(unknown))}, which no example has"] if unknown else []
        raise RecipeError(f"class_weights {' and '.join(told)}")
