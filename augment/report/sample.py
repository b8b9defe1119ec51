"""A random sample of what streams by, of bounded size."""

from typing import Generic, TypeVar

from augment.randomness import stream

T = TypeVar("T")


class Sample(Generic[T]):
    """Each item seen is as likely to be in it as any other (Vitter 1985, algorithm R).

    >>> sample = Sample[int](2, seed=0, name="numbers")
    >>> for number in range(100):
    ...     sample.add(number)
    >>> len(sample.items), sample.seen
    (2, 100)
    """

    def __init__(self, size: int, *, seed: int, name: str) -> None:
        self.items: list[T] = []
        self.seen = 0
        self._size = size
        self._draws = stream(seed, "report", name)

    def add(self, item: T) -> None:
        """Take note of an item; whether it stays is drawn."""
        self.seen += 1
        if len(self.items) < self._size:
            self.items.append(item)
        elif (place := self._draws.below(self.seen)) < self._size:
            self.items[place] = item
