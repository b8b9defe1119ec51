"""Synonym replacement: words become synonyms of their usual sense, in the same inflected form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from augment.edits import Edit
from augment.lexicons.articles import Articles
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import Tagged, tag_words
from augment.lexicons.thesaurus import Thesaurus
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Synonyms
from augment.transforms.base import Proposal, Subject, share

_ARTICLE = re.compile(r"(?i)an?")


class Option(NamedTuple):
    """A word that can be replaced: its index, synonyms, and the index of its article, if any."""

    place: int
    candidates: tuple[str, ...]
    article: int | None


@dataclass(frozen=True, eq=False)
class SynonymsTransform:
    """Replaces `rate` of the words, as far as they have fitting synonyms."""

    spec: Synonyms
    thesaurus: Thesaurus
    tagger: Tagger
    articles: Articles
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words, and of an article before them where it no longer fits."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        options = subject.remember(self, lambda: self._options(subject))
        wanted = min(share(self.spec.rate, len(subject.words)), len(options))
        if wanted < 1:
            if self.spec.rate == 0:
                return ()
            detail = f"none of {len(subject.words)} words has a fitting synonym"
            return Refusal("no_synonym", detail, final=False)
        if wanted == len(options):
            # There are few, so all of them each time would leave few copies that differ.
            wanted = stream.between(1, wanted)
        edits: list[Edit] = []
        for option in stream.sample(options, wanted):
            new = stream.choice(option.candidates)
            word = subject.words[option.place]
            edits.append(Edit(word.start, word.surface, new))
            if option.article is not None:
                edits += self._article_edit(subject, option.article, new)
        return tuple(sorted(edits))

    def _options(self, subject: Subject) -> tuple[Option, ...]:
        words, free = subject.words, set(subject.free)
        tagged = subject.remember("tags", lambda: tag_words(subject.text, words, self.tagger))
        options = []
        for index in subject.free:
            found = self._candidates(tagged, index)
            before = index - 1 if index and _ARTICLE.fullmatch(words[index - 1].surface) else None
            if before is not None and before not in free:
                # The article cannot be put right, so only what fits it may come.
                now = words[before].surface.lower()
                found = tuple(new for new in found if self.articles.article(new) == now)
                before = None
            if found:
                options.append(Option(index, found, before))
        return tuple(options)

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

    def _article_edit(self, subject: Subject, index: int, following: str) -> list[Edit]:
        word = subject.words[index]
        fitting = self.articles.article(following)
        if word.surface.lower() == fitting:
            return []
        if word.surface.isupper() and len(word.surface) > 1:
            fitting = fitting.upper()
        elif word.surface[0].isupper():
            fitting = fitting.capitalize()
        return [Edit(word.start, word.surface, fitting)]
