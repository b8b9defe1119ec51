"""Figures on the development set, over all of its items at once and not by batches."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from regularize.data import Task
from regularize.losses import item_losses, items
from regularize.metrics import measure


def evaluate_predictions(task: Task, names: Sequence[str]) -> Callable[[Any], dict[str, float]]:
    """What the Trainer calls with all logits and labels; its `loss` replaces the Trainer's own."""

    def measured(predictions: Any) -> dict[str, float]:
        logits, labels = np.asarray(predictions.predictions), np.asarray(predictions.label_ids)
        rows, found = items(torch.from_numpy(logits).double(), torch.from_numpy(labels), task)
        loss = float(item_losses(rows, found, task).mean())
        return {"loss": loss, **measure(logits, labels, task, names)}

    return measured
