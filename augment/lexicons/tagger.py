"""Part-of-speech tags of the Penn Treebank by an averaged perceptron.

Model and features: M. Honnibal, "A good part-of-speech tagger in about 200 lines of Python"
(2013), with the weights of `textblob-aptagger` 0.2.0 (MIT); the answers are those of NLTK's
`PerceptronTagger` with these weights. The scores of all tags are the lanes of one big integer, so
adding the weights of a feature is a single addition, and no numpy is needed.
"""

import struct
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from itertools import accumulate
from typing import Self, TypeVar

from augment.lexicons import store
from augment.lexicons.clitics import Clitics

FILE, WEIGHTS = "tagger.txt.gz", "tagger_weights.bin.gz"
LANE_BITS = 6  # of a stored weight: the place of its tag
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_MASK = (1 << LANE_BITS) - 1
_ZERO = 1 << 23  # added to each lane (32 bits) of a vector while it is packed: none is below 0
_BEFORE = 6  # words that are enough to find the two tags before a word
_KEPT = 16_384  # entries of each memo table; the largest hold about 1 kB an entry


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """What one normalised word adds to the scores of the words around it."""

    as_previous: int
    as_second_previous: int
    as_next: int
    as_second_next: int


@dataclass(frozen=True, eq=False, repr=False)
class Tagger:
    """Tags words in their sentence; safe to share between threads.

    >>> Tagger.load().tag(["They", "don't", "run", "fast", "."])
    ('PRP', 'VBP', 'VB', 'RB', '.')
    """

    _tags: tuple[str, ...]
    _single: Mapping[str, str]
    _features: Mapping[str, int]
    _starts: Sequence[int]
    _weights: Sequence[int]
    _clitics: Clitics
    _zero: int  # _ZERO in every lane
    _base: int  # ... above the place of the tag, which breaks ties
    # Memo tables of pure results: two threads that meet may both compute, and store the same.
    _own: dict[str, int] = field(default_factory=dict)
    _around: dict[str, _Neighbour] = field(default_factory=dict)
    _trails: dict[tuple[str, str], int] = field(default_factory=dict)
    _pairs: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped weights; ResourceError if they are missing or damaged."""
        return cls.parse(
            store.text(FILE, folder), store.data(WEIGHTS, folder), Clitics.load(folder)
        )

    @classmethod
    def parse(cls, packed: str, weights: bytes, clitics: Clitics) -> Self:
        """Read the text and the weights that `build_tagger.pack` made."""
        head, _, body = packed.partition("\n\n")
        tags, *single = head.split("\n")
        names, counts = zip(*[line.split("\t", 1) for line in body.splitlines()], strict=True)
        lanes = range(len(tags.split(" ")))
        codes = array("i", weights)
        if sys.byteorder == "big":
            codes.byteswap()
        return cls(
            _tags=tuple(tags.split(" ")),
            _single=dict([line.split("\t", 1) for line in single]),
            _features=dict(zip(names, range(len(names)), strict=True)),
            _starts=array("i", accumulate(map(int, counts), initial=0)),
            _weights=codes,
            _clitics=clitics,
            _zero=sum(_ZERO << (32 * lane) for lane in lanes),
            _base=sum(((_ZERO << LANE_BITS) + lane) << (32 * lane) for lane in lanes),
        )

    def tag(self, words: Sequence[str]) -> tuple[str, ...]:
        """One tag for each word of a sentence, punctuation marks being words of their own.

        A contraction is tagged in its parts ("do" + "n't") and answers with its first part's tag.
        """
        split = self._clitics.split
        tokens: list[str] = []
        starts = []
        for word in words:
            starts.append(len(tokens))
            tokens += split(word)
        tags = self._tag_tokens(tokens)
        return tuple([tags[start] for start in starts])

    def fits(self, words: Sequence[str], index: int, new: str, tag: str) -> bool:
        """Whether `new` in place of one word would get this tag, as seen from the words around it.

        >>> Tagger.load().fits(["He", "will", "purchase", "it"], 2, "buy", "VB")
        True
        """
        start = max(0, index - _BEFORE)
        window = [*words[start:index], new, *words[index + 1 : index + 3]]
        return self.tag(window)[index - start] == tag

    def _tag_tokens(self, tokens: list[str]) -> list[str]:
        context = ["-START-", "-START2-", *map(_normalized, tokens), "-END-", "-END2-"]
        near = [self._around.get(word) or self._neighbour(word) for word in context]
        previous, second = "-START-", "-START2-"
        tags: list[str] = []
        for at, token in enumerate(tokens, start=2):
            tag = self._single.get(token)
            if tag is None:
                own = self._own.get(token)
                trail = self._trails.get((previous, second))
                pair = self._pairs.get((previous, context[at]))
                tag = self._best(
                    (self._own_scores(token) if own is None else own)
                    + near[at - 1].as_previous
                    + near[at - 2].as_second_previous
                    + near[at + 1].as_next
                    + near[at + 2].as_second_next
                    + (self._trail_scores(previous, second) if trail is None else trail)
                    + (self._pair_scores(previous, context[at]) if pair is None else pair)
                )
            tags.append(tag)
            second, previous = previous, tag
        return tags

    def _best(self, scores: int) -> str:
        size = len(self._tags)
        lanes = struct.unpack(f"<{size}I", scores.to_bytes(4 * size, "little"))
        best: int = max(lanes)
        return self._tags[best & _MASK]

    def _own_scores(self, token: str) -> int:
        features = (
            f"i suffix {token[-3:]}",
            f"i pref1 {token[:1]}",
            f"i word {_normalized(token)}",
        )
        return _keep(self._own, token, self._base + self._sum("bias", *features))

    def _neighbour(self, word: str) -> _Neighbour:
        scores = _Neighbour(
            as_previous=self._sum(f"i-1 word {word}", f"i-1 suffix {word[-3:]}"),
            as_second_previous=self._sum(f"i-2 word {word}"),
            as_next=self._sum(f"i+1 word {word}", f"i+1 suffix {word[-3:]}"),
            as_second_next=self._sum(f"i+2 word {word}"),
        )
        return _keep(self._around, word, scores)

    def _trail_scores(self, previous: str, second: str) -> int:
        scores = self._sum(
            f"i-1 tag {previous}", f"i-2 tag {second}", f"i tag+i-2 tag {previous} {second}"
        )
        return _keep(self._trails, (previous, second), scores)

    def _pair_scores(self, previous: str, word: str) -> int:
        scores = self._sum(f"i-1 tag+i word {previous} {word}")
        return _keep(self._pairs, (previous, word), scores)

    def _sum(self, *features: str) -> int:
        """The weights of some features, added, as lanes of one integer."""
        lanes = [_ZERO] * len(self._tags)
        for feature in features:
            at = self._features.get(feature)
            if at is not None:
                for code in self._weights[self._starts[at] : self._starts[at + 1]]:
                    lanes[code & _MASK] += code >> LANE_BITS
        size = len(lanes)
        packed = int.from_bytes(struct.pack(f"<{size}I", *lanes), "little")
        return (packed - self._zero) << LANE_BITS


def _normalized(word: str) -> str:
    if "-" in word and word[0] != "-":
        return "!HYPHEN"
    if word.isdigit() and len(word) == 4:
        return "!YEAR"
    if word and word[0].isdigit():
        return "!DIGITS"
    return word.lower()


def _keep(table: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    if len(table) < _KEPT:
        table[key] = value
    return value
