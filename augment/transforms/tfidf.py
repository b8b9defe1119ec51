"""TF-IDF based word replacement (Xie et al. 2020), by words that fit the tag of the place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from augment.checks.opposites import Opposites
from augment.lexicons.articles import Articles
from augment.lexicons.casing import like
from augment.lexicons.gazetteer import Gazetteer
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import Tagged, tag_words
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Tfidf
from augment.transforms.base import Proposal, Subject
from augment.transforms.replacing import ARTICLE, option_of, replacement
from augment.transforms.surroundings import with_values
from augment.transforms.word_weights import WordCounting, WordWeights

PRONOUN = "PRP"  # "I" and "me" have one tag, and who does what must stay
TRIES = 30  # words drawn for a place until one fits


@dataclass(frozen=True, eq=False)
class TfidfUnfitted:
    """The step before it has read the data set; see `checks.base.Unfitted`."""

    spec: Tfidf
    tagger: Tagger
    articles: Articles
    opposites: Opposites
    gazetteer: Gazetteer
    kind: str = "tfidf"
    exact: bool = True
    model: str | None = None

    def fitting(self, folder: Path) -> WordCounting:
        """A pass over a data set, begun."""
        return WordCounting(folder, min_texts=self.spec.min_texts)

    def fitted(self, folder: Path) -> "TfidfTransform":
        """The step, ready."""
        return TfidfTransform(self, WordWeights.load(folder))


@dataclass(frozen=True, eq=False)
class TfidfTransform:
    """Replaces `rate` of the words on average, those that tell little first."""

    parts: TfidfUnfitted
    weights: WordWeights
    exact: bool = True
    model: str | None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words, and of an article before them where it no longer fits."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.parts.spec.rate == 0:
            return ()
        tagged = subject.remember(
            "tags", lambda: tag_words(subject.text, subject.words, self.parts.tagger)
        )
        chances = subject.remember(self, lambda: self._chances(subject, tagged))
        chosen = [index for index, chance in chances if stream.chance(chance)]
        found = ((index, self._drawn(subject, tagged, index, stream)) for index in chosen)
        changes = [
            replacement(subject, option_of(subject, self.parts.articles, index, (new,)), new,
                        self.parts.articles)
            for index, new in found
            if new and option_of(subject, self.parts.articles, index, (new,)).candidates
        ]  # fmt: skip
        if not changes:
            detail = f"of {len(subject.words)} words none was drawn that another can stand for"
            return Refusal("no_replacement", detail, final=False)
        return with_values(subject, changes)

    def _chances(self, subject: Subject, tagged: Tagged) -> tuple[tuple[int, float], ...]:
        """How likely each free word goes: by how much less it tells than the most telling one."""
        free = [
            index
            for index in subject.free
            if not tagged.named(place := tagged.places[index])
            and tagged.tags[place] != PRONOUN
            and self._may_go(subject.words[index].surface)
        ]
        told = self.weights.of([word.surface.casefold() for word in subject.words])
        most = max((told[index] for index in free), default=0.0)
        lack = sum(most - told[index] for index in free)
        wanted = self.parts.spec.rate * len(subject.words)
        if lack == 0:
            return tuple((index, min(1.0, wanted / len(free))) for index in free)
        return tuple((index, min(1.0, wanted * (most - told[index]) / lack)) for index in free)

    def _may_go(self, word: str) -> bool:
        """Whether a word is no key word, no name, and no article, which goes with the next word."""
        known = self.weights.telling(word.casefold()) or self.parts.gazetteer.given(word)
        return not known and not ARTICLE.fullmatch(word)

    def _drawn(self, subject: Subject, tagged: Tagged, index: int, stream: Stream) -> str | None:
        """A word of the data set for the place of another, if some draws find one."""
        place, parts = tagged.places[index], self.parts
        word, tag = tagged.tokens[place], tagged.tags[place]
        there = {one.lower() for one in tagged.tokens}
        for _ in range(TRIES):
            new = self.weights.draw(stream)
            shown = like(new, subject.words[index].surface)
            if (
                new not in there
                and not self._telling(new)
                and not parts.opposites.opposed(word.lower(), new)
                and parts.tagger.fits(tagged.tokens, place, shown, tag)
            ):
                return shown
        return None

    def _telling(self, new: str) -> bool:
        """Whether a word may be a name or turn what is said around, whatever stands beside it."""
        name = new.capitalize()
        gazetteer, opposites = self.parts.gazetteer, self.parts.opposites
        named = gazetteer.given(name) or gazetteer.place(name)
        return bool(named or opposites.negated(new) or ARTICLE.fullmatch(new))
