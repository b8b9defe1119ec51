"""An exponential average of the weights, which is evaluated and kept in place of the last ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """The average of a model's learnt weights; frozen ones are as they are.

    The decay begins low, min(decay, (1 + t) / (10 + t)) at update t, or the first weights would
    weigh on a short run to its end.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.weights = {name: p.detach().clone() for name, p in _learnt(model)}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the weights after one more update."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, parameter in _learnt(model):
            self.weights[name].lerp_(parameter, 1 - decay)

    @contextmanager
    def in_place(self, model: nn.Module) -> Iterator[None]:
        """Let the model have the averaged weights for a while."""
        own = {name: p.detach().clone() for name, p in _learnt(model)}
        _fill(model, self.weights)
        try:
            yield
        finally:
            _fill(model, own)

    def settle(self, model: nn.Module) -> None:
        """Give the model the averaged weights for good."""
        _fill(model, self.weights)


@torch.no_grad()
def _fill(model: nn.Module, weights: dict[str, Tensor]) -> None:
    for name, parameter in _learnt(model):
        parameter.copy_(weights[name])


def _learnt(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    return ((name, p) for name, p in model.named_parameters() if p.requires_grad)
