"""Replacement by neighbours in word vectors (Wang and Yang 2015), without their antonyms.

Words that stand in like places get like vectors, opposites among them (Mrksic et al. 2016), so a
neighbour comes only where the lexicons find nothing against it: see `Thesaurus.accepts`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from augment.checks.opposites import Opposites
from augment.lexicons.articles import Articles
from augment.lexicons.casing import like
from augment.lexicons.gazetteer import Gazetteer
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import Tagged, tag_words
from augment.lexicons.thesaurus import Thesaurus
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Embeddings
from augment.transforms.base import Proposal, Subject
from augment.transforms.replacing import Option, by_rank, drawn, options_of, replacement
from augment.transforms.surroundings import with_values

if TYPE_CHECKING:
    from augment.lexicons.vectors import Neighbour, WordVectors

_LOOKED_AT = 10  # neighbours for each one wanted: most are other forms of the word, or opposites


@dataclass(frozen=True, eq=False)
class EmbeddingsTransform:
    """Replaces `rate` of the words, as far as they have fitting neighbours."""

    spec: Embeddings
    thesaurus: Thesaurus
    opposites: Opposites
    gazetteer: Gazetteer
    tagger: Tagger
    articles: Articles
    vectors: "WordVectors"
    exact: bool = True

    @property
    def model(self) -> str:
        """The file of vectors."""
        return self.vectors.name

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words, and of an article before them where it no longer fits."""
        if self.spec.rate == 0:
            return [()] * len(batch)
        self._look_up(batch)
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _look_up(self, batch: Sequence[Subject]) -> None:
        """Note the options of texts that are new; all their words go into one search."""
        fresh = list({id(s): s for s in batch if not s.knows(self)}.values())
        words = [dict(self._replaceable(subject)) for subject in fresh]
        asked = (word for found in words for word in found.values())
        near = self.vectors.neighbours(asked, self.spec.top_k * _LOOKED_AT)
        for subject, found in zip(fresh, words, strict=True):

            def candidates(index: int, found: dict[int, str] = found) -> tuple[str, ...]:
                return tuple(n.word for n in near.get(found.get(index, ""), ()) if self._near(n))

            subject.note(self, self._options(subject, candidates))

    def _replaceable(self, subject: Subject) -> Iterator[tuple[int, str]]:
        """Indices of free content words that are no names, and the words in lower case."""
        tagged = self._tagged(subject)
        for index in subject.free:
            place = tagged.places[index]
            word = tagged.tokens[place]
            if not tagged.named(place) and self.thesaurus.replaceable(word, tagged.tags[place]):
                yield index, word.lower()

    def _tagged(self, subject: Subject) -> Tagged:
        return subject.remember("tags", lambda: tag_words(subject.text, subject.words, self.tagger))

    def _near(self, neighbour: "Neighbour") -> bool:
        """Whether it is near enough, and no name; many files of vectors have no capitals."""
        name = neighbour.word.capitalize()
        return neighbour.cosine >= self.spec.floor and not (
            self.gazetteer.given(name) or self.gazetteer.place(name)
        )

    def _options(
        self, subject: Subject, near: Callable[[int], tuple[str, ...]]
    ) -> tuple[Option, ...]:
        tagged = self._tagged(subject)

        def fitting(index: int) -> tuple[str, ...]:
            found = (new for new in near(index) if self._fits(tagged, tagged.places[index], new))
            word = subject.words[index].surface
            return tuple(like(new, word) for new in islice(found, self.spec.top_k))

        return options_of(subject, self.articles, fitting)

    def _fits(self, tagged: Tagged, place: int, new: str) -> bool:
        """Whether a neighbour keeps tag and form, and nothing is known against it."""
        word, tag = tagged.tokens[place], tagged.tags[place]
        return (
            self.thesaurus.accepts(word, tag, new)
            and not self.opposites.opposed(word.lower(), new)
            and self.tagger.fits(tagged.tokens, place, like(new, word), tag)
        )

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        options: tuple[Option, ...] = subject.recall(self)
        chosen = drawn(subject, options, self.spec.rate, stream)
        if not chosen:
            detail = f"none of {len(subject.words)} words has a fitting neighbour"
            return Refusal("no_neighbour", detail, final=False)
        changes = [
            replacement(subject, option, by_rank(option.candidates, stream), self.articles)
            for option in chosen
        ]
        return with_values(subject, changes)
