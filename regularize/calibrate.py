"""One temperature for all logits, fitted on the development set (Guo et al. 2017).

Logits are divided by it, so the most likely label stays and only its probability changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from regularize.data import Task
from regularize.metrics import IGNORED, Floats, Ints, binary, softmax

LEAST: Final = 0.05
MOST: Final = 20.0
_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Temperature:
    """What logits are divided by; `items` is of how many it was fitted.

    `note` says why it is 1 where none could be fitted.
    """

    value: float
    items: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The temperature, and the figures of one part with it and without."""

    temperature: Temperature
    part: str
    before: Mapping[str, float]
    after: Mapping[str, float]


def fit_temperature(
    logits: NDArray[np.floating], labels: NDArray[np.integer], task: Task
) -> Temperature:
    """The temperature with the least negative log-likelihood, between `LEAST` and `MOST`.

    The likelihood is concave in 1/T, so the root of its slope is found by halving. Where every
    answer is right (or the slope has no root within bounds), the best T would be 0 or without end:
    that is told and 1 is taken, since so few answers tell nothing of how sure to be.

    Shapes are those of `metrics.measure`.
    """
    scores, right = items_of(np.asarray(logits, np.float64), np.asarray(labels, np.int64), task)
    if not len(right):
        return Temperature(1.0, 0, "there is no development set to fit it on")
    low, high = 1 / MOST, 1 / LEAST
    if _slope(scores, right, high) <= 0:
        note = "the answers on the development set are too nearly all right to fit it"
        return Temperature(1.0, len(right), note)
    if _slope(scores, right, low) >= 0:
        note = "the answers on the development set are hardly better than guesses"
        return Temperature(1.0, len(right), note)
    for _ in range(_STEPS):
        middle = sqrt(low * high)
        low, high = (low, middle) if _slope(scores, right, middle) > 0 else (middle, high)
    return Temperature(1 / sqrt(low * high), len(right))


def items_of(logits: Floats, labels: Ints, task: Task) -> tuple[Floats, Ints]:
    """Logits (items, classes) and labels (items), whatever the task."""
    if task == "several":
        return binary(logits, labels)
    if task == "tags":
        return logits[labels != IGNORED], labels[labels != IGNORED]
    return logits, labels


def _slope(logits: Floats, labels: Ints, inverse: float) -> float:
    """The derivative of the mean negative log-likelihood by 1/T."""
    expected = (softmax(logits * inverse) * logits).sum(axis=-1)
    chosen = np.take_along_axis(logits, labels[:, None], axis=-1)[:, 0]
    return float((expected - chosen).mean())
