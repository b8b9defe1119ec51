"""The training texts of one epoch as the Trainer takes them: drawn anew by number of the epoch.

What an epoch has (copies, views, order) is a function of seed and epoch. Nothing is remembered from
one epoch to the next, so a resumed run finds in the middle of an epoch what the broken one had.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch.utils.data import Dataset, Sampler
from transformers import TrainerCallback

from augment.randomness import stream
from regularize.encoding import Encoded, Encoding
from regularize.sources import CopySource, Original
from regularize.tagged import TaggedCopy


@dataclass(frozen=True, slots=True)
class Copies:
    """How copies come into an epoch."""

    source: CopySource[str | TaggedCopy]
    count: int
    instead: bool = False
    p: float = 1.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Texts whose views are to be answered alike, and how many go with each labelled one."""

    pool: tuple[Original, ...]
    source: CopySource[str]
    ratio: int


@dataclass(slots=True)
class _Drawn:
    """What belongs to one epoch."""

    number: int = -1
    copies: Mapping[str, tuple[str | TaggedCopy, ...]] = field(default_factory=dict)
    pool: list[Original] = field(default_factory=list)
    views: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class EpochTexts(Dataset[Encoded]):
    """Encoded examples with copies and views of the present epoch."""

    def __init__(
        self,
        originals: Sequence[Original],
        encoded: Sequence[Encoded],
        encoding: Encoding,
        *,
        seed: int,
        copies: Copies | None = None,
        pairs: Pairs | None = None,
    ) -> None:
        """`encoded` has ids and labels of the originals, in the same order."""
        self._originals = tuple(originals)
        self._encoded = tuple(encoded)
        self._encoding = encoding
        self._seed = seed
        self._copies = copies
        self._pairs = pairs
        self._each = 1 if copies is None or copies.instead else 1 + copies.count
        self._drawn = _Drawn()

    @property
    def epoch(self) -> int:
        """Number of the epoch, from 0; -1 before the first."""
        return self._drawn.number

    def begin(self, epoch: int) -> None:
        """Draw what the epoch has; nothing where it is drawn already."""
        if epoch == self._drawn.number:
            return
        drawn = _Drawn(epoch)
        self._encoding.forget()
        if self._copies is not None:
            drawn.copies = self._copies.source.copies(self._originals, epoch)
        if self._pairs is not None:
            pool = self._pairs.pool
            wanted = min(len(pool), len(self) * self._pairs.ratio)
            drawn.pool = stream(self._seed, "pool", epoch).sample(pool, wanted)
            drawn.views = self._pairs.source.copies(drawn.pool, epoch)
        self._drawn = drawn

    def close(self) -> None:
        """Close the sources."""
        for part in (self._copies, self._pairs):
            if part is not None:
                part.source.close()

    def __len__(self) -> int:
        return len(self._originals) * self._each

    def __getitem__(self, index: int) -> Encoded:
        number, copy = divmod(index, self._each)
        original, encoded = self._originals[number], self._encoded[number]
        copies = self._drawn.copies.get(original.id, ())
        found = self._chosen(original, copies, copy)
        if isinstance(found, TaggedCopy):
            return self._encoding.tagged(found.tokens, found.tags)
        ids = encoded.ids if found is None else self._encoding.ids(found)
        return Encoded(ids, encoded.label, tuple(self._views(index)))

    def _chosen(
        self, original: Original, copies: Sequence[str | TaggedCopy], copy: int
    ) -> str | TaggedCopy | None:
        """The copy whose turn it is; None for the original, also where a copy is missing."""
        if self._copies is None or not copies:
            return None
        if not self._copies.instead:
            return copies[copy - 1] if 0 < copy <= len(copies) else None
        draw = stream(self._seed, "instead", self.epoch, original.id)
        return draw.choice(copies) if draw.chance(self._copies.p) else None

    def _views(self, index: int) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        if self._pairs is None:
            return
        for place in range(index * self._pairs.ratio, (index + 1) * self._pairs.ratio):
            one = self._drawn.pool[place % len(self._drawn.pool)]
            # A text of which no copy could be made is its own view: dropout still differs.
            view = next(iter(self._drawn.views.get(one.id, ())), one.text)
            yield self._encoding.ids(one.text), self._encoding.ids(view)


class EpochOrder(Sampler[int]):
    """The order of an epoch; balanced, each label comes as often as every other.

    It asks the texts for the epoch: what accelerate tells a sampler is lost when a run resumes
    within an epoch in several processes.
    """

    def __init__(
        self, texts: EpochTexts, seed: int, groups: Sequence[Sequence[int]] | None = None
    ) -> None:
        """`groups` has the indices of each label, for balanced sampling."""
        self._texts = texts
        self._seed = seed
        self._groups = groups

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[int]:
        draw = stream(self._seed, "order", self._texts.epoch)
        if self._groups is None:
            yield from draw.sample(range(len(self)), len(self))
            return
        turns: list[list[int]] = [[] for _ in self._groups]
        for turn in range(len(self)):
            group = turn % len(self._groups)
            if not turns[group]:
                turns[group] = draw.sample(self._groups[group], len(self._groups[group]))
            yield turns[group].pop()


class BeginEpoch(TrainerCallback):  # type: ignore[misc]
    """Tells the texts which epoch it is."""

    def __init__(self, texts: EpochTexts) -> None:
        self._texts = texts

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Draw the epoch; within a resumed one the state holds a fraction."""
        del args, control
        self._texts.begin(int(state.epoch or 0))
