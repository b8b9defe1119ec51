"""Words that one text has and another lacks, and which of them are opposites."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from augment.lexicons import store
from augment.lexicons.inflection import Inflector
from augment.lexicons.polarity import Polarity
from augment.lexicons.values import stretches
from augment.lexicons.wordnet import PARTS, WordNet
from augment.words import split_words

FILE: Final = "opposites.txt"
_TAGS = ("NNS", "VBZ", "VBD", "VBN", "VBG", "JJR", "JJS")
_KEPT = 32_768


class Opposites:
    """Which words are opposites in any form and part of speech; memo tables of pure results.

    >>> opposites = Opposites.load()
    >>> opposites.opposed("bought", "sold"), opposites.opposed("happy", "unhappy")
    (True, True)
    >>> opposites.opposed("bought", "purchased"), opposites.negated("unable")
    (False, True)
    """

    def __init__(
        self,
        wordnet: WordNet,
        inflector: Inflector,
        polarity: Polarity,
        listed: Mapping[str, frozenset[str]],
    ) -> None:
        """`listed`: for a lemma its opposites beside those of WordNet."""
        self._wordnet = wordnet
        self._inflector = inflector
        self._polarity = polarity
        self._listed = listed
        self._forms = lru_cache(_KEPT)(self._look_up)
        self._direct = lru_cache(_KEPT)(self._opposed)
        self._wide = lru_cache(_KEPT)(self._opposed_widely)
        self._function_words = store.words("function_words.txt")

    @classmethod
    def load(cls, wordnet: WordNet | None = None) -> "Opposites":
        """From the shipped lexicons."""
        wordnet = wordnet or WordNet.load()
        return cls(wordnet, Inflector.load(wordnet), Polarity.load(wordnet), _listed())

    def opposed(self, word: str, other: str) -> bool:
        """Whether two words, in lower case, are opposites."""
        return self._direct(word, other)

    def opposed_in_place(self, word: str, other: str) -> bool:
        """Whether one, in the place of the other, says the opposite: by its synonyms, too.

        >>> opposites = Opposites.load()
        >>> opposites.opposed_in_place("good", "awful"), opposites.opposed("good", "awful")
        (True, False)
        """
        return self._wide(word, other)

    def negated(self, word: str) -> bool:
        """Whether the word carries its own negation, as "unable" or "useless" do."""
        return any(
            self._polarity.negated(form, part)
            for form in self._forms(word)
            for part in PARTS
            if self._wordnet.has(form, part)
        )

    def _opposed(self, word: str, other: str) -> bool:
        return any(
            two in self._antonyms(one) or one in self._antonyms(two)
            for one in self._forms(word)
            for two in self._forms(other)
        )

    def _opposed_widely(self, word: str, other: str) -> bool:
        """By the antonyms of synonyms, for adjectives alone.

        A verb has synonyms in so many senses that half of the common verbs would be opposed.
        """
        if word in self._function_words or other in self._function_words:
            return False
        return all(self._wordnet.has(one, "a") for one in (word, other)) and (
            other in self._polarity.opposites(word, "a")
            or word in self._polarity.opposites(other, "a")
        )

    def _antonyms(self, lemma: str) -> frozenset[str]:
        """What WordNet itself or the list calls an opposite, of any part of speech."""
        found = (self._wordnet.antonyms(lemma, part) for part in PARTS)
        own = self._listed.get(lemma, frozenset())
        return own.union(word.lower() for words in found for word in words)

    def _look_up(self, word: str) -> frozenset[str]:
        return frozenset({word, *(self._inflector.lemma(word, tag) for tag in _TAGS)})


def _listed() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in store.lines(FILE):
        one, other = line.split()
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


def negations_and_words(text: str) -> tuple[int, list[str]]:
    """The number of negations, and all other words in order, in lower case.

    >>> negations_and_words("It isn't here, is it?")
    (1, ['it', 'here', 'is', 'it'])
    """
    negations = [(start, end) for start, end, why in stretches(text) if why == "negation"]
    words = [
        word.surface.casefold()
        for word in split_words(text)
        if not any(start < word.end and word.start < end for start, end in negations)
    ]
    return len(negations), words
