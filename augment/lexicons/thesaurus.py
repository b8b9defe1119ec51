"""Replacements for a word in running text: synonyms of its usual sense, in its own form.

Candidates have two sources. For some 2,400 frequent words they come from a list of near-synonyms
that a reader chose (`reviewed.txt`; `reviewed_none.txt` has frequent words for which none will
do), many of which share no synset. For all other words they come from WordNet (`tagged_synonyms`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Self

from augment.lexicons import casing
from augment.lexicons.inflection import Inflector, part_of
from augment.lexicons.polarity import Polarity
from augment.lexicons.tagged_synonyms import SKIPPED_REGISTERS, TaggedSynonyms, same_stem
from augment.lexicons.values import stretches
from augment.lexicons.vocabulary import Vocabulary
from augment.lexicons.wordnet import Part, WordNet

_KEPT = 65_536
_PAST = ("VBD", "VBN")


@dataclass(frozen=True, eq=False, repr=False)
class Thesaurus:
    """Candidates by word and Penn tag; immutable but for memo tables of pure results.

    >>> thesaurus = Thesaurus.load()
    >>> thesaurus.candidates("purchased", "VBD"), thesaurus.candidates("the", "DT")
    (('bought',), ())
    """

    wordnet: WordNet
    inflector: Inflector
    _polarity: Polarity
    _vocabulary: Vocabulary
    _tagged: TaggedSynonyms
    _answers: dict[tuple[str, str, bool], tuple[str, ...]] = field(default_factory=dict)
    _synonyms: dict[tuple[str, Part, bool], tuple[str, ...]] = field(
        default_factory=dict, repr=False
    )
    _accepted: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read all that it needs from the shipped data; ResourceError if a file is damaged."""
        wordnet = WordNet.load(folder)
        polarity = Polarity.load(wordnet, folder)
        vocabulary = Vocabulary.load(folder)
        return cls(
            wordnet=wordnet,
            inflector=Inflector.load(wordnet, folder),
            _polarity=polarity,
            _vocabulary=vocabulary,
            _tagged=TaggedSynonyms(wordnet, polarity, vocabulary),
        )

    def candidates(self, word: str, tag: str, *, phrases: bool = False) -> tuple[str, ...]:
        """Replacements for a surface word with this tag, ready to put in its place, best first.

        Empty for function words, proper nouns, words with digits, single letters, and wherever
        no synonym is safe enough. `phrases` adds those of more than one word.
        """
        key = (word, tag, phrases)
        found = self._answers.get(key)
        if found is None:
            found = tuple(dict.fromkeys(self._candidates(word, tag, phrases)))
            if len(self._answers) < _KEPT:
                self._answers[key] = found
        return found

    def accepts(self, word: str, tag: str, new: str) -> bool:
        """Whether a word from elsewhere, in lower case, may stand for this one.

        It must be a common word of the same part of speech and in the same form, with another stem,
        and neither offensive nor opposite nor negated nor a number or time. Whether it means the
        same is not asked.

        >>> thesaurus = Thesaurus.load()
        >>> [thesaurus.accepts("bought", "VBD", new) for new in ("leased", "lease", "sold", "buys")]
        [True, False, False, False]
        """
        key = (word.lower(), tag, new)
        found = self._accepted.get(key)
        if found is None:
            found = self._accepts(*key)
            if len(self._accepted) < _KEPT:
                self._accepted[key] = found
        return found

    def _accepts(self, word: str, tag: str, new: str) -> bool:
        part = self.replaceable(word, tag)
        if part is None:
            return False
        lemma, other = self.inflector.lemma(word, tag), self.inflector.lemma(new, tag)
        return (
            self._common_word(other, part)
            and self.inflector.inflect(other, tag) == new
            and self._vocabulary.may_enter_unread(other)
            and self._vocabulary.may_enter(new)
            and not same_stem(other, lemma)
            and not self._polarity.differs(lemma, other, part)
            and not self._opposed_in_company(lemma, other, part)
            and not (tag in _PAST and self._splits_past(lemma, other))
            and next(stretches(new), None) is None
        )

    def is_function_word(self, word: str) -> bool:
        """Whether this is a word of grammar, in lower case."""
        return self._vocabulary.is_function_word(word)

    def accepts_function_word(self, word: str, new: str) -> bool:
        """Whether a word of grammar, in lower case, may stand for another: no negation or number.

        >>> thesaurus = Thesaurus.load()
        >>> [thesaurus.accepts_function_word("in", new) for new in ("on", "in", "no", "house")]
        [True, False, False, False]
        """
        return (
            new != word.lower()
            and self.is_function_word(new)
            and next(stretches(new), None) is None
        )

    def _opposed_in_company(self, lemma: str, other: str, part: Part) -> bool:
        """Whether a synonym of one is an opposite of the other: "happy", as "glad", of "sad".

        Of the 2,721 pairs that a reader chose (`reviewed.txt`) it is true for 7.
        """
        return not (
            self._company(lemma, part).isdisjoint(self._polarity.opposites(other, part))
            and self._company(other, part).isdisjoint(self._polarity.opposites(lemma, part))
        )

    def _company(self, lemma: str, part: Part) -> frozenset[str]:
        """The words that share a synset with it, or with the head of one: "large" for "huge"."""
        synsets = [sense.synset for sense in self.wordnet.senses(lemma, part)]
        heads = (self.wordnet.head(synset) for synset in synsets)
        together = {*synsets, *(head for head in heads if head is not None)}
        words = (word for number in together for word in self.wordnet.synset(number).words)
        return frozenset(word.lower() for word in words)

    def replaceable(self, word: str, tag: str) -> Part | None:
        """The part of speech of a content word that may change; None for any other word."""
        part = part_of(tag)
        if part is None or not self._vocabulary.may_change(word, tag):
            return None
        lemma = self.inflector.lemma(word, tag)
        return None if self._vocabulary.is_function_word(lemma) else part

    def _common_word(self, lemma: str, part: Part) -> bool:
        """Whether WordNet has it in small letters, and not as slang, archaic or offensive alone."""
        synsets = (self.wordnet.synset(s.synset) for s in self.wordnet.senses(lemma, part))
        return any(
            lemma in synset.words and not SKIPPED_REGISTERS & set(synset.registers)
            for synset in synsets
        )

    def _candidates(self, word: str, tag: str, phrases: bool) -> Iterator[str]:
        part = self.replaceable(word, tag)
        if part is None:
            return
        lemma = self.inflector.lemma(word, tag)
        for synonym in self.synonyms(lemma, part, phrases=phrases):
            form = self._inflected(lemma, synonym, tag)
            if form is not None and form != word.lower():
                yield casing.like(form, word)

    def _inflected(self, lemma: str, synonym: str, tag: str) -> str | None:
        """The form of a word or phrase; a phrase inflects in its head: verbs first, nouns last."""
        words = synonym.split("_")
        head = 0 if tag.startswith("V") else len(words) - 1
        form = self.inflector.inflect(words[head], tag)
        if form is None or (tag in _PAST and self._splits_past(lemma, words[head])):
            return None
        return " ".join([*words[:head], form, *words[head + 1 :]])

    def _splits_past(self, lemma: str, synonym: str) -> bool:
        """Whether only the synonym tells past tense and participle apart.

        Then the tag alone decides between "chose" and "chosen", and taggers often confuse the two.
        """
        forms = [[self.inflector.inflect(word, tag) for tag in _PAST] for word in (lemma, synonym)]
        return forms[0][0] == forms[0][1] and forms[1][0] != forms[1][1]

    def synonyms(self, lemma: str, part: Part, *, phrases: bool = False) -> tuple[str, ...]:
        """Synonyms of a base form, best first, with `_` for a space; nothing is inflected."""
        key = (lemma, part, phrases)
        found = self._synonyms.get(key)
        if found is None:
            found = tuple(self._chosen(lemma, part, phrases))
            if len(self._synonyms) < _KEPT:
                self._synonyms[key] = found
        return found

    def _chosen(self, lemma: str, part: Part, phrases: bool) -> Iterator[str]:
        """What a reader chose for this word, or else what the tag counts speak for."""
        reviewed = self._vocabulary.reviewed(lemma, part)
        if reviewed is None:
            yield from self._tagged.ranked(lemma, part, phrases=False)
        else:
            yield from reviewed
        if phrases:
            yield from self._tagged.ranked(lemma, part, phrases=True)
