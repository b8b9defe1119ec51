"""Early stopping by either criterion; what it has seen goes into checkpoints and comes back.

The Trainer's own callback counts evaluations without a new best, forgets its count on resume unless
told otherwise, and lets small steps reset it. NaN never gets here: see `trainer`.
"""

from collections.abc import Sequence
from typing import Any, Literal

from transformers import TrainerCallback
from transformers.trainer_callback import ExportableState

from regularize.metrics import GREATER_IS_BETTER
from regularize.recipe import Metric

Criterion = Literal["best", "lagged"]


def is_over(
    losses: Sequence[float], criterion: Criterion, patience: int, min_delta: float = 0.0
) -> bool:
    """Whether to stop after these losses (smaller is better), one for each evaluation.

    >>> is_over([0.5, 0.7, 0.6, 0.8, 0.7], "best", 2)
    True
    >>> is_over([1.0, 0.5, 0.5, 0.5, 0.5], "lagged", 2)
    False
    """
    if criterion == "best":
        return _since_best(losses, min_delta) >= patience
    rises = [
        now > before + min_delta for before, now in zip(losses, losses[patience:], strict=False)
    ]
    return len(rises) >= patience and all(rises[-patience:])


def _since_best(losses: Sequence[float], min_delta: float) -> int:
    """Evaluations since the best one. Without `min_delta` an equal one is no new best."""
    best, at = float("inf"), -1
    for index, loss in enumerate(losses):
        if loss < best - min_delta:
            best, at = loss, index
    return len(losses) - 1 - at


class EarlyStopping(TrainerCallback, ExportableState):  # type: ignore[misc]
    """Stops the Trainer; its state is its arguments and the values so far."""

    def __init__(
        self, criterion: Criterion, patience: int, min_delta: float, metric: Metric
    ) -> None:
        self.criterion: Criterion = criterion
        self.patience = patience
        self.min_delta = min_delta
        self.metric: Metric = metric
        self.values: list[float] = []

    @property
    def over(self) -> bool:
        """Whether the values so far end the run."""
        sign = -1 if self.metric in GREATER_IS_BETTER else 1
        losses = [sign * value for value in self.values]
        return is_over(losses, self.criterion, self.patience, self.min_delta)

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any
    ) -> None:
        """Note the value of this evaluation, and stop if it is one too many."""
        del args, state
        self.values.append(metrics[f"eval_{self.metric}"])
        if self.over:
            control.should_training_stop = True

    def state(self) -> dict[str, Any]:
        """What the Trainer writes into a checkpoint and restores from one."""
        return {
            "args": {
                "criterion": self.criterion,
                "patience": self.patience,
                "min_delta": self.min_delta,
                "metric": self.metric,
            },
            "attributes": {"values": list(self.values)},
        }
