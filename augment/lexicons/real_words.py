"""Which strings are English words, so that noise does not turn one word into another."""

import codecs
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final, Self

from augment.lexicons import rules, store
from augment.lexicons.wordnet import WordNet

# The last letter of a form, and the tag of the rule that makes it.
_INFLECTED: Final = {"s": "NNS", "d": "VBD", "g": "VBG", "r": "JJR", "t": "JJS"}


@dataclass(frozen=True, eq=False, repr=False)
class RealWords:
    """The lemmas of WordNet and their regular forms, function words, and words that offend."""

    _wordnet: WordNet
    _listed: frozenset[str]

    @classmethod
    def load(cls, wordnet: WordNet, folder: Traversable | None = None) -> Self:
        """Read the shipped lists; ResourceError if one is missing or damaged."""
        offensive = {codecs.decode(word, "rot13") for word in store.words("offensive.txt", folder)}
        return cls(wordnet, store.words("function_words.txt", folder) | offensive)

    def knows(self, word: str) -> bool:
        """Whether this is a word, in any case and regular form; words that offend are, too.

        >>> real = RealWords.load(WordNet.load())
        >>> [real.knows(word) for word in ("form", "From", "boxes", "fomr")]
        [True, True, True, False]
        """
        form = word.lower()
        if form in self._listed or form in self._wordnet:
            return True
        return any(
            stem in self._wordnet
            for letter, tag in _INFLECTED.items()
            if form.endswith(letter)
            for stem in rules.stems(form, tag)
        )
