"""What the optimizer gets: groups by decay and by depth, and the textbook L2 term."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import Trainer

from regularize.anatomy import layers
from regularize.errors import RecipeError
from regularize.recipe import Recipe

_EMBEDDINGS = "embeddings."


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters by name that share learning rate and decay."""

    name: str
    learning_rate: float
    weight_decay: float
    decays: bool
    """Whether its weights are of those that may decay: no biases, no norms."""
    parameters: tuple[tuple[str, nn.Parameter], ...]

    @property
    def numbers(self) -> int:
        """How many numbers are learnt in it."""
        return sum(parameter.numel() for _, parameter in self.parameters)

    def for_torch(self) -> dict[str, Any]:
        """As torch's optimizers take it."""
        parameters = [parameter for _, parameter in self.parameters]
        return {
            "params": parameters,
            "lr": self.learning_rate,
            "weight_decay": self.weight_decay,
        }


def decayed_names(model: nn.Module) -> frozenset[str]:
    """What may decay: no bias, no norm. The Trainer's own rule, which needs no trainer."""
    return frozenset(Trainer.get_decay_parameter_names(None, model))


def groups(model: nn.Module, recipe: Recipe) -> list[Group]:
    """The groups of a recipe.

    With a `layer_decay` d the head has the whole learning rate, the top layer d of it, the layer
    below d of that, and the embeddings come last.

    Raises:
        RecipeError: nothing is left to be learnt, or layers are asked for that the model lacks.
    """
    places, decayed = _places(model, recipe), decayed_names(model)
    found: dict[tuple[int, bool], list[tuple[str, nn.Parameter]]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            key = (places.depth(name), name in decayed)
            found.setdefault(key, []).append((name, parameter))
    if not found:
        raise RecipeError("every weight of the model is frozen: there is nothing to learn")
    return [
        Group(
            f"{places.name(depth)}, {'decayed' if decays else 'not decayed'}",
            recipe.learning_rate * recipe.layer_decay ** (places.top - depth),
            recipe.weight_decay if decays else 0.0,
            decays,
            tuple(found[depth, decays]),
        )
        for depth, decays in sorted(found, reverse=True)
    ]


def l2_term(parameters: Sequence[nn.Parameter], strength: float) -> Tensor:
    """Lambda times the squared norm; its gradient is 2 lambda w."""
    return strength * torch.stack([(p * p).sum() for p in parameters]).sum()


@dataclass(frozen=True, slots=True)
class _Places:
    """How deep a parameter lies: embeddings 0, layers from 1, the head on top."""

    layers: tuple[str, ...]
    by_depth: bool

    @property
    def top(self) -> int:
        return len(self.layers) + 1 if self.by_depth else 0

    def depth(self, name: str) -> int:
        if not self.by_depth:
            return 0
        for number, layer in enumerate(self.layers, start=1):
            if f"{layer}." in name:
                return number
        return 0 if _EMBEDDINGS in name else self.top

    def name(self, depth: int) -> str:
        if not self.by_depth:
            return "all"
        return "embeddings" if depth == 0 else "head" if depth == self.top else f"layer {depth}"


def _places(model: nn.Module, recipe: Recipe) -> _Places:
    if recipe.layer_decay == 1:
        return _Places((), by_depth=False)
    return _Places(tuple(name for name, _ in layers(model)), by_depth=True)
