"""An accepted item on its way through the engine, and what is handed to a worker together."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.engine.fair import Queued
from service.engine.items import Item, ItemError, Result

# Share of an item's time after which it is overtaken no longer. More than `Limits.patience`, within
# which it is expected to end.
_URGENT = 0.6


@dataclass(eq=False, slots=True)
class Ticket:
    """One accepted item. It ends exactly once: what comes after its end is ignored.

    `spec` is the canonical JSON of its spec; `entered` is in seconds of the monotonic clock.
    `losses` are the workers that were lost at work on it, `setbacks` those lost before they began.
    """

    item: Item
    index: int
    spec: str
    length: int
    weight: int
    entered: float
    on_end: Callable[["Ticket", Result | ItemError], None]
    queued: "Queued[Ticket] | None" = None
    losses: int = 0
    setbacks: int = 0
    ended: bool = False

    @property
    def cost(self) -> int:
        """Padded tokens that it is likely to take."""
        return self.length * self.weight

    @property
    def urgent(self) -> float:
        """When it should go before all others, as most of its time is over."""
        if self.item.deadline is None:
            return math.inf
        return self.entered + _URGENT * (self.item.deadline - self.entered)

    @property
    def flow(self) -> tuple[str, str]:
        """Whose it is for a fair share."""
        return self.item.priority, self.item.key

    def end(self, end: Result | ItemError) -> bool:
        """Tell the end, unless it has been told; whether this was it."""
        if self.ended:
            return False
        self.ended = True
        self.on_end(self, end)
        return True


@dataclass(frozen=True, slots=True)
class Batch:
    """Items of one spec for one call of a worker.

    `suspected` if a worker was lost over them; `short` if it is small so that its worker is free
    soon for somebody who asks for little.
    """

    tickets: Sequence[Ticket]
    suspected: bool = False
    short: bool = False

    @property
    def spec(self) -> str:
        """The canonical JSON of the spec of all."""
        return self.tickets[0].spec

    @property
    def strict(self) -> bool:
        """Whether all want float32."""
        return self.tickets[0].item.strict

    @property
    def cost(self) -> int:
        """Padded tokens that it is likely to take."""
        return max(one.length for one in self.tickets) * sum(one.weight for one in self.tickets)

    def halves(self) -> "list[Batch]":
        """Two batches of half the items each; of a single item, the same again."""
        if len(self.tickets) == 1:
            return [Batch(self.tickets, suspected=True)]
        middle = len(self.tickets) // 2
        parts = self.tickets[:middle], self.tickets[middle:]
        return [Batch(part, suspected=True) for part in parts]
