"""Both criteria on fixed curves, the theorem between them, and state that comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regularize.stopping import Criterion, EarlyStopping, is_over


def first_stop(losses: list[float], criterion: Criterion, patience: int) -> int | None:
    """Index of the evaluation that ends the run."""
    for end in range(1, len(losses) + 1):
        if is_over(losses[:end], criterion, patience):
            return end - 1
    return None


@pytest.mark.parametrize(
    ("losses", "best", "lagged"),
    [
        ([1, 0.5, 0.5, 0.5, 0.5, 0.5], 3, None),  # a plateau
        ([0.5, 0.7, 0.6, 0.8, 0.7, 0.9], 2, 3),  # a zigzag
        ([1, 0.9, 0.8, 0.7], None, None),
    ],
)
def test_fixed_curves(losses: list[float], best: int | None, lagged: int | None) -> None:
    assert first_stop(losses, "best", 2) == best
    assert first_stop(losses, "lagged", 2) == lagged


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=30),
    st.integers(1, 5),
)
def test_lagged_never_stops_before_best(losses: list[int], patience: int) -> None:
    curve = [loss / 10 for loss in losses]
    lagged = first_stop(curve, "lagged", patience)
    best = first_stop(curve, "best", patience)
    assert lagged is None or (best is not None and best <= lagged)


def test_small_steps_add_up_where_min_delta_is_wanted() -> None:
    creep = [1 - 0.0005 * step for step in range(10)]
    assert is_over(creep[:4], "best", 3, min_delta=0.002)
    assert not is_over(creep, "best", 3)
    assert not is_over([1, 0.999, 0.998, 0.997], "best", 3, min_delta=0.0025)


def test_the_direction_is_that_of_the_metric() -> None:
    falling = [0.9, 0.8, 0.7]
    for metric, over in (("accuracy", True), ("loss", False), ("ece", False)):
        stopping = EarlyStopping("best", 2, 0.0, metric)
        stopping.values = list(falling)
        assert stopping.over is over


def test_state_comes_back() -> None:
    stopping = EarlyStopping("lagged", 3, 0.1, "nll")
    stopping.values = [0.3, 0.4]
    again = EarlyStopping.from_state(stopping.state())
    assert again.state() == stopping.state()
