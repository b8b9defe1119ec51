"""Who asks for little now and then, beside others who fill the queue.

The fair queue gives such a client the next free worker. What it still waits for is the batch that
keeps the worker busy, so while it is about, one worker gets short batches of what others asked for.
"""

from collections import Counter
from collections.abc import Callable, Hashable

# Seconds for which a client is expected back after it asked: the pause of somebody who reads.
_EXPECTED = 5.0


class Occasional:
    """Flows by what they owe; those that never owe more than `little` together are occasional."""

    def __init__(self, little: int, clock: Callable[[], float]) -> None:
        self._little = little
        self._clock = clock
        self._owed: Counter[Hashable] = Counter()
        self._seen: dict[Hashable, float] = {}

    def enter(self, flow: Hashable, cost: int) -> None:
        """A flow asks for so much."""
        self._owed[flow] += cost
        if self._owed[flow] <= self._little:
            self._seen[flow] = self._clock()
        else:
            self._seen.pop(flow, None)

    def leave(self, flow: Hashable, cost: int) -> None:
        """So much of a flow has ended."""
        self._owed[flow] -= cost
        if not self._owed[flow]:
            del self._owed[flow]

    def among(self, flow: Hashable, cost: int) -> bool:
        """Whether a flow that asks for so much now would be one of them."""
        owed = {one: self._owed[one] for one in (*self._seen, flow)}
        return self._owed[flow] + cost <= self._little and sum(owed.values()) + cost <= self._little

    def flows(self) -> frozenset[Hashable]:
        """Those that are about; none where nobody else waits, or where many make much together.

        Batches of each on its own would then only slow all of them down.
        """
        soon = self._clock() - _EXPECTED
        self._seen = {flow: seen for flow, seen in self._seen.items() if seen > soon}
        others = self._owed.keys() - self._seen.keys()
        owed = sum(self._owed[flow] for flow in self._seen)
        return frozenset(self._seen) if others and owed <= self._little else frozenset()
