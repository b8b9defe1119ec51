"""One lane: what is admitted, what leaves together, what is tried again; nothing is lost."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from augment.record import Outcome
from service.engine.items import Batches, ItemError, QueueFull, Result, Timings
from service.engine.lane import Lane, Limits
from service.engine.tickets import Batch, Ticket
from tests.support.engines import item

DONE = Timings(0, 0, 0, 0, 0)


@dataclass
class Desk:
    """A lane with a clock of its own, and what became of its tickets."""

    limits: Limits = field(default_factory=lambda: Limits(batch_cost=100))
    now: float = 0.0
    ends: dict[int, list[str]] = field(default_factory=dict)
    number: int = 0
    lane: Lane = field(init=False)

    def __post_init__(self) -> None:
        self.lane = Lane(self.limits, lambda: self.now)

    def ticket(self, length: int = 10, spec: str = "s", text: str = "t", **other: object) -> Ticket:
        self.number += 1
        asked = item(text, **other)
        return Ticket(asked, self.number, spec, length, 1, self.now, self._on_end)

    def enter(self, *tickets: Ticket) -> None:
        self.lane.check(tickets)
        self.lane.enter(tickets)

    def _on_end(self, ticket: Ticket, end: Result | ItemError) -> None:
        code = end.code if isinstance(end, ItemError) else "done"
        self.ends.setdefault(ticket.index, []).append(code)
        self.lane.leave(ticket)

    def done(self, batch: Batch, seconds: float = 1.0) -> None:
        for ticket in batch.tickets:
            ticket.end(Result(Outcome(ticket.item.record, ()), DONE))
        self.lane.finished(batch, seconds)

    def batch(self) -> Batch:
        found = self.lane.next_batch()
        assert found is not None
        return found


def test_items_of_several_requests_leave_together_up_to_the_budget() -> None:
    desk = Desk()
    for key in "abc":
        desk.enter(*[desk.ticket(key=key) for _ in range(4)])
    assert [len(desk.batch().tickets) for _ in range(2)] == [10, 2]
    assert desk.lane.next_batch() is None


def test_like_lengths_leave_together() -> None:
    desk = Desk()
    desk.enter(*[desk.ticket(length) for length in (10, 40, 11, 41, 12)])
    assert [sorted(t.length for t in desk.batch().tickets) for _ in range(2)] == [
        [10, 11, 12],
        [40, 41],
    ]


def test_what_is_over_the_budget_goes_alone() -> None:
    desk = Desk()
    desk.enter(desk.ticket(1000), desk.ticket(10))
    assert [len(desk.batch().tickets) for _ in range(2)] == [1, 1]


def test_specs_and_precision_do_not_mix() -> None:
    desk = Desk()
    desk.enter(desk.ticket(spec="a"), desk.ticket(spec="b"), desk.ticket(spec="a", strict=True))
    assert [len(desk.batch().tickets) for _ in range(3)] == [1, 1, 1]


def test_an_interactive_item_goes_before_jobs_that_came_first() -> None:
    desk = Desk(Limits(batch_cost=10))
    desk.enter(*[desk.ticket(priority="job", key="j") for _ in range(5)])
    desk.batch()
    quick = desk.ticket(priority="interactive", key="i")
    desk.enter(quick)
    assert list(desk.batch().tickets) == [quick]


def test_a_late_item_ends_in_the_queue() -> None:
    desk = Desk()
    desk.enter(desk.ticket(deadline=5.0), desk.ticket(deadline=50.0))
    desk.now = 6.0
    assert [t.index for t in desk.batch().tickets] == [2]
    assert desk.ends == {1: ["deadline_passed"]}


def test_the_queue_is_bounded_and_takes_all_or_nothing() -> None:
    desk = Desk(Limits(batch_cost=100, items=4, key_share=1.0))
    desk.enter(*[desk.ticket() for _ in range(3)])
    with pytest.raises(QueueFull):
        desk.enter(desk.ticket(), desk.ticket())
    assert desk.lane.items == 3
    desk.enter(desk.ticket())


def test_one_key_leaves_room_for_others() -> None:
    desk = Desk(Limits(batch_cost=100, items=10))
    desk.enter(*[desk.ticket(key="greedy") for _ in range(5)])
    with pytest.raises(QueueFull):
        desk.enter(desk.ticket(key="greedy"))
    desk.enter(desk.ticket(key="small"))


def test_work_that_cannot_begin_in_time_is_refused_with_an_honest_time() -> None:
    desk = Desk(Limits(batch_cost=20, patience=0.8, patience_of_all=1.0))
    desk.lane.workers = 1
    desk.enter(*[desk.ticket(deadline=10.0) for _ in range(2)])
    desk.done(desk.batch(), seconds=2.0)  # 10 tokens a second
    desk.enter(*[desk.ticket(deadline=10.0) for _ in range(8)])
    with pytest.raises(QueueFull) as caught:
        desk.enter(*[desk.ticket(deadline=10.0) for _ in range(2)])
    assert caught.value.retry_after_seconds == pytest.approx(10 - 8)
    # Another client's fair share is still free.
    desk.enter(*[desk.ticket(deadline=10.0, key="other") for _ in range(2)])


def test_small_batches_say_nothing_of_the_speed_of_full_ones() -> None:
    desk = Desk(Limits(batch_cost=100))
    desk.lane.workers = 1
    for _ in range(50):
        desk.enter(desk.ticket(deadline=10.0))
        desk.done(desk.batch(), seconds=1.0)  # 10 tokens a second, alone
    assert desk.lane.rate == pytest.approx(10)
    desk.enter(*[desk.ticket(deadline=10.0) for _ in range(60)])
    desk.done(desk.batch(), seconds=1.0)  # 100 a second, full
    desk.enter(*[desk.ticket(deadline=10.0, key="other") for _ in range(20)])
    with pytest.raises(QueueFull) as caught:
        desk.enter(*[desk.ticket(deadline=10.0) for _ in range(20)])
    assert caught.value.retry_after_seconds == pytest.approx(9 - 5)


def test_all_together_are_held_to_the_time_too() -> None:
    desk = Desk(Limits(batch_cost=100, patience=1.0))
    desk.lane.workers = 1
    desk.enter(*[desk.ticket(deadline=100.0) for _ in range(10)])
    desk.done(desk.batch(), seconds=10.0)  # 10 tokens a second, full
    for key in "abcdef":
        desk.enter(*[desk.ticket(deadline=100.0, key=key) for _ in range(11)])
    # 77 of the 100 s for all.
    with pytest.raises(QueueFull) as caught:
        desk.enter(*[desk.ticket(deadline=100.0, key="g") for _ in range(11)])
    assert caught.value.retry_after_seconds == pytest.approx(77 - 70)


def test_what_was_overtaken_until_its_time_runs_out_goes_first() -> None:
    desk = Desk(Limits(batch_cost=20, patience=10.0, patience_of_all=10.0))
    asked = [desk.ticket(key="much", deadline=100.0) for _ in range(8)]
    desk.enter(*asked)
    desk.enter(*[desk.ticket(length=2, key=key, deadline=200.0) for key in "abcdef"])
    assert [one.item.key for one in desk.batch().tickets] == ["much", "much"]
    assert {one.item.key for one in desk.batch().tickets} == set("abcdef")
    desk.enter(*[desk.ticket(length=2, key=key, deadline=200.0) for key in "abcdef"])
    desk.now = 61.0
    assert desk.batch().tickets == asked[2:4]


def test_beyond_the_time_there_is_nothing_free_once_the_speed_is_known() -> None:
    desk = Desk(Limits(batch_cost=100))
    desk.lane.workers = 1
    desk.enter(*[desk.ticket(deadline=60.0) for _ in range(10)])
    desk.done(desk.batch(), seconds=10.0)  # 10 a second, full
    desk.enter(desk.ticket(deadline=1.0))  # nothing waits: it may try
    with pytest.raises(QueueFull):
        desk.enter(desk.ticket(deadline=1.0))


def test_a_lost_batch_comes_again_in_halves_and_the_poison_alone_ends() -> None:
    desk = Desk()
    tickets = [desk.ticket(text="poison" if n == 5 else "good") for n in range(8)]
    desk.enter(*tickets)
    losses = 0
    while (batch := desk.lane.next_batch()) is not None:
        if any(t.item.record.text == "poison" for t in batch.tickets):
            desk.lane.lost(batch, begun=True, hung=True)
            losses += 1
        else:
            desk.done(batch)
    assert {index: codes for index, codes in desk.ends.items() if codes != ["done"]} == {
        6: ["item_hung"]
    }
    assert len(desk.ends) == 8
    assert losses == 4  # 8, 4, 2, 1


def test_a_single_item_has_a_second_try() -> None:
    desk = Desk()
    desk.enter(desk.ticket())
    desk.lane.lost(desk.batch(), begun=True, hung=False)
    desk.lane.lost(desk.batch(), begun=True, hung=False)
    assert desk.ends == {1: ["item_lost"]}
    assert desk.lane.next_batch() is None


def test_a_worker_that_was_lost_before_it_began_blames_no_item() -> None:
    desk = Desk()
    desk.enter(*[desk.ticket() for _ in range(4)])
    desk.lane.lost(desk.batch(), begun=False, hung=True)
    again = desk.batch()
    assert len(again.tickets) == 4
    assert not again.suspected
    desk.lane.lost(again, begun=False, hung=True)
    assert set(map(tuple, desk.ends.values())) == {("not_ready",)}


def test_suspects_go_one_at_a_time_while_others_wait() -> None:
    desk = Desk(Limits(batch_cost=40))
    desk.enter(*[desk.ticket(key="bad") for _ in range(4)])
    desk.lane.lost(desk.batch(), begun=True, hung=True)
    desk.enter(*[desk.ticket(key="good") for _ in range(4)])
    first, second, third = desk.batch(), desk.batch(), desk.batch()
    assert (first.suspected, second.suspected, third.suspected) == (True, False, True)


def test_the_next_suspect_goes_when_the_one_before_is_back() -> None:
    desk = Desk(Limits(batch_cost=40))
    desk.enter(*[desk.ticket(key="bad") for _ in range(4)])
    desk.lane.lost(desk.batch(), begun=True, hung=True)
    desk.enter(*[desk.ticket(key="good") for _ in range(4)])
    desk.done(desk.batch())
    assert desk.batch().suspected


def waits_of_the_small_one(*, beside_greedy: bool) -> list[int]:
    """Batches until each item of a small client was done, one item after the other."""
    desk = Desk(Limits(batch_cost=40))
    waits = []
    for _ in range(40):
        while beside_greedy and desk.lane.items < 200:
            desk.enter(desk.ticket(key="greedy", spec="greedy's"))
        small = desk.ticket(key="small", spec="small's")
        desk.enter(small)
        batches = 0
        while not small.ended:
            desk.done(desk.batch())
            batches += 1
        waits.append(batches)
    return waits


def test_a_small_client_waits_at_most_twice_as_long_beside_a_greedy_one() -> None:
    alone = sorted(waits_of_the_small_one(beside_greedy=False))
    beside = sorted(waits_of_the_small_one(beside_greedy=True))
    at = int(0.95 * len(alone))
    assert alone[at] == 1
    assert beside[at] <= 2 * alone[at]


class AnySchedule(RuleBasedStateMachine):
    """Arrivals, batches, losses, cancellations and deadlines in any order: each item ends once."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(Limits(batch_cost=60, items=40, window=8))
        self.accepted: list[Ticket] = []
        self.at_work: list[Batch] = []

    @rule(
        lengths=st.lists(st.integers(1, 70), min_size=1, max_size=6),
        key=st.sampled_from("ab"),
        spec=st.sampled_from("st"),
        time=st.none() | st.integers(0, 5),
    )
    def enter(self, lengths: list[int], key: str, spec: str, time: int | None) -> None:
        deadline = None if time is None else self.desk.now + time
        new = [self.desk.ticket(n, key=key, spec=spec, deadline=deadline) for n in lengths]
        with suppress(QueueFull):
            self.desk.enter(*new)
            self.accepted += new

    @rule()
    def take(self) -> None:
        batch = self.desk.lane.next_batch()
        if batch is not None:
            assert not any(ticket.ended for ticket in batch.tickets)
            assert len(batch.tickets) == 1 or batch.cost <= 60
            self.at_work.append(batch)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data(), begun=st.booleans(), hung=st.booleans())
    def lose(self, data: st.DataObject, begun: bool, hung: bool) -> None:
        self.desk.lane.lost(self._any_at_work(data), begun=begun, hung=hung)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        self.desk.done(self._any_at_work(data))

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.accepted))
        ticket.end(ItemError("cancelled", "", retryable=True))

    @rule()
    def later(self) -> None:
        self.desk.now += 1

    @invariant()
    def counts_hold(self) -> None:
        open_ones = [ticket for ticket in self.accepted if not ticket.ended]
        assert self.desk.lane.items == len(open_ones)
        assert self.desk.lane.cost == sum(ticket.cost for ticket in open_ones)
        assert all(len(codes) == 1 for codes in self.desk.ends.values())

    def teardown(self) -> None:
        while self.at_work or self.desk.lane.items:
            batch = self.desk.lane.next_batch()
            if batch is None and self.at_work:
                batch = self.at_work.pop()
            if batch is not None:
                self.desk.done(batch)
        assert set(self.desk.ends) == {ticket.index for ticket in self.accepted}
        assert list(self.desk.lane.waiting()) == []

    def _any_at_work(self, data: st.DataObject) -> Batch:
        return self.at_work.pop(data.draw(st.integers(0, len(self.at_work) - 1)))


TestAnySchedule = AnySchedule.TestCase


def test_the_fill_of_batches_is_counted() -> None:
    desk = Desk()
    for ticket in (desk.ticket(length=10), desk.ticket(length=20)):
        desk.enter(ticket)
    batch = desk.lane.next_batch()
    assert batch is not None
    desk.done(batch)
    # Padded to the longer of both; the budget of a batch is 100.
    assert desk.lane.batches("words") == Batches("words", 1, 2, real=30, padded=40, budget=100)
