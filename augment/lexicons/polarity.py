"""Tells whether two words of one part of speech point to opposite sides."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Self

from augment.lexicons import store
from augment.lexicons.wordnet import Part, WordNet

FILE = "negations.txt"
EXCEPTIONS = "not_negated.txt"
_PREFIXES: Mapping[Part, tuple[str, ...]] = {
    "n": ("un", "non", "dis", "mis"),
    "v": ("un", "dis", "mis"),
    "a": ("un", "in", "im", "il", "ir", "dis", "non"),
    "r": ("un", "in", "im", "il", "ir", "dis", "non"),
}
_SUFFIX = "less"


@dataclass(frozen=True, eq=False, repr=False)
class Polarity:
    """Opposites by WordNet's antonyms, by negative affixes, and by a list of negative words.

    >>> polarity = Polarity.load(WordNet.load())
    >>> polarity.differs("happy", "unhappy", "a"), polarity.differs("glad", "happy", "a")
    (True, False)
    """

    _wordnet: WordNet
    _negative: frozenset[str]
    _not_negated: frozenset[str]

    @classmethod
    def load(cls, wordnet: WordNet, folder: Traversable | None = None) -> Self:
        """Read the shipped list of words that negate."""
        return cls(wordnet, store.words(FILE, folder), store.words(EXCEPTIONS, folder))

    def differs(self, word: str, other: str, part: Part) -> bool:
        """Whether one is an opposite of the other, of a synonym of it, or its negated form."""
        return (
            (word in self._negative) != (other in self._negative)
            or self.negated(word, part) != self.negated(other, part)
            or other in self.opposites(word, part)
            or word in self.opposites(other, part)
        )

    def negated(self, word: str, part: Part) -> bool:
        """Whether the word is another word with a negative prefix, or ends in -less.

        >>> polarity = Polarity.load(WordNet.load())
        >>> polarity.negated("unhappy", "a"), polarity.negated("under", "a")
        (True, False)
        """
        if word in self._not_negated:
            return False
        if part in {"a", "r"} and word.endswith(_SUFFIX) and len(word) > len(_SUFFIX) + 1:
            return True
        return any(
            word.startswith(prefix)
            and self._wordnet.has(word.removeprefix(prefix).lstrip("-_"), part)
            and len(word) > len(prefix) + 2
            for prefix in _PREFIXES[part]
        )

    def opposites(self, word: str, part: Part) -> frozenset[str]:
        """The antonyms of a word's synonyms in all its senses, and those of its heads."""
        found: set[str] = set()
        for sense in self._wordnet.senses(word, part):
            head = self._wordnet.head(sense.synset)
            for synset in (sense.synset,) if head is None else (sense.synset, head):
                for member in self._wordnet.synset(synset).words:
                    found.update(self._wordnet.sense_antonyms(member.lower(), synset))
        return frozenset(found)
