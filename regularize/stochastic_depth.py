"""Stochastic depth by hooks: no module of ours, so the checkpoint stays what it was.

`drop_path`: a text skips a residual branch with chance p_l = p * l / L for layer l of L (Huang et
al. 2016), and what stays is divided by 1 - p_l, so that the mean is the same. Where the norm comes
after the sum, as in BERT, a skipped branch still passes that norm: it is no exact skip. Therefore
`layer_drop` (Fan et al. 2019) beside it, which skips a whole layer for a batch.

Draws come from torch's generator, as dropout's do: the Trainer keeps its state in checkpoints.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from regularize.anatomy import branches, layers


def drop_paths(rate: float, depth: int) -> list[float]:
    """The chance that a branch is skipped, layer by layer from the lowest.

    >>> drop_paths(0.3, 3)
    [0.1, 0.2, 0.3]
    """
    return [round(rate * layer / depth, 12) for layer in range(1, depth + 1)]


def add_drop_path(model: nn.Module, rate: float) -> list[RemovableHandle]:
    """Let texts skip residual branches in training.

    Raises:
        RecipeError: the model's layers share their weights, or its parts are not known.
    """
    if rate == 0:
        return []
    found = branches(model)
    return [
        module.register_forward_hook(_skip_branch(p))
        for p, modules in zip(drop_paths(rate, len(found)), found, strict=True)
        for module in modules
    ]


def add_layer_drop(model: nn.Module, rate: float) -> list[RemovableHandle]:
    """Let batches skip whole layers in training.

    Raises:
        RecipeError: the model's layers share their weights, or its parts are not known.
    """
    if rate == 0:
        return []
    return [
        layer.register_forward_hook(_skip_layer(rate), with_kwargs=True)
        for _, layer in layers(model)
    ]


def _skip_branch(p: float) -> Callable[[nn.Module, Any, Tensor], Tensor | None]:
    def hook(module: nn.Module, inputs: Any, output: Tensor) -> Tensor | None:
        del inputs
        if not module.training:
            return None
        shape = (output.shape[0],) + (1,) * (output.ndim - 1)
        stays = torch.rand(shape, device=output.device) >= p
        return output * stays / (1 - p)

    return hook


def _skip_layer(p: float) -> Callable[[nn.Module, Any, dict[str, Any], Any], Any]:
    def hook(module: nn.Module, args: Any, kwargs: dict[str, Any], output: Any) -> Any:
        if not module.training:
            return None
        entered = args[0] if args else kwargs["hidden_states"]
        skipped = torch.rand((), device=entered.device) < p
        # A choice of numbers, not of paths: every weight stays in the graph with gradient 0, which
        # is what training in several processes needs.
        if isinstance(output, tuple):
            return (torch.where(skipped, entered, output[0]), *output[1:])
        return torch.where(skipped, entered, output)

    return hook
