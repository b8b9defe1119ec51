"""Short batches exactly while a client that asks for little stands beside a full queue."""

from dataclasses import dataclass, field

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


def test_its_batch_is_its_own_and_those_of_others_are_short() -> None:
    desk = Desk()  # batches of 100, short ones of 12
    desk.enter(*[desk.ticket(length=4, key="greedy") for _ in range(60)])
    assert len(desk.batch().tickets) == 25
    desk.enter(desk.ticket(length=4, key="small"))
    small = desk.batch()
    assert [one.item.key for one in small.tickets] == ["small"]
    desk.done(small)
    assert len(desk.batch().tickets) == 3
    desk.now += 100
    assert len(desk.batch().tickets) == 25
