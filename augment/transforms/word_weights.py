"""How much each word of a data set tells, and the words that tell little."""

import json
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import Final, NamedTuple

from augment.errors import DataError
from augment.randomness import Stream
from augment.record import Record
from augment.words import split_words

FILE: Final = "words.json"
MOST_WORDS: Final = 1_000_000  # different ones while counting; rare ones go when there are more
MOST_LABELS: Final = 1_000  # past that the labels are hardly classes
VOCABULARY: Final = 50_000  # words that can come, the most frequent ones
FEWEST: Final = 10
LABEL_WEIGHT: Final = 4.0  # a nat that a word tells of the label counts as so many of rarity
TELLING: Final = 0.3  # nats; a word that tells more of the label neither goes nor comes
_SCALE: Final = 1 << 20  # parts of the largest weight


class Counted(NamedTuple):
    """What is known of a word: in how many texts it stands, and what it tells of the label.

    The latter is the Kullback-Leibler divergence between the labels of the texts that have the word
    and those of all texts, in nats.
    """

    texts: int
    told: float = 0.0


class WordCounting:
    """Counts in how many texts each word stands, by label; see `checks.base.Fitting`."""

    def __init__(self, folder: Path, *, min_texts: int) -> None:
        self._folder = folder
        self._min_texts = min_texts
        self._labels: Counter[str] = Counter()
        self._in_texts: Counter[str] = Counter()
        self._with_label: dict[str, Counter[str]] = {}

    def add(self, record: Record) -> None:
        """Count the words of a text."""
        words = {word.surface.casefold() for word in split_words(record.text)}
        label = record.label or ""
        self._labels[label] += 1
        self._in_texts.update(words)
        if len(self._labels) <= MOST_LABELS:
            self._with_label.setdefault(label, Counter()).update(words)
        if len(self._in_texts) > MOST_WORDS:
            self._thin_out()

    def add_held_out(self, record: Record) -> None:
        """Nothing: what is held out must not shape the training set."""

    def save(self) -> None:
        """Leave the counts in the folder.

        Raises:
            DataError: hardly a word stands in enough texts.
        """
        known = [word for word, texts in self._in_texts.items() if texts >= self._min_texts]
        usable = sum(word.isalpha() for word in known)
        if usable < FEWEST:
            raise DataError(
                f"the step tfidf found only {usable} words that stand in {self._min_texts} texts "
                f"or more, of {self._labels.total():,} texts; give it more texts, or a smaller "
                "min_texts"
            )
        words = {word: [self._in_texts[word], round(self._told(word), 4)] for word in sorted(known)}
        text = json.dumps({"texts": self._labels.total(), "words": words}, ensure_ascii=False)
        (self._folder / FILE).write_text(text, encoding="utf-8", errors="surrogatepass")

    def close(self) -> None:
        """Nothing is open."""

    def _told(self, word: str) -> float:
        """See `Counted.told`."""
        if len(self._labels) > MOST_LABELS:
            return 0.0
        texts, total = self._in_texts[word], self._labels.total()
        divergence = 0.0
        for label in sorted(self._labels):
            share = self._labels[label] / total
            # As if one more text of each label had it, in proportion: or words that few texts have
            # would seem to tell their labels for sure, the more so the more labels there are.
            prior = share * len(self._labels)
            found = (self._with_label[label][word] + prior) / (texts + len(self._labels))
            divergence += found * math.log(found / share)
        return max(0.0, divergence)

    def _thin_out(self) -> None:
        """Drop words that came once, then twice, until half as many are left.

        What is dropped and comes again counts from one (Manku and Motwani 2002, lossy counting).
        """
        least = 1
        while len(self._in_texts) > MOST_WORDS // 2:
            rare = [word for word, texts in self._in_texts.items() if texts <= least]
            for counts in (self._in_texts, *self._with_label.values()):
                for word in rare:
                    counts.pop(word, None)
            least += 1


class WordWeights:
    """What a data set tells of words.

    >>> weights = WordWeights(100, {"the": Counted(90), "card": Counted(20), "visa": Counted(1)})
    >>> weights.of(["the", "visa", "card"])[1] > weights.of(["the", "visa", "card"])[0]
    True
    """

    def __init__(self, texts: int, counts: Mapping[str, Counted]) -> None:
        self._texts = texts
        self._counts = counts
        common = sorted(counts, key=lambda word: (-counts[word].texts, word))
        usable = (word for word in common if word.isalpha() and not self.telling(word))
        self.vocabulary = [*islice(usable, VOCABULARY)]
        # The paper weighs what comes by frequency x rarity, which lets the rarest words come as
        # well; what few texts have may tell a label, so here frequency has no part.
        told = [self._weight(word) for word in self.vocabulary]
        most = max(told, default=0.0)
        # Squared, since there are many words that tell much; in whole numbers, so that a draw is
        # exact; each word can come.
        parts = (((most - one) / (most or 1)) ** 2 for one in told)
        self._sums = [*accumulate(1 + round(part * _SCALE) for part in parts)]

    @classmethod
    def load(cls, folder: Path) -> "WordWeights":
        """What `WordCounting` left in a folder."""
        text = (folder / FILE).read_text(encoding="utf-8", errors="surrogatepass")
        kept = json.loads(text)
        return cls(kept["texts"], {word: Counted(*one) for word, one in kept["words"].items()})

    def of(self, words: Sequence[str]) -> list[float]:
        """How much each word of a text tells of it: its share of the words x its weight."""
        times = Counter(words)
        return [times[word] / len(words) * self._weight(word) for word in words]

    def draw(self, stream: Stream) -> str:
        """A word, the likelier the less it tells."""
        return self.vocabulary[bisect_right(self._sums, stream.below(self._sums[-1]))]

    def telling(self, word: str) -> bool:
        """Whether a word tells much of the label."""
        return self._counts.get(word, Counted(1)).told > TELLING

    def _weight(self, word: str) -> float:
        """Inverse document frequency, in nats, and what the word tells of the label."""
        found = self._counts.get(word, Counted(1))
        rarity = math.log(max(1, self._texts) / max(1, found.texts))
        return rarity + LABEL_WEIGHT * found.told
