"""One lane: a bounded fair queue, batches out of it, and what is tried again.

No clock waits here and nothing is started: the engine asks for the next batch whenever a worker is
idle, so a batch grows exactly while all workers are busy. Costs are padded tokens.
"""

import math
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from service.engine.batching import fill
from service.engine.fair import FairQueue, Queued
from service.engine.items import Batches, ItemError, QueueFull
from service.engine.occasional import Occasional
from service.engine.tickets import Batch, Ticket

# Share of a flow beside others: a job gets on, but an interactive request hardly notices it.
_WEIGHTS = {"interactive": 16.0, "job": 1.0}

# Share of the budget that the batches of one worker get while somebody is about who asks for
# little, so that there is always one that is free soon.
_SHORT = 1 / 16

# Seconds for which a worker waits for the next text of a client that asks for one after the other:
# an answer and a request over a network that is near.
HOLD: Final = 0.02

# Share of the budget that such clients may ask for, all together.
_LITTLE = 1 / 8

# Share of the budget from which a batch shows the speed of full ones.
_FULL = 0.5

EXPIRED = ItemError("deadline_passed", "the time for the text is over", retryable=True)
HUNG = ItemError(
    "item_hung", "the text kept a worker busy beyond all bounds; it was given up", retryable=False
)
LOST = ItemError(
    "item_lost", "two workers ended while they were at work on this text alone", retryable=True
)
NOT_READY = ItemError("not_ready", "the workers of the server fail to start", retryable=True)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a lane takes.

    `batch_cost` is the padded size of a batch, `window` the number of items it is chosen from.
    `items` and `cost` bound the queue. A client may hold `key_share` of it. Work is refused that
    would take more than `patience` of the time that it has, at the speed measured so far: speeds
    vary, and what is accepted should end in time. All that waits may take `patience_of_all` of it:
    what overtakes others, as its client has asked for less, must not make them late.
    """

    batch_cost: int
    window: int = 128
    items: int = 4096
    cost: int = 4_000_000
    key_share: float = 0.5
    patience: float = 0.5
    patience_of_all: float = 0.7
    single_cost: int = 2_000_000


class Lane:
    """What waits for the workers of one sort."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self.items = 0  # waiting or at work
        self.cost = 0
        self.workers = 0  # alive
        self.last_alive = clock()  # when there was one, if there is none
        self._clock = clock
        self._queue: FairQueue[Ticket] = FairQueue()
        self._occasional = Occasional(int(_LITTLE * limits.batch_cost), clock)
        self._short = 0  # short batches that are at work
        self._again: deque[Batch] = deque()
        self._suspects = 0
        self._worked = 0.0  # cost of the last batches
        self._spent = 0.0  # and their seconds
        self._full_rate: float | None = None  # of batches that were at least half full
        self._held: Counter[str] = Counter()  # items by key
        self._owed: Counter[str] = Counter()  # cost by key
        self._done: Counter[str] = Counter()  # figures of `Batches`

    def check(self, tickets: Sequence[Ticket]) -> None:
        """Whether all of these may enter.

        Raises:
            QueueFull: the queue, a client's share of it or the time would not do.
        """
        by_key: dict[str, list[Ticket]] = {}
        for ticket in tickets:
            by_key.setdefault(ticket.item.key, []).append(ticket)
        for key, own in by_key.items():
            self._check(key, own, sum(ticket.cost for ticket in tickets), len(tickets))

    def enter(self, tickets: Sequence[Ticket]) -> None:
        """Into the queue."""
        for ticket in tickets:
            self._enter(ticket)

    def next_batch(self) -> Batch | None:
        """What an idle worker is to do now; None if there is nothing for it."""
        batch = self._retry() or self._fresh() or self._retry(anyway=True)
        if batch is not None and batch.suspected:
            self._suspects += 1
        return batch

    def finished(self, batch: Batch, seconds: float) -> None:
        """A worker came back from a batch after so many seconds, loading left out."""
        self._left(batch)
        # By what the items cost alone, as the queue counts them. A mean over the last few full
        # batches; small ones are slow for their cost and count little.
        cost = sum(ticket.cost for ticket in batch.tickets)
        self._count(batch, cost)
        kept = 1 - 0.3 * min(1.0, cost / self.limits.batch_cost)
        self._worked = kept * self._worked + cost
        self._spent = kept * self._spent + max(seconds, 1e-4)
        if cost >= _FULL * self.limits.batch_cost:
            rate = cost / max(seconds, 1e-4)
            before = rate if self._full_rate is None else self._full_rate
            self._full_rate = 0.7 * before + 0.3 * rate

    def expects_more(self, batch: Batch) -> bool:
        """Whether the worker of a batch that was done had better wait a moment for the next text.

        Who asks for one text after the other comes back at once, and would find the worker busy
        with others: anticipatory scheduling (Iyer and Druschel, 2001). Where a short batch of the
        others ends sooner than the moment, there is nothing to wait for.
        """
        return (
            batch.tickets[0].flow in self._occasional.flows()
            and not self.occasional_waits
            and self.rate is not None
            and _SHORT * self.limits.batch_cost / self.rate > HOLD
        )

    @property
    def occasional_waits(self) -> bool:
        """Whether an occasional client has something in the queue."""
        few = self._occasional.flows()
        return bool(few) and any(queued.flow in few for queued in self._queue)

    @contextmanager
    def held(self) -> Iterator[None]:
        """While a worker waits so, it is the one that is free soon, and others get full batches."""
        self._short += 1
        try:
            yield
        finally:
            self._short -= 1

    @property
    def rate(self) -> float | None:
        """Cost a second of one worker, measured; None before any work was done."""
        return self._worked / self._spent if self._spent else None

    def lost(self, batch: Batch, *, begun: bool, hung: bool) -> None:
        """A worker was lost over a batch: what has not ended is tried again.

        If it had begun, in halves, until who is alone in it at a second loss has its end. Else the
        batch goes as it is, once.
        """
        self._left(batch)
        rest = [ticket for ticket in batch.tickets if not ticket.ended]
        for ticket in rest:
            ticket.losses += begun
            ticket.setbacks += not begun
        if begun and len(rest) == 1 and rest[0].losses > 1:
            rest[0].end(HUNG if hung else LOST)
        elif begun and rest:
            self._again.extend(Batch(rest).halves())
        for ticket in rest if not begun else ():
            if ticket.setbacks > 1:
                ticket.end(NOT_READY)
        if not begun and (left := [ticket for ticket in rest if not ticket.ended]):
            self._again.append(Batch(left, batch.suspected))

    def leave(self, ticket: Ticket) -> None:
        """A ticket ended: forget it."""
        self.items -= 1
        self.cost -= ticket.cost
        for counter, amount in ((self._held, 1), (self._owed, ticket.cost)):
            counter[ticket.item.key] -= amount
            if not counter[ticket.item.key]:
                del counter[ticket.item.key]
        self._occasional.leave(ticket.flow, ticket.cost)
        if ticket.queued is not None:
            self._queue.drop(ticket.queued)
            ticket.queued = None

    def waiting(self) -> Iterable[Ticket]:
        """All that wait."""
        for batch in list(self._again):
            yield from batch.tickets
        yield from [queued.value for queued in self._queue]

    def batches(self, name: str) -> Batches:
        """Figures over all that were done, for the lane of this name."""
        return Batches(name, **self._done)

    def seconds(self, cost: int) -> float:
        """How long so much takes with all workers; 0 before anything like it was measured."""
        # Small batches are many times slower for their cost: they say nothing of full ones, which
        # much of few specs makes.
        full = cost >= _FULL * self.limits.batch_cost * max(1, self._queue.groups)
        rate = self._full_rate if full else self.rate
        return cost / (rate * max(1, self.workers)) if rate else 0.0

    def _check(self, key: str, own: Sequence[Ticket], cost: int, count: int) -> None:
        limits = self.limits
        mine = sum(ticket.cost for ticket in own)
        # Behind all, or behind what the fair share of the others leaves: whichever is sooner.
        active = len(self._owed.keys() | {key})
        ahead = min(self.cost + cost, active * (self._owed[key] + mine))
        # What an occasional client asks for holds nobody up.
        behind = 0 if self._occasional.among(own[0].flow, mine) else self.cost + cost
        deadlines = [t.item.deadline for t in own if t.item.deadline is not None]
        left = min(deadlines, default=math.inf) - self._clock()
        wait = max(
            self.seconds(ahead) - limits.patience * left,
            self.seconds(behind) - limits.patience_of_all * left,
        )
        over = (
            self.items + count > limits.items
            or self.cost + cost > limits.cost
            or self._held[key] + len(own) > limits.items * limits.key_share
            or self._owed[key] + mine > limits.cost * limits.key_share
        )
        if over and self.items:
            raise QueueFull(max(1.0, self.seconds(min(ahead, mine + self._owed[key]))))
        # The full speed shows only in full batches: before it did, there may always be two of them.
        free = 0 if self._full_rate else 2 * limits.batch_cost - cost
        if wait > 0 and self.cost > free:
            raise QueueFull(max(1.0, wait))

    def _enter(self, ticket: Ticket) -> None:
        item = ticket.item
        self.items += 1
        self.cost += ticket.cost
        self._held[item.key] += 1
        self._owed[item.key] += ticket.cost
        self._occasional.enter(ticket.flow, ticket.cost)
        ticket.queued = self._queue.push(
            ticket,
            group=(ticket.spec, item.strict),
            flow=ticket.flow,
            cost=ticket.cost,
            weight=_WEIGHTS[item.priority],
        )

    def _retry(self, *, anyway: bool = False) -> Batch | None:
        """What was lost before; one suspect at a time while others wait and have workers."""
        while self._again:
            if self._suspects and not anyway and self._again[0].suspected:
                return None
            batch = self._again.popleft()
            if rest := [ticket for ticket in batch.tickets if not ticket.ended]:
                return Batch(rest, batch.suspected)
        return None

    def _fresh(self) -> Batch | None:
        """From the queue, without what came too late."""
        now = self._clock()
        while waiting := self._window(now):
            window, overdue = waiting
            late = [q.value for q in window if _late(q.value, now)]
            if late:
                for ticket in late:
                    ticket.end(EXPIRED)
                continue
            few = self._occasional.flows()
            short = bool(few) and not self._short
            chosen = self._chosen(window, overdue, few, short=short)
            self._queue.take(chosen)
            for queued in chosen:
                queued.value.queued = None
            self._short += short
            return Batch([queued.value for queued in chosen], short=short)
        return None

    def _window(self, now: float) -> tuple[Sequence[Queued[Ticket]], int] | None:
        """What the next batch is chosen from, and how many of it go first whatever their length.

        In fair order; but what others overtook until most of its time was over goes before all.
        """
        most = self.limits.window
        urgent = [queued for queued in self._queue if queued.value.urgent <= now]
        if not urgent:
            window = self._queue.head(most)
            return (window, 0) if window else None
        first = min(urgent, key=lambda queued: queued.value.urgent)
        group = [queued for queued in urgent if queued.group == first.group][:most]
        places = {queued.place for queued in group}
        rest = [one for one in self._queue.group(first, most) if one.place not in places]
        return [*group, *rest], len(group)

    def _chosen(
        self,
        window: Sequence[Queued[Ticket]],
        overdue: int,
        few: AbstractSet[Hashable],
        *,
        short: bool,
    ) -> list[Queued[Ticket]]:
        budget = int(self.limits.batch_cost * (_SHORT if short else 1))
        if not overdue and window[0].flow in few:  # not held up by what others would add
            window = [queued for queued in window if queued.flow in few]
        lengths = [queued.value.length for queued in window]
        weights = [queued.value.weight for queued in window]
        return [window[i] for i in fill(lengths, weights, budget, overdue)]

    def _count(self, batch: Batch, cost: int) -> None:
        # One text alone may be over the budget, which it then has to itself.
        budget = max(self.limits.batch_cost, batch.cost)
        figures = {"items": len(batch.tickets), "real": cost, "padded": batch.cost}
        self._done.update(count=1, budget=budget, **figures)

    def _left(self, batch: Batch) -> None:
        self._short -= batch.short
        if batch.suspected:
            self._suspects -= 1


def _late(ticket: Ticket, now: float) -> bool:
    return ticket.item.deadline is not None and ticket.item.deadline <= now
