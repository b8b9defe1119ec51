"""Intervals and p values against published tables and examples worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.randomness import stream
from regularize.statistics import (
    bootstrap,
    holm,
    paired,
    share_interval,
    t_quantile,
    t_share,
)

FIGURES = st.lists(st.floats(-5, 5), min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("freedom", "expected"),
    [(1, 12.7062), (2, 4.3027), (4, 2.7764), (9, 2.2622), (19, 2.0930), (30, 2.0423),
     (120, 1.9799), (100_000, 1.9600)],
)  # fmt: skip
def test_quantiles_are_those_of_the_tables(freedom: int, expected: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(expected, abs=5e-5)
    assert t_quantile(0.025, freedom) == pytest.approx(-expected, abs=5e-5)


def test_shares_are_those_of_the_tables() -> None:
    assert t_share(0.0, 7) == pytest.approx(0.5)
    assert t_share(1.0, 1) == pytest.approx(0.75)  # Cauchy: 1/2 + atan(1) / pi
    assert t_share(2.1318, 4) == pytest.approx(0.95, abs=1e-5)
    assert t_share(-3.3649, 5) == pytest.approx(0.01, abs=1e-5)


@given(st.floats(0.01, 0.99), st.integers(1, 60))
def test_quantile_and_share_undo_each_other(share: float, freedom: int) -> None:
    assert t_share(t_quantile(share, freedom), freedom) == pytest.approx(share, abs=1e-9)


def test_a_paired_difference_by_hand() -> None:
    # Student 1908: hours of sleep with two drugs, ten patients; t = 4.0621, p = 0.00283.
    one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    other = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = paired(other, one)
    assert found.mean == pytest.approx(1.58)
    assert found.deviation == pytest.approx(1.229995, abs=1e-6)
    assert found.p_value == pytest.approx(0.002833, abs=1e-6)
    assert found.t_interval == pytest.approx((0.7001142, 2.4598858), abs=1e-6)
    assert found.clear
    low, high = found.bootstrap_interval
    assert 0.7 < low < found.mean < high < 2.46


def test_equal_figures_differ_by_nothing_and_steady_ones_surely() -> None:
    same = paired([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert (same.mean, same.t_interval, same.p_value, same.clear) == (0.0, (0.0, 0.0), 1.0, False)
    steady = paired([2.0, 3.0], [1.0, 2.0])
    assert (steady.p_value, steady.clear) == (0.0, True)


@given(FIGURES)
def test_sides_may_be_changed(values: list[float]) -> None:
    zeros = [0.0] * len(values)
    one, other = paired(values, zeros, draws=50), paired(zeros, values, draws=50)
    assert one.mean == pytest.approx(-other.mean)
    assert one.t_interval == pytest.approx((-other.t_interval[1], -other.t_interval[0]))
    assert one.p_value == pytest.approx(other.p_value)
    assert one.t_interval[0] <= one.mean <= one.t_interval[1]


def test_the_t_interval_covers_as_often_as_it_says() -> None:
    # Sums of twelve uniform draws are about normal; 1,000 samples of six, whose mean is 0.
    draw, covered = stream(0, "coverage"), 0
    for _ in range(1000):
        values = [sum(draw.random() for _ in range(12)) - 6 for _ in range(6)]
        found = paired(values, [0.0] * 6, draws=1)
        covered += found.t_interval[0] <= 0 <= found.t_interval[1]
    assert 0.93 < covered / 1000 < 0.97


def test_the_bootstrap_depends_on_seed_and_values_alone() -> None:
    values = [0.1, 0.4, -0.2, 0.3, 0.2]
    assert bootstrap(values, seed=1) == bootstrap(values, seed=1)
    assert bootstrap(values, seed=1, draws=99) != bootstrap(values, seed=2, draws=99)
    assert bootstrap([0.5, 0.5]) == (0.5, 0.5)


def test_the_bootstrap_by_hand() -> None:
    # Of two values the mean is low, middle or high with 1/4, 1/2, 1/4: the ends are the values.
    assert bootstrap([0.0, 1.0]) == (0.0, 1.0)
    assert bootstrap([0.0, 1.0], level=0.4) == (0.5, 0.5)


def test_holm_by_hand() -> None:
    # Holm 1979: 0.01 * 4, 0.02 * 3, then no less than what came before.
    assert holm([0.02, 0.01, 0.03, 0.5]) == pytest.approx((0.06, 0.04, 0.06, 0.5))
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_adjusted_values_lie_between_the_raw_ones_and_bonferroni(values: list[float]) -> None:
    for raw, adjusted in zip(values, holm(values), strict=True):
        assert raw <= adjusted <= min(1.0, raw * len(values)) + 1e-12
    order = sorted(range(len(values)), key=lambda place: values[place])
    found = [holm(values)[place] for place in order]
    assert found == sorted(found)


def test_shares_have_wilson_intervals() -> None:
    assert share_interval(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert share_interval(0, 0) == (0.0, 1.0)


def test_what_makes_no_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match="3 and 2 figures make no pairs"):
        paired([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="needs two pairs"):
        paired([1], [1])
