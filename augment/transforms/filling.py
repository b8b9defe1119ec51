"""Where a masked language model puts words, and which of its words may come there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from augment.checks.opposites import Opposites
from augment.edits import Edit
from augment.lexicons.articles import Articles
from augment.lexicons.casing import like
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import Tagged, tag_words
from augment.lexicons.thesaurus import Thesaurus
from augment.transforms.base import Subject
from augment.transforms.inserting import inserted, open_places
from augment.transforms.masked_model import Gap
from augment.transforms.replacing import Option, option_of, replacement

_NEAR: Final = 3  # tokens on each side whose tags must stay


class Filling(Protocol):
    """A mode of `fill_mask`; a place is the index of a word."""

    def places(self, subject: Subject) -> tuple[int, ...]:
        """Where a word may come."""
        ...

    def gap(self, subject: Subject, index: int) -> Gap:
        """What the model does not see."""
        ...

    def option(self, subject: Subject, index: int, guesses: Sequence[str], most: int) -> Option:
        """At most so many of the guesses, those that fit; the likeliest come first."""
        ...

    def edits(self, subject: Subject, option: Option, new: str) -> list[Edit]:
        """What puts a word there."""
        ...


@dataclass(frozen=True, eq=False)
class Replacing:
    """A word gives way to another of the same tag and form."""

    thesaurus: Thesaurus
    opposites: Opposites
    tagger: Tagger
    articles: Articles
    stopwords: bool

    def places(self, subject: Subject) -> tuple[int, ...]:
        """Free words that may change and are no names."""
        tagged = _tagged(subject, self.tagger)
        return tuple(index for index in subject.free if self._may_change(tagged, index))

    def _may_change(self, tagged: Tagged, index: int) -> bool:
        place = tagged.places[index]
        word = tagged.tokens[place]
        return not tagged.named(place) and (
            self.thesaurus.replaceable(word, tagged.tags[place]) is not None
            or (self.stopwords and self.thesaurus.is_function_word(word.lower()))
        )

    def gap(self, subject: Subject, index: int) -> Gap:
        """The word itself."""
        word = subject.words[index]
        return Gap(subject.text, word.start, word.end)

    def option(self, subject: Subject, index: int, guesses: Sequence[str], most: int) -> Option:
        """Those that keep tag and form, and that nothing is known against; cased as the word."""
        found = tuple(islice(self._fitting(subject, index, guesses), most))
        return option_of(subject, self.articles, index, found)

    def _fitting(self, subject: Subject, index: int, guesses: Sequence[str]) -> Iterator[str]:
        tagged = _tagged(subject, self.tagger)
        place = tagged.places[index]
        word, tag = tagged.tokens[place], tagged.tags[place]
        for guess in guesses:
            # A model with capitals has those of the beginning of a sentence as well.
            found = guess.lower() if word[0].isupper() else guess
            new = like(found, word)
            if self._accepts(word, tag, found) and self.tagger.fits(tagged.tokens, place, new, tag):
                yield new

    def _accepts(self, word: str, tag: str, new: str) -> bool:
        if self.stopwords and self.thesaurus.is_function_word(word.lower()):
            return self.thesaurus.accepts_function_word(word, new)
        return self.thesaurus.accepts(word, tag, new) and not self.opposites.opposed(
            word.lower(), new
        )

    def edits(self, subject: Subject, option: Option, new: str) -> list[Edit]:
        """The word, and an article before it."""
        return replacement(subject, option, new, self.articles)


@dataclass(frozen=True, eq=False)
class Inserting:
    """An adjective or adverb comes behind a word; no tag around it changes (BAE-I, Garg 2020)."""

    thesaurus: Thesaurus
    tagger: Tagger
    articles: Articles

    def places(self, subject: Subject) -> tuple[int, ...]:
        """Words behind which another one may stand."""
        return open_places(subject)

    def gap(self, subject: Subject, index: int) -> Gap:
        """Nothing of the text."""
        end = subject.words[index].end
        return Gap(subject.text, end, end)

    def option(self, subject: Subject, index: int, guesses: Sequence[str], most: int) -> Option:
        """Those that only add to what is said: no names, numbers or negations."""
        found = (guess for guess in guesses if self._adds(subject, index, guess))
        return Option(index, tuple(islice(found, most)), None)

    def _adds(self, subject: Subject, index: int, new: str) -> bool:
        tagged = _tagged(subject, self.tagger)
        at = tagged.places[index] + 1
        before, after = tagged.tokens[max(0, at - _NEAR) : at], tagged.tokens[at : at + _NEAR]
        # A word beside itself says nothing, and what a model with capitals writes large is a name.
        if not new.islower() or new in (before[-1].lower(), *(w.lower() for w in after[:1])):
            return False
        if subject.protection.stretches(new):
            return False
        tags = self.tagger.tag((*before, new, *after))
        tag, following = tags[len(before)], tags[len(before) + 1 :]
        return (
            _modifies(tag, following)
            and (*tags[: len(before)], *following) == self.tagger.tag((*before, *after))
            and self.thesaurus.replaceable(new, tag) is not None
        )

    def edits(self, subject: Subject, option: Option, new: str) -> list[Edit]:
        """The new word, and an article before it."""
        return inserted(subject, option.place, new, self.articles)


def _tagged(subject: Subject, tagger: Tagger) -> Tagged:
    return subject.remember("tags", lambda: tag_words(subject.text, subject.words, tagger))


def _modifies(tag: str, following: Sequence[str]) -> bool:
    """Whether a word can be added to most sentences: "the [old] car", "he [quickly] left"."""
    behind = following[0][:2] if following else ""
    return tag == "RB" or (tag == "JJ" and behind in {"NN", "JJ"})
