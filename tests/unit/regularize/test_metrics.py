"""Figures against values worked out by hand, and what holds of them for all inputs."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regularize.metrics import (
    IGNORED,
    Floats,
    Ints,
    brier,
    ece,
    entities,
    log_softmax,
    macro_f1,
    measure,
    nll,
    reliability,
    sigmoid,
    softmax,
)

CLASSES = 4
LOGITS = st.integers(1, 60).flatmap(
    lambda n: arrays(np.float64, (n, CLASSES), elements=st.floats(-30, 30))
)


def gold(count: int) -> Ints:
    return np.arange(count, dtype=np.int64) % CLASSES


def logits_of(*probabilities: tuple[float, ...]) -> Floats:
    return np.log(np.array(probabilities))


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_single_by_hand() -> None:
    logits = logits_of((0.7, 0.2, 0.1), (0.1, 0.6, 0.3), (0.5, 0.3, 0.2), (0.2, 0.2, 0.6))
    found = measure(logits, ints(0, 2, 0, 2), "single", "abc")
    assert found["accuracy"] == 0.75
    # a: 2 given, 2 right, both. b: given once, never right. c: given once, right twice.
    assert found["macro_f1"] == pytest.approx((1 + 0 + 2 / 3) / 3)
    assert found["nll"] == pytest.approx(-(log(0.7) + log(0.3) + log(0.5) + log(0.6)) / 4)
    squares = (0.09 + 0.04 + 0.01) + (0.01 + 0.36 + 0.49) + (0.25 + 0.09 + 0.04)
    assert found["brier"] == pytest.approx((squares + 0.04 + 0.04 + 0.16) / 4)


def test_calibration_error_by_hand() -> None:
    # Two bins of width 1/2: one item at 0.5 belongs to the first, which is (0, 0.5].
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.5, 0.5]])
    labels = ints(0, 1, 0, 0)
    expected = 0.75 * abs(2 / 3 - 0.8) + 0.25 * abs(1 - 0.5)
    assert ece(probabilities, labels, bins=2) == pytest.approx(expected)
    # Two bins of twenty items: (0.5, 0.7) are all right, of (0.8, 0.9) half are.
    expected = 0.5 * abs(1 - 0.6) + 0.5 * abs(0.5 - 0.85)
    many = probabilities.repeat(10, axis=0), labels.repeat(10)
    assert ece(*many, bins=2, adaptive=True) == pytest.approx(expected)


def test_fifteen_bins_are_what_is_asked_for_by_default() -> None:
    # 0.59 and 0.61 lie on two sides of 9/15, and have one bin each.
    probabilities = np.array([[0.59, 0.41], [0.61, 0.39]])
    assert len(reliability(probabilities, ints(0, 0))) == 2
    assert len(reliability(probabilities, ints(0, 0), bins=2)) == 1


def test_adaptive_bins_have_ten_items_each_at_least() -> None:
    probabilities = softmax(np.random.default_rng(0).normal(size=(39, 3)))
    found = reliability(probabilities, gold(39) % 3, adaptive=True)
    assert [round(share * 39) for _, _, share in found] == [13, 13, 13]
    assert len(reliability(probabilities[:9], gold(9) % 3, adaptive=True)) == 1


def test_several_by_hand() -> None:
    logits = np.array([[2.0, -1.0, -3.0], [1.0, 1.0, -1.0], [-1.0, -2.0, -1.0]])
    labels = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]])
    found = measure(logits, labels, "several", "abc")
    assert found["accuracy"] == pytest.approx(1 / 3)
    # Given: a a b; right: a a b, of which a a are the same.
    assert found["micro_f1"] == pytest.approx(2 * 2 / 6)
    assert found["macro_f1"] == pytest.approx((1 + 0) / 2)  # c is neither given nor right
    p = 1 / (1 + np.exp(-logits))
    assert found["nll"] == pytest.approx(-np.log(np.where(labels, p, 1 - p)).mean())
    assert found["brier"] == pytest.approx((2 * (p - labels) ** 2).mean())


def test_tags_by_hand() -> None:
    names = ("O", "B-x", "I-x", "B-y", "I-y")
    gold_tags = [["B-x", "I-x", "O", "B-y"], ["B-y", "O"]]
    given_tags = [["B-x", "I-x", "O", "B-x"], ["B-y", "I-x"]]
    labels = np.full((2, 4), IGNORED)
    logits = np.zeros((2, 4, 5))
    for row, (right, mine) in enumerate(zip(gold_tags, given_tags, strict=True)):
        for place, (one, other) in enumerate(zip(right, mine, strict=True)):
            labels[row, place] = names.index(one)
            logits[row, place, names.index(other)] = 5.0
    found = measure(logits, labels, "tags", names)
    # Right: x(0,2) y(3,4) | y(0,1). Given: x(0,2) x(3,4) | y(0,1); a lone I begins nothing.
    assert found["entity_precision"] == found["entity_recall"] == pytest.approx(2 / 3)
    assert found["entity_f1"] == pytest.approx(2 / 3)
    assert found["macro_f1"] == pytest.approx((2 * 1 / 3 + 2 * 1 / 3) / 2)
    assert found["accuracy"] == pytest.approx(4 / 6)


def test_entities_are_strict() -> None:
    assert entities(["I-x", "B-x", "B-x", "I-y", "O"]) == {(1, 2, "x"), (2, 3, "x")}
    assert entities(["B-x", "I-x", "I-x"]) == {(0, 3, "x")}
    assert entities(["O"]) == set()


def test_without_any_entity_nothing_is_wrong() -> None:
    found = measure(np.array([[[3.0, 0, 0]]]), np.array([[0]]), "tags", ("O", "B-x", "I-x"))
    assert (found["entity_f1"], found["macro_f1"]) == (1.0, 1.0)


@pytest.mark.parametrize("task", ["single", "tags"])
def test_nothing_cannot_be_measured(task: str) -> None:
    shape = (0, 3) if task == "single" else (0, 2, 3)
    with pytest.raises(ValueError, match="nothing to measure"):
        measure(np.zeros(shape), np.zeros(shape[:-1], int), task, ("O", "B-x", "I-x"))  # type: ignore[arg-type]


@given(LOGITS)
def test_figures_stay_within_their_bounds(logits: Floats) -> None:
    found = measure(logits, gold(len(logits)), "single", "abcd")
    assert all(np.isfinite(value) for value in found.values())
    assert 0 <= found["brier"] <= 2 + 1e-12
    for name in ("accuracy", "macro_f1", "ece", "adaptive_ece"):
        assert 0 <= found[name] <= 1 + 1e-12
    assert found["nll"] >= 0


@given(LOGITS)
def test_the_order_of_items_changes_nothing(logits: Floats) -> None:
    labels = gold(len(logits))
    before = measure(logits, labels, "single", "abcd")
    turned = measure(logits[::-1], labels[::-1], "single", "abcd")
    for name in ("accuracy", "macro_f1", "nll", "brier", "ece"):
        assert turned[name] == pytest.approx(before[name])


@given(LOGITS, st.floats(-50, 50))
def test_a_constant_beside_all_logits_changes_nothing(logits: Floats, constant: float) -> None:
    assert softmax(logits + constant) == pytest.approx(softmax(logits), abs=1e-9)


def test_huge_logits_give_finite_losses() -> None:
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]])
    assert nll(logits, ints(0, 0)) == pytest.approx(1e4)
    assert np.isfinite(log_softmax(logits)).all()
    assert sigmoid(np.array([-1e4, 1e4])) == pytest.approx([0, 1])


def test_one_bin_is_the_gap_between_mean_confidence_and_accuracy() -> None:
    probabilities = softmax(np.random.default_rng(0).normal(size=(50, 3)))
    labels = (np.arange(50) % 3).astype(np.int64)
    right = (probabilities.argmax(-1) == labels).mean()
    gap = abs(probabilities.max(-1).mean() - right)
    for adaptive in (False, True):
        found = ece(probabilities, labels, bins=1, adaptive=adaptive)
        assert found == pytest.approx(gap)


def test_perfect_and_hopeless_answers() -> None:
    sure = np.eye(3) * 1.0
    assert (brier(sure, ints(0, 1, 2)), brier(sure, ints(1, 2, 0))) == (0.0, 2.0)
    assert (ece(sure, ints(0, 1, 2)), ece(sure, ints(1, 2, 0))) == (0.0, 1.0)
    assert (macro_f1(ints(0, 1), ints(0, 1)), macro_f1(ints(0, 1), ints(1, 0))) == (1.0, 0.0)
