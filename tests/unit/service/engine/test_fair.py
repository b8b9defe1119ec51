"""Fair queueing: who asks for much waits behind itself."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from service.engine.fair import FairQueue


def leave_one(queue: FairQueue[str]) -> str:
    first = queue.head(1)[0]
    queue.take([first])
    return first.value


def test_a_small_flow_does_not_wait_behind_a_greedy_one() -> None:
    queue: FairQueue[str] = FairQueue()
    for _ in range(100):
        queue.push("greedy", group="g", flow="greedy", cost=10)
    for _ in range(3):
        queue.push("small", group="s", flow="small", cost=10)
    order = [leave_one(queue) for _ in range(len(queue))]
    assert [i for i, who in enumerate(order) if who == "small"] == [1, 3, 5]


def test_shares_follow_the_weights() -> None:
    queue: FairQueue[str] = FairQueue()
    for name, weight in (("interactive", 16.0), ("job", 1.0)):
        for _ in range(340):
            queue.push(name, group="g", flow=name, cost=5, weight=weight)
    served = Counter(leave_one(queue) for _ in range(170))
    assert served == {"interactive": 160, "job": 10}


def test_costs_count_and_not_items() -> None:
    queue: FairQueue[str] = FairQueue()
    for _ in range(40):
        queue.push("long", group="g", flow="long", cost=30)
        queue.push("short", group="g", flow="short", cost=10)
    served = Counter(leave_one(queue) for _ in range(40))
    assert served == {"long": 10, "short": 30}


def test_who_was_away_saves_nothing_up() -> None:
    queue: FairQueue[str] = FairQueue()
    for _ in range(50):
        queue.push("busy", group="g", flow="busy", cost=10)
    for _ in range(25):
        leave_one(queue)
    for _ in range(50):
        queue.push("late", group="g", flow="late", cost=10)
    served = Counter(leave_one(queue) for _ in range(20))
    assert served == {"busy": 10, "late": 10}


def test_what_is_dropped_is_given_back() -> None:
    queue: FairQueue[str] = FairQueue()
    dropped = [queue.push("a", group="g", flow="a", cost=10) for _ in range(50)]
    for one in dropped:
        queue.drop(one)
    queue.push("b", group="g", flow="b", cost=10)
    queue.push("a", group="g", flow="a", cost=1)
    queue.push("b", group="g", flow="b", cost=10)
    assert [leave_one(queue) for _ in range(3)] == ["b", "a", "b"]
    assert len(queue) == 0


flows = st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.integers(1, 50))


@given(st.lists(flows, min_size=1, max_size=60))
def test_every_item_leaves_once_and_no_flow_lags(
    pushed: list[tuple[str, str, int]],
) -> None:
    queue: FairQueue[int] = FairQueue()
    for number, (flow, group, cost) in enumerate(pushed):
        queue.push(number, group=group, flow=flow, cost=cost)
    left: list[int] = []
    served: Counter[str] = Counter()
    while head := queue.head(1):
        waiting = {pushed[queued.value][0] for queued in queue}
        queue.take(head)
        left.append(head[0].value)
        flow, _, cost = pushed[head[0].value]
        # No flow that waits is behind the one that is served by more than an item of each.
        assert all(served[flow] <= served[other] + 50 for other in waiting)
        served[flow] += cost
    assert sorted(left) == list(range(len(pushed)))
