"""Random insertion (EDA, Wei and Zou 2019): synonyms of the text's words at random places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from augment.lexicons.articles import Articles
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import tag_words
from augment.lexicons.thesaurus import Thesaurus
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Insertion
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.inserting import inserted, open_places
from augment.transforms.surroundings import with_values


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
            inserted(subject, place, stream.choice(candidates), self.articles)
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
        return Sources(tuple(synonyms), open_places(subject))


def _plain(word: str) -> str:
    """A synonym of a sentence's first word without its capital."""
    return word if word.isupper() else word.lower()
