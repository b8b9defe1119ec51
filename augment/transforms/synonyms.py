"""Synonym replacement: words become synonyms of their usual sense, in the same inflected form."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from augment.edits import Edit
from augment.lexicons.articles import Articles
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import Tagged, tag_words
from augment.lexicons.thesaurus import Thesaurus
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Synonyms
from augment.transforms.base import Proposal, Subject
from augment.transforms.context import ContextRanker, InContext
from augment.transforms.replacing import Option, by_rank, drawn, options_of, replacement


@dataclass(frozen=True, eq=False)
class SynonymsTransform:
    """Replaces `rate` of the words, as far as they have fitting synonyms."""

    spec: Synonyms
    thesaurus: Thesaurus
    tagger: Tagger
    articles: Articles
    ranker: ContextRanker | None = None  # with it, candidates that fit their sentence come first

    @property
    def exact(self) -> bool:
        """Always, unless an encoder ranks that is not."""
        return self.ranker is None or self.ranker.exact

    @property
    def model(self) -> str | None:
        """The encoder that ranks, if any."""
        return None if self.ranker is None else self.ranker.name

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words, and of an article before them where it no longer fits."""
        if self.ranker is not None and self.spec.rate > 0:
            self._rank(batch, self.ranker)
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        options = subject.remember(self, lambda: self._options(subject))
        edits: list[Edit] = []
        for option in drawn(subject, options, self.spec.rate, stream):
            choose = stream.choice if self.ranker is None else partial(by_rank, stream=stream)
            new = choose(option.candidates)
            edits += replacement(subject, option, new, self.articles)
        if not edits:
            detail = f"none of {len(subject.words)} words has a fitting synonym"
            return Refusal("no_synonym", detail, final=False)
        return tuple(sorted(edits))

    def _rank(self, batch: Sequence[Subject], ranker: ContextRanker) -> None:
        """Note the options of texts that are new, their candidates ranked, all in one batch."""
        fresh = list({id(s): s for s in batch if not s.knows(self)}.values())
        options = [self._options(subject) for subject in fresh]
        asked = [
            InContext(subject.text, subject.words[option.place], option.candidates)
            for subject, found in zip(fresh, options, strict=True)
            for option in found
        ]
        ranked = iter(ranker.ranked(asked))
        for subject, found in zip(fresh, options, strict=True):
            subject.note(self, tuple(o._replace(candidates=next(ranked)) for o in found))

    def _options(self, subject: Subject) -> tuple[Option, ...]:
        tagged = subject.remember(
            "tags", lambda: tag_words(subject.text, subject.words, self.tagger)
        )
        return options_of(subject, self.articles, lambda index: self._candidates(tagged, index))

    def _candidates(self, tagged: Tagged, index: int) -> tuple[str, ...]:
        """Synonyms of a word that keep its tag in this sentence."""
        place = tagged.places[index]
        word, tag = tagged.tokens[place], tagged.tags[place]
        if tagged.named(place):
            return ()
        found = self.thesaurus.candidates(word, tag, phrases=self.spec.phrases)
        return tuple(
            new for new in found if " " in new or self.tagger.fits(tagged.tokens, place, new, tag)
        )
