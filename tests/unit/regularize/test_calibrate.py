"""The temperature is where the likelihood is greatest, and is not made up where there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regularize.calibrate import LEAST, MOST, fit_temperature
from regularize.metrics import IGNORED, Floats, Ints, binary, measure, nll, softmax


def drawn(count: int, classes: int, *, seed: int = 0, scale: float = 2.0) -> tuple[Floats, Ints]:
    """Logits, and labels drawn by the very probabilities that they mean: they are calibrated."""
    draw = np.random.default_rng(seed)
    logits = draw.normal(size=(count, classes)) * scale
    cumulated = softmax(logits).cumsum(axis=-1)
    labels = (draw.random((count, 1)) > cumulated).sum(axis=-1).clip(0, classes - 1)
    return logits, labels.astype(np.int64)


@pytest.mark.parametrize("factor", [0.25, 1.0, 3.0])
def test_a_known_temperature_is_found_again(factor: float) -> None:
    logits, labels = drawn(20_000, 4)
    found = fit_temperature(logits * factor, labels, "single")
    assert found.value == pytest.approx(factor, rel=0.03)
    assert (found.items, found.note) == (20_000, "")


@given(st.integers(0, 200), st.floats(0.2, 5))
def test_no_other_temperature_is_better(seed: int, factor: float) -> None:
    logits, labels = drawn(60, 3, seed=seed)
    logits = logits * factor
    found = fit_temperature(logits, labels, "single")
    if not found.note:
        best = nll(logits / found.value, labels)
        for other in (0.5, 0.9, 0.999, 1.001, 1.1, 2.0):
            assert best <= nll(logits / (found.value * other), labels) + 1e-12
        assert LEAST <= found.value <= MOST


@given(st.integers(0, 50))
def test_answers_stay_and_the_loss_does_not_grow(seed: int) -> None:
    logits, labels = drawn(80, 3, seed=seed, scale=4)
    found = fit_temperature(logits, labels, "single")
    before = measure(logits, labels, "single", "abc")
    after = measure(logits / found.value, labels, "single", "abc")
    assert after["accuracy"] == before["accuracy"]
    assert after["nll"] <= before["nll"] + 1e-12


def test_overconfidence_gives_a_temperature_above_1() -> None:
    # Sure to 0.95 and right three times in four: by hand, T = logit / log(3).
    logit = float(np.log(0.95 / 0.05))
    logits = np.array([[logit, 0.0]] * 4)
    found = fit_temperature(logits, np.array([0, 0, 0, 1]), "single")
    assert found.value == pytest.approx(logit / np.log(3), rel=1e-9)


def test_where_all_answers_are_right_none_is_fitted() -> None:
    found = fit_temperature(np.array([[3.0, 0.0], [0.0, 1.0]]), np.array([0, 1]), "single")
    assert found.value == 1.0
    assert "too nearly all right" in found.note


def test_where_answers_are_no_better_than_guesses_none_is_fitted() -> None:
    found = fit_temperature(np.array([[3.0, 0.0], [0.0, 1.0]]), np.array([1, 0]), "single")
    assert found.value == 1.0
    assert "hardly better than guesses" in found.note


def test_without_a_development_set_it_is_told() -> None:
    found = fit_temperature(np.zeros((0, 3)), np.zeros(0, int), "single")
    assert (found.value, found.items) == (1.0, 0)
    assert "no development set" in found.note


def test_several_labels_and_tags_are_fitted_by_item() -> None:
    draw = np.random.default_rng(1)
    logits = draw.normal(size=(4000, 3))
    labels = (draw.random((4000, 3)) < 1 / (1 + np.exp(-logits))).astype(np.int64)
    assert fit_temperature(logits * 2, labels, "several").value == pytest.approx(2, rel=0.1)
    flat = fit_temperature(*binary(logits, labels), "single")
    assert fit_temperature(logits, labels, "several") == flat
    scores, tags = drawn(600, 4)
    table, marked = scores.reshape(100, 6, 4), tags.reshape(100, 6).copy()
    marked[:, 5] = IGNORED
    found = fit_temperature(table, marked, "tags")
    assert found == fit_temperature(
        table[:, :5].reshape(-1, 4), marked[:, :5].reshape(-1), "single"
    )
