"""Losses, one number for each item, so that the caller says over how many they are averaged.

An item is a text (one label), a token (tags), or a text's label (several labels). Sums over items
divided by the number of items in the whole update are right at every accumulation; means of parts
are not.
"""

from math import exp
from typing import Literal, assert_never

import torch
from torch import Tensor
from torch.nn import functional

from regularize.data import Task

# What transformers writes where a token has no tag.
IGNORED = -100


def items(logits: Tensor, labels: Tensor, task: Task) -> tuple[Tensor, Tensor]:
    """Logits and labels as items: tags become rows, and those without a tag are left out."""
    if task != "tags":
        return logits, labels
    there = labels != IGNORED
    return logits[there], labels[there]


def item_losses(
    logits: Tensor,
    labels: Tensor,
    task: Task,
    *,
    smoothing: float = 0.0,
    weights: Tensor | None = None,
    focal: float = 0.0,
) -> Tensor:
    """The loss of each item; `items` first. With the defaults it is the plain one of evaluation.

    `weights` has one number a class. The weight of an example is that of its own label, and the
    smoothing mass is not weighted: torch weighs that mass by class, so that rare labels take over.
    """
    if task == "several":
        return _binary_losses(logits, labels, smoothing, focal)
    log_p = functional.log_softmax(logits, dim=-1)
    of_label = log_p.gather(-1, labels.unsqueeze(-1)).squeeze(-1)
    own = -of_label if focal == 0 else -((1 - of_label.exp()) ** focal) * of_label
    if weights is not None:
        own = own * weights[labels]
    return own if smoothing == 0 else (1 - smoothing) * own - smoothing * log_p.mean(dim=-1)


def _binary_losses(logits: Tensor, labels: Tensor, smoothing: float, focal: float) -> Tensor:
    target = labels * (1 - smoothing) + smoothing / 2
    loss = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    if focal == 0:
        return loss
    sure = torch.where(labels > 0.5, logits.sigmoid(), 1 - logits.sigmoid())
    return loss * (1 - sure) ** focal


def divergence(target: Tensor, logits: Tensor, task: Task) -> Tensor:
    """Kullback-Leibler divergence of each item from the target; both are logits."""
    if task == "several":
        target, logits = _two_sided(target), _two_sided(logits)
    log_q = functional.log_softmax(target, dim=-1)
    log_p = functional.log_softmax(logits, dim=-1)
    return (log_q.exp() * (log_q - log_p)).sum(dim=-1)


def symmetric_divergence(one: Tensor, other: Tensor, task: Task) -> Tensor:
    """The mean of both directions, as R-Drop has it."""
    return (divergence(one, other, task) + divergence(other, one, task)) / 2


def consistency_losses(
    teacher: Tensor, student: Tensor, task: Task, *, sharpening: float, confidence: float
) -> Tensor:
    """Divergence of a view's answer from the sharpened one of its text; 0 where that is unsure.

    The teacher's logits are a target: no gradient goes back through them.
    """
    teacher = teacher.detach()
    sides = _two_sided(teacher) if task == "several" else teacher
    sure = functional.softmax(sides, dim=-1).amax(dim=-1) >= confidence
    return divergence(teacher / sharpening, student, task) * sure


def unlearnt(logits: Tensor, labels: Tensor, task: Task, threshold: float) -> Tensor:
    """1 for items that still count: the model gives their label at most the threshold."""
    with torch.no_grad():
        sure = torch.exp(-item_losses(logits, labels, task))
    return (sure <= threshold).to(logits.dtype)


def annealed_threshold(
    schedule: Literal["linear", "log", "exp"], progress: float, classes: int
) -> float:
    """The threshold of training signal annealing at a share of the run (Xie et al. 2019, eq. 2).

    It rises from 1 / classes to 1.

    >>> [annealed_threshold("linear", t, 4) for t in (0, 0.5, 1)]
    [0.25, 0.625, 1.0]
    """
    match schedule:
        case "linear":
            share = progress
        case "log":
            share = 1 - exp(-5 * progress)
        case "exp":
            share = exp(5 * (progress - 1))
        case _:
            assert_never(schedule)
    # The curves end where the run does: log reaches 1 - e^-5 and exp begins at e^-5.
    return share * (1 - 1 / classes) + 1 / classes


def _two_sided(logits: Tensor) -> Tensor:
    """Yes and no as two logits, whose softmax is the sigmoid."""
    return torch.stack((logits, torch.zeros_like(logits)), dim=-1)
