"""Synonyms out of WordNet, as far as its tag counts speak for them.

Synsets are no list of interchangeable words: a synonym is offered only where the tag counts say
that the word usually has a sense of that synset, and the synonym usually has one too. Both shares
must be high, since nothing here looks at the context.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from augment.lexicons.polarity import Polarity
from augment.lexicons.vocabulary import Vocabulary
from augment.lexicons.wordnet import PARTS, Part, Sense, Synset, WordNet

SKIPPED_REGISTERS: Final = frozenset("oasdf")

_SMOOTHING = 0.5  # added to each sense's count: a sense never tagged is not an impossible one
_WORD_SHARE = 0.5  # of the word's uses, those in a synset that it shares with the candidate
_CANDIDATE_SHARE = 0.5  # ... and of the candidate's
_LEAST_USE = 12  # tagged uses and uses in glosses (0.2 and 1.4 million words) of a candidate
_LEAST_TAGGED = 2  # tagged uses of a candidate of several words
_RARER = 40  # a candidate may be this many times rarer than the word
_STEM = 3  # letters that two words of one stem have in common at least


@dataclass(frozen=True, eq=False, repr=False)
class TaggedSynonyms:
    """Base forms to base forms of like use; immutable."""

    _wordnet: WordNet
    _polarity: Polarity
    _vocabulary: Vocabulary

    def ranked(self, lemma: str, part: Part, *, phrases: bool) -> tuple[str, ...]:
        """Synonyms that share enough uses with the word, all of one word or all of several."""
        shared: dict[str, list[tuple[int, float]]] = {}
        for sense, share in _shares(self._wordnet.senses(lemma, part)):
            for word in self._members(self._wordnet.synset(sense.synset), lemma):
                if ("_" in word) == phrases:
                    shared.setdefault(word, []).append((sense.synset, share))
        kept = {}
        for word, senses in shared.items():
            own = sum(share for _, share in senses)
            if own >= _WORD_SHARE and self._usable(word, lemma, part):
                other = self._share(word, part, {synset for synset, _ in senses})
                if other >= _CANDIDATE_SHARE:
                    kept[word] = own * other
        return tuple(sorted(kept, key=lambda word: (-kept[word], word)))

    def _members(self, synset: Synset, lemma: str) -> Iterator[str]:
        """The other words of a synset that can stand where the lemma stands."""
        if SKIPPED_REGISTERS & set(synset.registers):
            return
        words = [word.lower() for word in synset.words]
        place = synset.positions[words.index(lemma)] if lemma in words else ""
        for word, position in zip(synset.words, synset.positions, strict=True):
            if word != lemma and word.islower() and position in {"", place}:
                yield word

    def _share(self, word: str, part: Part, synsets: set[int]) -> float:
        senses = _shares(self._wordnet.senses(word, part))
        return sum(share for sense, share in senses if sense.synset in synsets)

    def _usable(self, word: str, lemma: str, part: Part) -> bool:
        return (
            self._vocabulary.may_enter_unread(word)
            and not same_stem(word, lemma)
            and self._common(word, lemma, part)
            and not self._polarity.differs(lemma, word, part)
        )

    def _common(self, word: str, lemma: str, part: Part) -> bool:
        """Whether a candidate is in use; phrases are not counted in glosses, so they need less."""
        if "_" in word:
            return self._wordnet.count(word, part) >= _LEAST_TAGGED
        return self._use(word, part) >= max(_LEAST_USE, self._use(lemma, part) / _RARER)

    def _use(self, word: str, part: Part) -> float:
        """How often a candidate is seen as this part of speech, the glosses being untagged."""
        tagged = self._wordnet.count(word, part)
        total = sum(self._wordnet.count(word, other) for other in PARTS)
        share = (tagged + _SMOOTHING) / (total + _SMOOTHING * self._wordnet.parts(word))
        return share * (total + self._wordnet.gloss_count(word))


def _shares(senses: tuple[Sense, ...]) -> Iterator[tuple[Sense, float]]:
    total = sum(sense.count + _SMOOTHING for sense in senses)
    for sense in senses:
        yield sense, (sense.count + _SMOOTHING) / total


def same_stem(word: str, lemma: str) -> bool:
    """Whether one is a spelling or a derivation of the other: labour/labor, fencing/fence."""
    if sorted(word) == sorted(lemma):  # theatre, theater
        return True
    pairs = zip(word, lemma, strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return alike >= max(_STEM, 0.6 * min(len(word), len(lemma)))
