"""Short batches exactly while a client that asks for little stands beside a full queue."""

from dataclasses import dataclass, field

import pytest

from service.engine.lane import Limits
from service.engine.occasional import Occasional
from tests.unit.service.engine.test_lane import Desk


@dataclass
class Clock:
    now: float = 0.0
    few: Occasional = field(init=False)

    def __post_init__(self) -> None:
        self.few = Occasional(10, lambda: self.now)


def test_who_asks_for_little_beside_a_full_queue_is_expected_for_a_while() -> None:
    clock = Clock()
    clock.few.enter("greedy", 100)
    clock.few.enter("small", 4)
    assert clock.few.flows() == {"small"}
    clock.few.leave("small", 4)
    clock.now += 1
    assert clock.few.flows() == {"small"}
    clock.now += 100
    assert clock.few.flows() == set()


def test_alone_nobody_is() -> None:
    clock = Clock()
    clock.few.enter("small", 4)
    assert clock.few.flows() == set()


def test_many_who_make_much_together_are_not() -> None:
    clock = Clock()
    clock.few.enter("greedy", 100)
    for name in "abc":
        clock.few.enter(name, 4)
    assert clock.few.flows() == set()
    clock.few.leave("a", 4)
    assert clock.few.flows() == {"a", "b", "c"}


def test_who_asks_for_more_is_not_any_longer() -> None:
    clock = Clock()
    clock.few.enter("greedy", 100)
    clock.few.enter("other", 4)
    clock.few.enter("other", 8)
    assert clock.few.flows() == set()


@pytest.fixture
def desk() -> Desk:
    """Full batches of 50 tickets, short ones of 3; one full batch is at work, the queue is long."""
    desk = Desk(Limits(batch_cost=100))
    desk.enter(*[desk.ticket(length=2, key="greedy") for _ in range(300)])
    assert len(desk.batch().tickets) == 50
    return desk


def test_its_batch_is_its_own(desk: Desk) -> None:
    desk.enter(desk.ticket(length=2, key="small"))
    assert [one.item.key for one in desk.batch().tickets] == ["small"]


def test_while_it_is_about_one_worker_has_short_batches(desk: Desk) -> None:
    desk.enter(desk.ticket(length=2, key="small"))
    desk.done(desk.batch())
    short = desk.batch()
    assert len(short.tickets) == 3
    assert len(desk.batch().tickets) == 50
    desk.lane.lost(short, begun=False, hung=False)
    again = desk.batch()
    assert again.tickets == short.tickets
    assert len(desk.batch().tickets) == 3
    desk.now += 100
    assert len(desk.batch().tickets) == 50


def test_its_worker_waits_for_its_next_text(desk: Desk) -> None:
    desk.enter(desk.ticket(length=2, key="small"))
    batch = desk.batch()
    desk.done(batch)
    assert desk.lane.expects_more(batch)
    with desk.lane.held():
        assert len(desk.batch().tickets) == 50  # the others go on as if nobody was there
    assert not desk.lane.occasional_waits
    desk.enter(desk.ticket(length=2, key="small"))
    assert desk.lane.occasional_waits
    assert not desk.lane.expects_more(batch)


def test_where_the_others_are_soon_done_nobody_waits(desk: Desk) -> None:
    desk.enter(desk.ticket(length=2, key="small"))
    batch = desk.batch()
    for _ in range(4):
        desk.done(desk.batch(), seconds=1e-4)
    desk.done(batch, seconds=1e-4)
    assert not desk.lane.expects_more(batch)


def test_nobody_waits_for_who_asks_for_much(desk: Desk) -> None:
    desk.enter(desk.ticket(length=2, key="small"))
    desk.batch()
    greedy = desk.batch()
    desk.done(greedy)
    assert not desk.lane.expects_more(greedy)
