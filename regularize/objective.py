"""What is minimised in training: one forward pass, and a sum over items of everything asked for.

The sum is not yet divided: the trainer knows over how many items an update goes.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from regularize.data import Task
from regularize.errors import RecipeError
from regularize.losses import (
    annealed_threshold,
    consistency_losses,
    item_losses,
    items,
    symmetric_divergence,
    unlearnt,
)
from regularize.recipe import Recipe

# Logits of texts under the weights that give targets; no gradient.
Teacher = Callable[[Mapping[str, Tensor]], Tensor]

TEACHER_PREFIX = "teacher_"


class Objective:
    """The training loss of a recipe."""

    def __init__(
        self, recipe: Recipe, task: Task, classes: int, weights: Tensor | None = None
    ) -> None:
        """`weights` has one number a class."""
        self._recipe = recipe
        self._task: Task = task
        self._classes = classes
        self._weights = weights

    def __call__(
        self, model: nn.Module, batch: Mapping[str, Tensor], teacher: Teacher, progress: float
    ) -> Tensor:
        """The summed loss of a batch; `progress` is the share of the run that is done.

        The batch has the labelled texts first and the views behind them, `labels` for the former,
        and the texts that the views were made of under names that begin with `teacher_`.
        """
        labels = batch["labels"]
        texts = {
            name: value
            for name, value in batch.items()
            if name != "labels" and not name.startswith(TEACHER_PREFIX)
        }
        if self._recipe.mixup:
            return self._mixed(model, texts, labels)
        logits, again = self._logits(model, texts, len(labels))
        loss = self._labelled(logits[: len(labels)], labels, progress)
        if again is not None:
            loss = (loss + self._labelled(again, labels, progress)) / 2
            loss = loss + self._recipe.r_drop * self._apart(logits[: len(labels)], again, labels)
        if self._recipe.consistency is not None:
            loss = loss + self._inconsistent(logits[len(labels) :], batch, teacher)
        return loss

    def _logits(
        self, model: nn.Module, texts: Mapping[str, Tensor], labelled: int
    ) -> tuple[Tensor, Tensor | None]:
        """Logits of all texts, and for R-Drop those of the labelled ones once more."""
        if not self._recipe.r_drop:
            return model(**texts).logits, None
        # Twice in one pass: dropout differs between the rows of a batch.
        twice = {name: torch.cat((value[:labelled], value)) for name, value in texts.items()}
        logits = model(**twice).logits
        return logits[labelled:], logits[:labelled]

    def _labelled(self, logits: Tensor, labels: Tensor, progress: float) -> Tensor:
        logits, labels = items(logits, labels, self._task)
        losses = self._losses(logits, labels)
        consistency = self._recipe.consistency
        if consistency is not None and consistency.annealing != "none":
            threshold = annealed_threshold(consistency.annealing, progress, self._classes)
            losses = losses * unlearnt(logits, labels, self._task, threshold)
        return losses.sum()

    def _losses(self, logits: Tensor, labels: Tensor) -> Tensor:
        return item_losses(
            logits,
            labels,
            self._task,
            smoothing=self._recipe.label_smoothing,
            weights=None if self._weights is None else self._weights.to(logits.device),
            focal=self._recipe.focal,
        )

    def _apart(self, one: Tensor, other: Tensor, labels: Tensor) -> Tensor:
        first, _ = items(one, labels, self._task)
        second, _ = items(other, labels, self._task)
        return symmetric_divergence(first, second, self._task).sum()

    def _inconsistent(self, views: Tensor, batch: Mapping[str, Tensor], teacher: Teacher) -> Tensor:
        consistency = self._recipe.consistency
        assert consistency is not None
        texts = {
            name.removeprefix(TEACHER_PREFIX): value
            for name, value in batch.items()
            if name.startswith(TEACHER_PREFIX)
        }
        losses = consistency_losses(
            teacher(texts),
            views,
            self._task,
            sharpening=consistency.sharpening,
            confidence=consistency.confidence,
        )
        # Each labelled text brings `ratio` others, so this is their mean at every accumulation.
        return consistency.weight * losses.sum() / consistency.ratio

    def _mixed(self, model: nn.Module, texts: Mapping[str, Tensor], labels: Tensor) -> Tensor:
        """Mixup of what the classifier reads, with the same mixture of losses."""
        alpha = self._recipe.mixup
        share = float(torch.distributions.Beta(alpha, alpha).sample())
        order = torch.randperm(len(labels), device=labels.device)
        with _mixing(model, share, order):
            logits = model(**texts).logits
        own, others = self._losses(logits, labels), self._losses(logits, labels[order])
        return (share * own + (1 - share) * others).sum()


def head_of(model: nn.Module) -> nn.Module:
    """The module that reads a text's representation and gives the logits.

    Raises:
        RecipeError: the model has none by the usual name.
    """
    heads: list[nn.Module] = [
        m for name, m in model.named_modules() if name.split(".")[-1] == "classifier"
    ]
    if not heads:
        raise RecipeError("mixup: the model has no part called classifier to mix texts before")
    return heads[0]


@contextmanager
def _mixing(model: nn.Module, share: float, order: Tensor) -> Iterator[None]:
    def mix(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        del module
        first, *rest = inputs
        return (share * first + (1 - share) * first[order], *rest)

    handle = head_of(model).register_forward_pre_hook(mix)
    try:
        yield
    finally:
        handle.remove()
