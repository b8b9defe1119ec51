"""Loss formulas against hand-written targets, in float64."""

import math

import pytest
import torch
from torch.nn import functional

from regularize.losses import (
    annealed_threshold,
    consistency_losses,
    divergence,
    item_losses,
    items,
    symmetric_divergence,
    unlearnt,
)


@pytest.fixture
def logits() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(7, 4, dtype=torch.float64, generator=generator)


LABELS = torch.tensor([0, 1, 2, 3, 0, 1, 0])


def test_smoothing_is_the_usual_formula(logits: torch.Tensor) -> None:
    target = 0.9 * functional.one_hot(LABELS, 4).double() + 0.1 / 4
    by_hand = -(target * logits.log_softmax(-1)).sum(-1)
    ours = item_losses(logits, LABELS, "single", smoothing=0.1)
    assert torch.allclose(ours, by_hand, atol=1e-12, rtol=0)
    theirs = functional.cross_entropy(logits, LABELS, label_smoothing=0.1)
    assert math.isclose(float(ours.mean()), float(theirs), abs_tol=1e-12)


def test_weights_are_the_examples_own_and_leave_the_smoothing_mass_alone(
    logits: torch.Tensor,
) -> None:
    weights = torch.tensor([5.0, 1.0, 1.0, 0.5], dtype=torch.float64)
    log_p = logits.log_softmax(-1)
    own = -log_p[torch.arange(7), LABELS]
    by_hand = 0.8 * weights[LABELS] * own - 0.2 * log_p.mean(-1)
    ours = item_losses(logits, LABELS, "single", smoothing=0.2, weights=weights)
    assert torch.allclose(ours, by_hand, atol=1e-12, rtol=0)
    torchs = functional.cross_entropy(
        logits, LABELS, weight=weights, label_smoothing=0.2, reduction="none"
    )
    assert not torch.allclose(ours, torchs, atol=1e-3)


def test_focal_loss_by_hand(logits: torch.Tensor) -> None:
    p = logits.softmax(-1)[torch.arange(7), LABELS]
    ours = item_losses(logits, LABELS, "single", focal=2.0)
    assert torch.allclose(ours, -((1 - p) ** 2) * p.log(), atol=1e-12, rtol=0)
    assert torch.equal(
        item_losses(logits, LABELS, "single"), item_losses(logits, LABELS, "single", focal=0)
    )


def test_several_labels_are_items_of_their_own(logits: torch.Tensor) -> None:
    labels = (logits > 0.3).double()
    plain = item_losses(logits, labels, "several")
    expected = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    assert torch.equal(plain, expected)
    smoothed = item_losses(logits, labels, "several", smoothing=0.2)
    target = labels * 0.8 + 0.1
    expected = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    assert torch.equal(smoothed, expected)


def test_tags_leave_out_what_has_none() -> None:
    logits = torch.arange(12.0).reshape(1, 4, 3)
    labels = torch.tensor([[-100, 2, -100, 0]])
    rows, found = items(logits, labels, "tags")
    assert found.tolist() == [2, 0]
    assert rows.tolist() == [[3, 4, 5], [9, 10, 11]]


def test_divergence_is_torchs(logits: torch.Tensor) -> None:
    other = logits.flip(0)
    expected = functional.kl_div(
        other.log_softmax(-1), logits.log_softmax(-1), log_target=True, reduction="none"
    ).sum(-1)
    assert torch.allclose(divergence(logits, other, "single"), expected, atol=1e-12)
    both = symmetric_divergence(logits, other, "single")
    assert torch.allclose(both, symmetric_divergence(other, logits, "single"), atol=1e-12)
    assert torch.allclose(divergence(logits, logits, "several"), torch.zeros(7, 4).double())


def test_consistency_masks_the_unsure_and_gives_the_target_no_gradient() -> None:
    teacher = torch.tensor([[4.0, 0.0], [0.1, 0.0]], requires_grad=True)
    student = torch.zeros(2, 2, requires_grad=True)
    losses = consistency_losses(teacher, student, "single", sharpening=0.5, confidence=0.8)
    assert losses[1] == 0
    sharp = torch.tensor([8.0, 0.0]).log_softmax(-1)
    assert math.isclose(
        losses[0].item(), float((sharp.exp() * (sharp + math.log(2))).sum()), rel_tol=1e-6
    )
    losses.sum().backward()
    assert teacher.grad is None
    assert student.grad is not None


@pytest.mark.parametrize("schedule", ["linear", "log", "exp"])
def test_annealing_rises_from_chance_to_all(schedule: str) -> None:
    curve = [annealed_threshold(schedule, t / 10, 4) for t in range(11)]
    assert curve == sorted(curve)
    assert curve[0] == pytest.approx(0.25, abs=0.01)
    assert curve[-1] == pytest.approx(1, abs=0.01)


def test_what_is_learnt_already_does_not_count() -> None:
    logits = torch.tensor([[5.0, 0.0], [0.0, 0.0]])
    assert unlearnt(logits, torch.tensor([0, 0]), "single", 0.7).tolist() == [0, 1]
