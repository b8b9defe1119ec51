"""The verdict on curves that were made for it."""

from math import log

import pytest

from regularize.curves import Curves
from regularize.verdict import Evidence, guess_loss, judge

GUESS = log(4)
STEPS = range(10, 101, 10)


def curve(*losses: float) -> tuple[tuple[int, float], ...]:
    return tuple(zip(STEPS, losses, strict=False))


FALLING = curve(1.2, 0.9, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1, 0.06, 0.04)
SETTLED = curve(1.2, 0.9, 0.7, 0.6, 0.55, 0.53, 0.52, 0.52, 0.51, 0.51)
RISING = curve(1.2, 0.8, 0.6, 0.55, 0.56, 0.6, 0.65, 0.7, 0.8, 0.9)


def evidence(
    dev: tuple[tuple[int, float], ...],
    *,
    train: tuple[tuple[int, float], ...] = FALLING,
    train_loss: float | None = 0.3,
    dev_loss: float | None = 0.51,
    kept: int | None = 100,
) -> Evidence:
    return Evidence(Curves(train, dev, kept, 100), GUESS, train_loss, dev_loss)


def test_a_run_that_settled_is_fine() -> None:
    found = judge(evidence(SETTLED))
    assert found.finding == "fine"
    assert "0.510 at the end" in found.reasons[0]


def test_a_development_loss_that_rises_while_training_falls_is_overfitting() -> None:
    found = judge(evidence(RISING))
    assert found.finding == "overfitting"
    assert "least at update 40 (0.550) and rose to 0.900 at update 100" in found.reasons[0]
    assert "keep: best" in found.advice


def test_weights_from_before_the_rise_are_told_to_be_so() -> None:
    assert "are from before it set in (update 40)" in judge(evidence(RISING, kept=40)).advice


def test_a_rise_with_the_training_loss_is_no_overfitting() -> None:
    found = judge(evidence(RISING, train=RISING))
    assert found.finding == "fine"


def test_a_rise_of_less_than_a_tenth_is_none() -> None:
    flat = curve(1.2, 0.8, 0.6, 0.55, 0.55, 0.56, 0.57, 0.58, 0.59, 0.60)
    assert judge(evidence(flat)).finding == "fine"
    steeper = curve(1.2, 0.8, 0.6, 0.55, 0.55, 0.56, 0.57, 0.58, 0.59, 0.61)
    assert judge(evidence(steeper)).finding == "overfitting"


def test_a_gap_between_both_sets_is_overfitting() -> None:
    found = judge(evidence(SETTLED, train_loss=0.01, dev_loss=0.01 + 0.51 * GUESS))
    assert found.finding == "overfitting"
    assert "0.010 on the training texts and 0.717 on dev" in found.reasons[0]
    assert judge(evidence(SETTLED, train_loss=0.01, dev_loss=0.49 * GUESS)).finding == "fine"


def test_hardly_better_than_guessing_is_underfitting_whatever_else() -> None:
    assert judge(evidence(SETTLED, train_loss=0.49 * GUESS)).finding == "fine"
    found = judge(evidence(RISING, train_loss=0.51 * GUESS))
    assert found.finding == "underfitting"
    assert "guessing by the frequency of the labels gives 1.386" in found.reasons[0]


def test_a_run_that_ended_too_early_is_underfitting() -> None:
    found = judge(evidence(curve(1.3, 1.1, 0.9), dev_loss=0.9, train_loss=0.6))
    assert found.finding == "underfitting"
    assert "still falling when the run ended, from 1.100 to 0.900 at update 30" in found.reasons[0]
    assert "before regularising more" in found.advice


def test_a_fall_that_ends_above_the_least_loss_is_no_sign_of_too_early_an_end() -> None:
    found = judge(evidence(curve(1.0, 0.5, 1.2, 0.9), dev_loss=0.5))
    assert found.finding == "overfitting"


@pytest.mark.parametrize("few", [(), curve(1.0), curve(1.0, 0.5)])
def test_too_few_evaluations_tell_nothing(few: tuple[tuple[int, float], ...]) -> None:
    found = judge(evidence(few))
    assert found.finding == "unclear"
    assert f"{len(few)} evaluation" in found.reasons[0]
    assert judge(evidence(SETTLED, train_loss=None)).finding == "unclear"


def test_the_verdict_is_one_line_of_words() -> None:
    text = str(judge(evidence(RISING)))
    assert text.startswith("overfitting: the loss on dev was least at update 40")
    assert "\n" not in text


def test_guessing_costs_the_entropy_of_the_labels() -> None:
    assert guess_loss({"a": 1, "b": 1, "c": 1, "d": 1}) == pytest.approx(GUESS)
    assert guess_loss({"a": 3, "b": 1}) == pytest.approx(-0.75 * log(0.75) - 0.25 * log(0.25))
    assert guess_loss({"a": 5, "b": 0}) == 0
