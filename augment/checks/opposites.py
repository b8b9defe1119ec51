"""Words that one text has and another lacks, and which of them are opposites."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from augment.lexicons import store
from augment.lexicons.inflection import Inflector
from augment.lexicons.polarity import Polarity
from augment.lexicons.values import stretches
from augment.lexicons.wordnet import PARTS, WordNet
from augment.words import split_words

FILE: Final = "opposites.txt"
CONVERSES: Final = "converses.txt"
NEGATIVE: Final = "negative.txt"
_TAGS = ("NNS", "VBZ", "VBD", "VBN", "VBG", "JJR", "JJS")
_KEPT = 32_768
_ON_TIME: Final = re.compile(r"on time\b|in good time\b", re.IGNORECASE)
_PREFIXES: Final = frozenset({"un", "in", "im", "il", "ir", "dis", "non"})
_SHORT: Final = 3  # letters: "un" + "it" negates nothing


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
        kin: Mapping[str, frozenset[str]],
    ) -> None:
        """`listed`: for a lemma its opposites beside those of WordNet; `kin`: those of its side."""
        self._wordnet = wordnet
        self._inflector = inflector
        self._polarity = polarity
        self._listed = listed
        self._kin = kin
        self._converses = _pairs_of(store.lines(CONVERSES))
        negative = {entry.replace("_", " ") for entry in store.words(NEGATIVE)}
        self._negative = frozenset(entry for entry in negative if " " not in entry)
        phrases = sorted(negative - self._negative, key=len, reverse=True)
        self._phrases = re.compile(rf"\b(?:{'|'.join(phrases)})\b")
        self._forms = lru_cache(_KEPT)(self._look_up)
        self._akin = lru_cache(_KEPT)(self._related)
        self._direct = lru_cache(_KEPT)(self._opposed)
        self._wide = lru_cache(_KEPT)(self._opposed_widely)
        self._function_words = store.words("function_words.txt")

    @classmethod
    def load(cls, wordnet: WordNet | None = None) -> "Opposites":
        """From the shipped lexicons."""
        wordnet = wordnet or WordNet.load()
        return cls(wordnet, Inflector.load(wordnet), Polarity.load(wordnet), *_listed())

    def opposed(self, word: str, other: str) -> bool:
        """Whether two words, in lower case, are opposites."""
        return self._direct(word, other)

    def opposed_in_place(self, word: str, other: str) -> bool:
        """Whether one, in the place of the other, says the opposite: by its synonyms, too.

        >>> opposites = Opposites.load()
        >>> opposites.opposed_in_place("nice", "awful"), opposites.opposed("nice", "awful")
        (True, False)
        """
        return self._wide(word, other)

    def converse(self, word: str, other: str) -> bool:
        """Whether two words tell one event from its two ends, as "sell" and "buy" do."""
        return any(
            two in self._converses.get(one, ())
            for one in self._forms(word)
            for two in self._forms(other)
        )

    def akin(self, word: str, other: str) -> bool:
        """Whether one may stand for the other: one lemma, synonyms, or on one side of the list.

        >>> opposites = Opposites.load()
        >>> opposites.akin("beat", "defeated"), opposites.akin("sold", "bought")
        (True, False)
        """
        return self._akin(word, other)

    def verb(self, word: str) -> bool:
        """Whether this can be a form of a verb."""
        return any(self._wordnet.has(form, "v") for form in self._forms(word))

    def lemmas(self, word: str) -> frozenset[str]:
        """What the word may be a form of, itself included."""
        return self._forms(word)

    def phrases(self, text: str) -> list[str]:
        """The phrases of a text in lower case that carry their own negation ("out of order")."""
        return self._phrases.findall(text)

    def negated(self, word: str) -> bool:
        """Whether the word carries its own negation, as "unable" or "non-stick" do."""
        return (
            word in self._negative
            or word.startswith("non-")
            or any(
                self._polarity.negated(form, part)
                for form in self._forms(word)
                for part in PARTS
                if self._wordnet.has(form, part)
            )
        )

    def _opposed(self, word: str, other: str) -> bool:
        return any(
            two in self._antonyms(one)
            or one in self._antonyms(two)
            or self._affixed(one, two)
            or self._affixed(two, one)
            for one in self._forms(word)
            for two in self._forms(other)
        )

    def _related(self, word: str, other: str) -> bool:
        return any(
            one == two or two in self._kin.get(one, ()) or two in self._synonyms(one)
            for one in self._forms(word)
            for two in self._forms(other)
        )

    def _synonyms(self, lemma: str) -> frozenset[str]:
        return frozenset(
            member.lower()
            for part in PARTS
            for sense in self._wordnet.senses(lemma, part)
            for member in self._wordnet.synset(sense.synset).words
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

    def _affixed(self, lemma: str, bare: str) -> bool:
        """Whether the first is the second with a negative prefix ("unmute", "unjustified")."""
        return (
            lemma.endswith(bare)
            and lemma.removesuffix(bare).rstrip("-") in _PREFIXES
            and len(bare) > _SHORT
            and (lemma[:2] == "un" or self._polarity.negated(lemma, "a"))
        )

    def _antonyms(self, lemma: str) -> frozenset[str]:
        """What WordNet itself or the list calls an opposite, of any part of speech."""
        found = (self._wordnet.antonyms(lemma, part) for part in PARTS)
        own = self._listed.get(lemma, frozenset())
        return own.union(word.lower() for words in found for word in words)

    def _look_up(self, word: str) -> frozenset[str]:
        return frozenset({word, *(self._inflector.lemma(word, tag) for tag in _TAGS)})


def _listed() -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """Opposites and kin of each lemma of the list."""
    lines = store.lines(FILE)
    opposites = _pairs_of(line for line in lines if "/" not in line)
    found = {word: set(others) for word, others in opposites.items()}
    kin: dict[str, set[str]] = {}
    for line in lines:
        sides = [side.split() for side in line.split("/")]
        for side, across in zip(sides, reversed(sides), strict=True):
            for word in side if len(sides) > 1 else ():
                found.setdefault(word, set()).update(across)
                kin.setdefault(word, set()).update(side)
    return _frozen(found), _frozen(kin)


def _pairs_of(lines: Iterable[str]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in lines:
        one, other = line.split()
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return _frozen(found)


def _frozen(found: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {word: frozenset(others) for word, others in found.items()}


def negations_and_words(text: str) -> tuple[int, list[str]]:
    """The number of negations, and all other words in order, in lower case.

    >>> negations_and_words("It isn't here, is it?")
    (1, ['it', 'here', 'is', 'it'])
    """
    negations = [(start, end) for start, end, why in stretches(text) if why == "negation"]
    words = [
        "punctual" if _ON_TIME.match(text, word.start) else word.surface.casefold()
        for word in split_words(text)
        if not any(start < word.end and word.start < end for start, end in negations)
    ]
    return len(negations), words
