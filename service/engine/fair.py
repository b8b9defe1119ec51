"""A queue that shares out fairly: start-time fair queueing (Goyal, Vin and Cheng, 1996).

Each flow (a client's key in a class of priority) has a clock that goes on by cost / weight with
every item it brings; items leave in the order of their start on that clock. So whoever asks for
much waits behind itself, and not before those who ask for little, and nobody starves.
"""

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

# Flows that are remembered before those that have nothing to pay back are forgotten.
_REMEMBERED = 1024


class _Place(NamedTuple):
    start: float
    number: int


@dataclass(frozen=True, slots=True)
class Queued(Generic[T]):
    """An item in the queue, with what its flow paid for it."""

    value: T
    place: _Place
    group: Hashable
    flow: Hashable
    share: float

    def __lt__(self, other: "Queued[T]") -> bool:
        return self.place < other.place


class FairQueue(Generic[T]):
    """Items in groups (those of one group may leave together), in fair order."""

    def __init__(self) -> None:
        self._groups: dict[Hashable, list[Queued[T]]] = {}
        self._clocks: dict[Hashable, float] = {}
        self._now = 0.0
        self._number = 0

    def __len__(self) -> int:
        return sum(len(group) for group in self._groups.values())

    @property
    def groups(self) -> int:
        """How many groups have items."""
        return len(self._groups)

    def push(
        self, value: T, *, group: Hashable, flow: Hashable, cost: float, weight: float = 1.0
    ) -> Queued[T]:
        """Queue an item of a flow."""
        if len(self._clocks) > _REMEMBERED:
            self._clocks = {f: end for f, end in self._clocks.items() if end > self._now}
        start = max(self._now, self._clocks.get(flow, 0.0))
        self._clocks[flow] = start + cost / weight
        self._number += 1
        queued = Queued(value, _Place(start, self._number), group, flow, cost / weight)
        insort(self._groups.setdefault(group, []), queued)
        return queued

    def head(self, window: int) -> Sequence[Queued[T]]:
        """The item whose turn it is, and those of its group that follow; at most `window`."""
        heads = [group[0] for group in self._groups.values()]
        return self.group(min(heads), window) if heads else ()

    def group(self, item: Queued[T], window: int) -> Sequence[Queued[T]]:
        """The first `window` of the item's group."""
        return self._groups[item.group][:window]

    def take(self, items: Sequence[Queued[T]]) -> None:
        """Items leave to be worked on; the first in fair order moves the common clock."""
        self._now = max(self._now, min(item.place.start for item in items))
        for item in items:
            self._remove(item)

    def drop(self, item: Queued[T]) -> None:
        """An item leaves unworked; what its flow paid is given back."""
        self._remove(item)
        if item.flow in self._clocks:
            self._clocks[item.flow] = max(self._now, self._clocks[item.flow] - item.share)

    def __iter__(self) -> Iterator[Queued[T]]:
        for group in list(self._groups.values()):
            yield from list(group)

    def _remove(self, item: Queued[T]) -> None:
        group = self._groups[item.group]
        del group[bisect_left(group, item)]
        if not group:
            del self._groups[item.group]
