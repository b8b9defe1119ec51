"""Random numbers that depend on a place and on nothing else.

A draw is keyed by what it is for (seed, step, record, copy, attempt), never by how many draws came
before it, so that the order of records, the size of batches and the number of workers change
nothing. The algorithms are written out here, and not taken from `random`, because a copy must come
out the same under every Python version.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Stream:
    """A small generator: SplitMix64 (Steele, Lea and Flood 2014), seeded by a hash of the place."""

    __slots__ = ("_state",)

    def __init__(self, state: int) -> None:
        self._state = state

    def bits(self) -> int:
        """64 random bits."""
        self._state = z = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def random(self) -> float:
        """A float in [0, 1)."""
        return (self.bits() >> 11) * 2.0**-53

    def below(self, bound: int) -> int:
        """An integer in [0, bound), each equally likely (Lemire 2019, by rejection)."""
        if bound < 1:
            raise ValueError(f"bound must be at least 1, not {bound}")
        threshold = (1 << 64) % bound
        while True:
            product = self.bits() * bound
            if product & _MASK >= threshold:
                return product >> 64

    def between(self, low: int, high: int) -> int:
        """An integer in [low, high], both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, each equally likely."""
        return items[self.below(len(items))]

    def weighted(self, weights: Sequence[float]) -> int:
        """An index, each as likely as its weight says."""
        point = self.random() * sum(weights)
        for index, weight in enumerate(weights):
            point -= weight
            if point < 0:
                return index
        return max(i for i, weight in enumerate(weights) if weight > 0)

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items in random order (Fisher and Yates, only as far as needed)."""
        pool = list(items)
        for i in range(count):
            j = i + self.below(len(pool) - i)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:count]


def stream(seed: int, *place: str | int) -> Stream:
    """The generator that belongs to a place, such as (step path, record id, copy, attempt).

    >>> stream(0, "0.masking", "row-7", 1, 0).below(100)
    93
    """
    # Lengths keep ("a", "bc") and ("ab", "c") apart.
    key = "".join(f"{len(part)}:{part}" for part in (str(seed), *map(str, place)))
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return Stream(int.from_bytes(digest, "little"))
