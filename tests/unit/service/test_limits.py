"""Buckets of cost: what a client may ask for, when it may come again, what is given back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Problem
from service.limits import Buckets


class Clock:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_that_is_told_is_the_time_that_helps() -> None:
    clock = Clock()
    buckets = Buckets(rate=10, burst=100, clock=clock)
    buckets.take("a", 100)
    with pytest.raises(Problem, match="come again in 5 s") as refused:
        buckets.take("a", 45)
    assert refused.value.code == "rate_limited"
    assert refused.value.retry_after == 5
    clock.now = 4.4
    with pytest.raises(Problem):
        buckets.take("a", 45)
    clock.now = 5.0
    buckets.take("a", 45)


def test_what_no_full_bucket_holds_is_never_taken() -> None:
    with pytest.raises(Problem) as refused:
        Buckets(rate=10, burst=100).take("a", 101)
    assert refused.value.code == "cost_too_large"
    assert refused.value.retry_after is None


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    clock = Clock()
    buckets = Buckets(rate=10, burst=100, clock=clock)
    buckets.give_back("a", 1000)
    clock.now = 1e6
    buckets.take("a", 100)
    with pytest.raises(Problem):
        buckets.take("a", 1)


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(1, 120)), max_size=30))
def test_nobody_gets_more_than_rate_and_burst_allow(asked: list[tuple[float, int]]) -> None:
    clock = Clock()
    buckets = Buckets(rate=7, burst=100, clock=clock)
    taken = 0
    for wait, cost in asked:
        clock.now += wait
        try:
            buckets.take("a", cost)
        except Problem:
            continue
        taken += cost
        assert taken <= 100 + 7 * clock.now + 1e-6


def test_clients_that_are_forgotten_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.limits._REMEMBERED", 3)
    buckets = Buckets(rate=1, burst=10)
    for name in "abcde":
        buckets.take(name, 10)
    assert list(buckets._buckets) == ["c", "d", "e"]
