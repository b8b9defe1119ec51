"""A text classifier that can leave any text out again: complement naive Bayes over hashed words.

Weights after Rennie et al. 2003 ("Tackling the Poor Assumptions of Naive Bayes Text Classifiers"):
log term frequencies, each text of length 1, inverse document frequencies, and each label judged by
what the texts of all other labels hold. All it knows are sums over texts, in whole numbers, so the
order of the texts changes nothing, and leaving one out is a subtraction: exactly the model that has
not seen it.
"""

import json
import math
import zlib
from collections import Counter
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from augment.errors import DataError
from augment.words import split_words

MOST_LABELS = 1000
_SIZE = 1 << 18  # places for words; fewer with many labels, so that the table stays bounded
_CELLS = 1 << 26  # four bytes each
_SCALE = 256  # a text's share of a word, in whole numbers
_SMOOTHING = 1.0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Features(NamedTuple):
    """The places of a text's words and pairs of words, and what each weighs."""

    places: Ints
    weights: Ints


class LabelCounts:
    """Sums over the texts of each label.

    >>> counts = LabelCounts()
    >>> for text, label in [("my card is lost", "card"), ("the card was lost", "card"),
    ...                     ("send money home", "transfer"), ("send the money", "transfer")]:
    ...     counts.add(text, label)
    >>> counts.freeze()
    >>> margins = counts.margins("is the card lost?", without="my card is lost")
    >>> max(margins, key=margins.get)
    'card'
    """

    def __init__(self) -> None:
        self._size = _SIZE
        self._labels: dict[str, int] = {}
        self._rows: list[int] = []
        self._sums: npt.NDArray[np.int32] = np.zeros((0, _SIZE), np.int32)
        self._frequencies: npt.NDArray[np.int32] = np.zeros(_SIZE, np.int32)
        # By a hash of the text, the labels that it was added with: a double teaches nothing, and
        # would still be there when its text is left out.
        self._seen: dict[bytes, tuple[int, ...]] = {}
        self._totals: Floats = np.zeros(0)
        self._vocabulary = 0

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, in the order in which they came."""
        return tuple(self._labels)

    def add(self, text: str, label: str) -> None:
        """Learn a text; one that came before with the same label teaches nothing.

        Raises:
            DataError: there are too many labels to be classes.
        """
        number = self._number(label)
        key = _key(text)
        known = self._seen.get(key, ())
        if number in known:
            return
        self._seen[key] = (*known, number)
        found = self._features(text)
        self._rows[number] += 1
        self._sums[number, found.places] += found.weights.astype(np.int32)
        if not known:
            self._frequencies[found.places] += 1

    def rows(self, label: str, *, without: str) -> int:
        """How many texts of a label there are beside one."""
        number = self._labels.get(label)
        if number is None:
            return 0
        return self._rows[number] - (number in self._seen.get(_key(without), ()))

    def margins(self, text: str, *, without: str) -> dict[str, float]:
        """For each label by how much it leads the best other one, in nats a word of the text.

        The model is the one that has not seen the text `without`.
        """
        found = self._features(text)
        sums: Floats = self._sums[: len(self._labels), found.places].astype(np.float64)
        totals = self._totals.copy()
        frequencies: Floats = self._frequencies[found.places].astype(np.float64)
        texts = len(self._seen)
        if leaving := self._seen.get(_key(without), ()):
            left = self._features(without)
            _, here, there = np.intersect1d(
                found.places, left.places, assume_unique=True, return_indices=True
            )
            weights = np.zeros(len(found.places))
            weights[here] = left.weights[there]
            for number in leaving:
                sums[number] -= weights
                totals[number] -= left.weights.sum()
            frequencies[here] -= 1
            texts -= 1
        others = sums.sum(axis=0) - sums + _SMOOTHING * _SCALE
        vocabulary = _SMOOTHING * _SCALE * self._vocabulary
        rest = (totals.sum() - totals + vocabulary)[:, None]
        rarity = np.log((1 + texts) / (1 + frequencies)) + 1
        mixed = found.weights * rarity
        scores = -(np.log(others / rest) * mixed).sum(axis=1) / max(mixed.sum(), 1.0)
        best, second = np.sort(scores)[::-1][:2]
        return {
            label: float(score - (second if score == best else best))
            for label, score in zip(self._labels, scores, strict=True)
        }

    def save(self, path: Path) -> None:
        """Leave all counts in a file."""
        labels = len(self._labels)
        filled = np.flatnonzero(self._sums[:labels])
        pairs = sorted((key, n) for key, numbers in self._seen.items() for n in numbers)
        np.savez(
            path,
            labels=np.array(json.dumps(list(self._labels))),
            rows=np.array(self._rows, np.int64),
            size=np.array(self._size),
            places=filled,
            sums=self._sums[:labels].ravel()[filled],
            frequencies=self._frequencies,
            keys=np.array([int.from_bytes(key, "big") for key, _ in pairs], np.uint64),
            owners=np.array([number for _, number in pairs], np.int32),
        )

    @classmethod
    def load(cls, path: Path) -> "LabelCounts":
        """The counts in a file, ready to answer."""
        counts = cls()
        with np.load(path) as kept:
            names = json.loads(kept["labels"].item())
            counts._labels = {label: number for number, label in enumerate(names)}
            counts._rows = kept["rows"].tolist()
            counts._size = int(kept["size"])
            counts._sums = np.zeros((len(names), counts._size), np.int32)
            counts._sums.ravel()[kept["places"]] = kept["sums"]
            counts._frequencies = kept["frequencies"]
            pairs = zip(kept["keys"].tolist(), kept["owners"].tolist(), strict=True)
            for key, number in pairs:
                place = key.to_bytes(8, "big")
                counts._seen[place] = (*counts._seen.get(place, ()), number)
        counts.freeze()
        return counts

    def freeze(self) -> None:
        """Work out what all answers need; nothing is added after."""
        self._totals = self._sums[: len(self._labels)].sum(axis=1, dtype=np.float64)
        self._vocabulary = int(np.count_nonzero(self._frequencies))

    def _number(self, label: str) -> int:
        number = self._labels.get(label)
        if number is None:
            if len(self._labels) == MOST_LABELS:
                raise DataError(
                    f"the check labels found more than {MOST_LABELS:,} different labels, so the "
                    "column is hardly one of classes; name another with --label"
                )
            number = self._labels[label] = len(self._labels)
            self._rows.append(0)
            self._grow(number + 1)
        return number

    def _grow(self, labels: int) -> None:
        """Room for so many labels; where the table would be too large, places share a cell."""
        rows = len(self._sums)
        if labels <= rows:
            return
        rows = max(8, 2 * rows)
        while rows * self._size > _CELLS:
            self._size //= 2
            self._sums = self._sums[:, : self._size] + self._sums[:, self._size :]
            self._frequencies = self._frequencies[: self._size] + self._frequencies[self._size :]
        grown = np.zeros((rows, self._size), np.int32)
        grown[: len(self._sums)] = self._sums
        self._sums = grown

    def _features(self, text: str) -> Features:
        words = [word.surface.casefold() for word in split_words(text)]
        pairs = [f"{one} {two}" for one, two in pairwise(words)]
        # By name first: how often a word comes must not depend on which words share its cell.
        counted = Counter(zlib.crc32(name.encode("utf-8", "replace")) for name in (*words, *pairs))
        shares = {place: math.log1p(count) for place, count in counted.items()}
        length = math.sqrt(sum(share * share for share in shares.values()))
        weights: Counter[int] = Counter()
        for place, share in shares.items():
            weights[place % self._size] += round(_SCALE * share / length)
        ordered = sorted(weights)
        return Features(
            np.array(ordered, np.int64), np.array([weights[place] for place in ordered], np.int64)
        )


def _key(text: str) -> bytes:
    flat = " ".join(word.surface.casefold() for word in split_words(text))
    return blake2b(flat.encode("utf-8", "replace"), digest_size=8).digest()
