"""Combinators: they plan which leaves run for a copy, and in which order.

A plan depends on the copy's streams alone and not on the text, so all of it is drawn before the
first leaf runs, and the engine can put copies with the same next leaf in one batch.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from augment.randomness import Stream
from augment.transforms.base import Transform, UnfittedTransform

# The stream that belongs to a step path, for the copy that is planned.
StreamAt = Callable[[str], Stream]


@dataclass(frozen=True, eq=False)
class LeafNode:
    """A leaf step and its path in the spec, such as `0.one_of.1.synonyms`."""

    path: str
    transform: Transform | UnfittedTransform

    def plan(self, stream_at: StreamAt) -> Iterator["LeafNode"]:
        """Itself."""
        del stream_at
        yield self

    def leaves(self) -> Iterator["LeafNode"]:
        """Itself."""
        yield self


@dataclass(frozen=True, eq=False)
class ChainNode:
    """All children in order."""

    path: str
    children: tuple["Node", ...]

    def plan(self, stream_at: StreamAt) -> Iterator[LeafNode]:
        """The plans of all children, one after the other."""
        for child in self.children:
            yield from child.plan(stream_at)

    def leaves(self) -> Iterator[LeafNode]:
        """All leaves below, in order."""
        yield from _leaves(self.children)


@dataclass(frozen=True, eq=False)
class MaybeNode:
    """The child with probability `p`."""

    path: str
    p: float
    child: "Node"

    def plan(self, stream_at: StreamAt) -> Iterator[LeafNode]:
        """The child's plan, or nothing."""
        if stream_at(self.path).chance(self.p):
            yield from self.child.plan(stream_at)

    def leaves(self) -> Iterator[LeafNode]:
        """All leaves below, in order."""
        yield from self.child.leaves()


@dataclass(frozen=True, eq=False)
class OneOfNode:
    """One child, drawn by weight."""

    path: str
    children: tuple["Node", ...]
    weights: tuple[float, ...]

    def plan(self, stream_at: StreamAt) -> Iterator[LeafNode]:
        """The plan of the drawn child."""
        yield from self.children[stream_at(self.path).weighted(self.weights)].plan(stream_at)

    def leaves(self) -> Iterator[LeafNode]:
        """All leaves below, in order."""
        yield from _leaves(self.children)


@dataclass(frozen=True, eq=False)
class SomeOfNode:
    """Between `low` and `high` of the children, in their order."""

    path: str
    children: tuple["Node", ...]
    low: int
    high: int

    def plan(self, stream_at: StreamAt) -> Iterator[LeafNode]:
        """The plans of the drawn children, in their order."""
        stream = stream_at(self.path)
        count = stream.between(self.low, self.high)
        for index in sorted(stream.sample(range(len(self.children)), count)):
            yield from self.children[index].plan(stream_at)

    def leaves(self) -> Iterator[LeafNode]:
        """All leaves below, in order."""
        yield from _leaves(self.children)


Node = LeafNode | ChainNode | MaybeNode | OneOfNode | SomeOfNode


def _leaves(children: Sequence[Node]) -> Iterator[LeafNode]:
    for child in children:
        yield from child.leaves()
