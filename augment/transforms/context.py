"""Which candidates fit a word in its sentence, by sentence embeddings.

A candidate's score is the cosine of the sentence and the phrase "word or candidate": the sentence
decides which sense of the word the phrase should be near to. Of 30 words with two senses, each in
two sentences, it finds the better of two synonyms in 55 of 60, and in 27 of 30 for 15 more words.
The cosine of the sentence with and without the replacement finds 41 (24): it minds how near word
and candidate are more than what fits. An order that is the same in all sentences finds half, since
every synonym is the better one once. A phrase is the same in every text, so that a text costs
little more than the embedding of its sentences. The pairs: `tests/support/data/sense_pairs.jsonl`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from augment.translation.sentences import sentence_offsets
from augment.words import Word

if TYPE_CHECKING:
    from augment.checks.encoder import Encoder, Vectors

_KEPT = 16_384  # phrases, of 1.5 kB each


class InContext(NamedTuple):
    """A word in a text, and what might come in its place."""

    text: str
    word: Word
    candidates: tuple[str, ...]


class ContextRanker:
    """Orders candidates; one object serves all threads. Exact as far as its encoder is."""

    def __init__(self, encoder: "Encoder") -> None:
        self._encoder = encoder
        # A memo table of pure results: two threads that meet may both compute, and store the same.
        self._phrases: dict[str, Vectors] = {}

    @property
    def exact(self) -> bool:
        """Whether an order never depends on the texts beside it."""
        return self._encoder.exact

    @property
    def name(self) -> str:
        """What the trail says of the model."""
        from augment.checks.encoder import DISTRIBUTION

        return f"{DISTRIBUTION}:{'float32' if self.exact else 'int8'}"

    def ranked(self, asked: Sequence[InContext]) -> list[tuple[str, ...]]:
        """The candidates of each word, those first that fit best; all texts share batches."""
        unclear = [one for one in asked if len(one.candidates) > 1]
        sentences = dict(zip(unclear, _sentences(unclear), strict=True))
        phrases = {p: None for one in unclear for c in one.candidates for p in [_phrase(one, c)]}
        vectors = self._vectors(list(dict.fromkeys(sentences.values())), list(phrases))
        return [
            _ordered(one, vectors, sentences[one]) if one in sentences else one.candidates
            for one in asked
        ]

    def _vectors(self, sentences: list[str], phrases: list[str]) -> "dict[str, Vectors]":
        known = {phrase: self._phrases[phrase] for phrase in phrases if phrase in self._phrases}
        new = [phrase for phrase in phrases if phrase not in known]
        texts = [*sentences, *new]
        if not texts:
            return known
        found = dict(zip(texts, self._encoder.encode(texts), strict=True))
        if len(self._phrases) + len(new) <= _KEPT:
            self._phrases.update((phrase, found[phrase]) for phrase in new)
        return known | found


def _ordered(one: InContext, vectors: "dict[str, Vectors]", sentence: str) -> tuple[str, ...]:
    """The candidates, the nearest first; of equal ones the first."""
    own = vectors[sentence]
    scores = {c: round(float(own @ vectors[_phrase(one, c)]), 6) for c in one.candidates}
    return tuple(sorted(scores, key=lambda candidate: -scores[candidate]))


def _phrase(one: InContext, candidate: str) -> str:
    return f"{one.word.surface} or {candidate}".lower()


def _sentences(asked: Sequence[InContext]) -> list[str]:
    """The sentence around each word."""
    offsets = {text: sentence_offsets(text) for text in {one.text for one in asked}}
    found = []
    for one in asked:
        at = bisect_right(offsets[one.text], one.word.start, key=itemgetter(0)) - 1
        start, end = offsets[one.text][at]
        found.append(one.text[start:end])
    return found
