"""Random insertion (EDA, Wei and Zou 2019): synonyms of the text's words at random places."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from augment.edits import Edit
from augment.lexicons.articles import Articles
from augment.lexicons.casing import like
from augment.lexicons.protected import Stretch
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import tag_words
from augment.lexicons.thesaurus import Thesaurus
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Insertion
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.surroundings import CLOSING, touched, with_values

_ARTICLE = re.compile(r"(?i)an?")
_CLAUSE_END = re.compile(r"[.,;:!?\r\n]")


class Sources(NamedTuple):
    """What can be put in, a group for each word, and the words behind which it can stand."""

    synonyms: tuple[tuple[str, ...], ...]
    places: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class InsertionTransform:
    """Puts in as many synonyms as `rate` of the words, if so many have one; each with one space."""

    spec: Insertion
    thesaurus: Thesaurus
    tagger: Tagger
    articles: Articles
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits that put in a word, and mend an article before it."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        found = subject.remember(self, lambda: self._sources(subject))
        # Each word lends one synonym: twice the same would be no variety.
        most = min(len(found.places), len(found.synonyms))
        wanted = min(share(self.spec.rate, len(subject.words)), most)
        if wanted < 1:
            detail = f"none of {len(subject.words)} words has a fitting synonym"
            if found.synonyms:
                detail = "no place in the text is free"
            return Refusal("nothing_to_insert", detail, final=False)
        sources = stream.sample(found.synonyms, wanted)
        places = stream.sample(found.places, wanted)
        changes = [
            self._edits(subject, place, stream.choice(candidates))
            for place, candidates in zip(places, sources, strict=True)
        ]
        return with_values(subject, changes)

    def _sources(self, subject: Subject) -> Sources:
        words = subject.words
        tagged = subject.remember("tags", lambda: tag_words(subject.text, words, self.tagger))
        synonyms = []
        for index in subject.free:
            place = tagged.places[index]
            if not tagged.named(place):
                found = self.thesaurus.candidates(tagged.tokens[place], tagged.tags[place])
                if found:
                    synonyms.append(tuple(_plain(new) for new in found))
        return Sources(tuple(synonyms), _places(subject))

    def _edits(self, subject: Subject, place: int, new: str) -> list[Edit]:
        word = subject.words[place]
        added = Edit(word.end, "", f" {new}")
        if not _ARTICLE.fullmatch(word.surface):
            return [added]
        fitting = like(self.articles.article(new), word.surface)
        return [Edit(word.start, word.surface, fitting), added]


def _plain(word: str) -> str:
    """A synonym of a sentence's first word without its capital."""
    return word if word.isupper() else word.lower()


def _places(subject: Subject) -> tuple[int, ...]:
    """Words behind which another word can stand.

    Not between a negation and the end of its clause, where it would be denied, not behind an
    article that cannot be mended, and not inside anything protected.
    """
    text, words, free = subject.text, subject.words, frozenset(subject.free)
    denied = tuple(_denied(subject))
    return tuple(
        index
        for index, word in enumerate(words)
        if _room(text, word.end)
        and (index in free or not _ARTICLE.fullmatch(word.surface))
        and not touched(subject.protected, word.end, word.end)
        and not touched(denied, word.end, word.end)
    )


def _denied(subject: Subject) -> Iterator[Stretch]:
    """From each negation to where its clause ends."""
    negations = [s for s in subject.protected if s.reason == "negation"]
    ends = [m.start() for m in _CLAUSE_END.finditer(subject.text)] if negations else []
    for found in negations:
        at = bisect_left(ends, found.end)
        end = ends[at] if at < len(ends) else len(subject.text)
        yield Stretch(found.start, end + 1, "denied")


def _room(text: str, at: int) -> bool:
    """Whether a space, a closing mark or the end of the text follows."""
    following = text[at : at + 1]
    return not following or following.isspace() or following in CLOSING
