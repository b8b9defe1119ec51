"""How much each word of a data set tells: its weights by TF-IDF, and the words that tell little."""

import json
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

from augment.errors import DataError
from augment.randomness import Stream
from augment.record import Record
from augment.words import split_words

FILE: Final = "words.json"
MOST_WORDS: Final = 1_000_000  # different ones while counting; rare ones go when there are more
VOCABULARY: Final = 50_000  # words that can come, the most frequent ones
FEWEST: Final = 10
_SCALE: Final = 1 << 20  # parts of the largest weight


class WordCounting:
    """Counts in how many texts each word stands, and how often; see `checks.base.Fitting`."""

    def __init__(self, folder: Path, *, min_texts: int) -> None:
        self._folder = folder
        self._min_texts = min_texts
        self._texts = 0
        self._in_texts: Counter[str] = Counter()
        self._times: Counter[str] = Counter()

    def add(self, record: Record) -> None:
        """Count the words of a text."""
        words = [word.surface.casefold() for word in split_words(record.text)]
        self._texts += 1
        self._in_texts.update(set(words))
        self._times.update(words)
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
                f"or more, of {self._texts:,} texts; give it more texts, or a smaller min_texts"
            )
        counts = {word: [self._in_texts[word], self._times[word]] for word in sorted(known)}
        text = json.dumps({"texts": self._texts, "words": counts}, ensure_ascii=False)
        (self._folder / FILE).write_text(text, encoding="utf-8", errors="surrogatepass")

    def close(self) -> None:
        """Nothing is open."""

    def _thin_out(self) -> None:
        """Drop words that came once, then twice, until half as many are left.

        What is dropped and comes again counts from one (Manku and Motwani 2002, lossy counting).
        """
        least = 1
        while len(self._in_texts) > MOST_WORDS // 2:
            rare = [word for word, texts in self._in_texts.items() if texts <= least]
            for word in rare:
                del self._in_texts[word], self._times[word]
            least += 1


class WordWeights:
    """What a data set tells of words.

    >>> weights = WordWeights(100, {"the": (90, 200), "card": (20, 25), "visa": (1, 1)})
    >>> weights.of(["the", "visa", "card"])[1] > weights.of(["the", "visa", "card"])[0]
    True
    """

    def __init__(self, texts: int, counts: dict[str, tuple[int, int]]) -> None:
        """`counts` has for each word in how many texts it stands, and how often."""
        self._texts = texts
        self._counts = counts
        self.vocabulary = sorted(
            (word for word in counts if word.isalpha()), key=lambda word: (-counts[word][1], word)
        )[:VOCABULARY]
        # The paper weighs by frequency x rarity, which lets the rarest words come as well; what
        # few texts have may tell a label, so here rarity alone counts.
        told = [self._rarity(word) for word in self.vocabulary]
        most = max(told, default=0.0)
        # Whole numbers, so that a draw is exact; each word can come.
        self._sums = [*accumulate(1 + round((most - one) / (most or 1) * _SCALE) for one in told)]

    @classmethod
    def load(cls, folder: Path) -> "WordWeights":
        """What `WordCounting` left in a folder."""
        text = (folder / FILE).read_text(encoding="utf-8", errors="surrogatepass")
        kept = json.loads(text)
        return cls(kept["texts"], {word: (one, two) for word, (one, two) in kept["words"].items()})

    def of(self, words: Sequence[str]) -> list[float]:
        """The TF-IDF of each word of a text."""
        times = Counter(words)
        return [times[word] / len(words) * self._rarity(word) for word in words]

    def draw(self, stream: Stream) -> str:
        """A word, the likelier the more texts have it."""
        return self.vocabulary[bisect_right(self._sums, stream.below(self._sums[-1]))]

    def _rarity(self, word: str) -> float:
        """Inverse document frequency, in nats."""
        return math.log(max(1, self._texts) / max(1, self._counts.get(word, (0, 0))[0]))
