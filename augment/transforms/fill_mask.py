"""Contextual infilling by a masked language model (Wu et al. 2019, Kumar et al. 2020).

Each drawn word is masked alone, with all others as they are: what a model expects beside several
masks is less sure, and what it expects beside words that it has put in itself drifts from the text
step by step. So what may come in a place depends on the text and nothing else; it is worked out
once for all copies, and only for the places that they draw.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from augment.checks.opposites import Opposites
from augment.lexicons.articles import Articles
from augment.lexicons.casing import like
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import Tagged, tag_words
from augment.lexicons.thesaurus import Thesaurus
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import FillMask
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.masked_model import Gap, Guess, MaskedModel
from augment.transforms.replacing import Option, by_rank, option_of, replacement
from augment.transforms.surroundings import with_values

_LOOKED_AT = 10  # guesses for each word wanted: many are other forms, or of another tag
_ROUNDS = 3  # of drawing places anew for those where nothing fits


@dataclass(slots=True)
class _Draft:
    """One copy in the making: its places in the order in which it drew them, and what it has."""

    subject: Subject
    stream: Stream
    places: list[int]
    wanted: int
    options: list[Option] = field(default_factory=list)

    def next_places(self) -> list[int]:
        """As many places as it still wants, taken off the front."""
        lacking = self.wanted - len(self.options)
        taken, self.places = self.places[:lacking], self.places[lacking:]
        return taken


@dataclass(frozen=True, eq=False)
class FillMaskTransform:
    """Replaces `rate` of the words, as far as the model finds others for them."""

    spec: FillMask
    thesaurus: Thesaurus
    opposites: Opposites
    tagger: Tagger
    articles: Articles
    masked: MaskedModel

    @property
    def exact(self) -> bool:
        """Whether a place's words never depend on the places beside it."""
        return self.masked.exact

    @property
    def model(self) -> str:
        """The checkpoint."""
        return self.masked.name

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn words, and of an article before them where it no longer fits."""
        if self.spec.rate == 0:
            return [()] * len(batch)
        drafts = [self._draft(s, stream) for s, stream in zip(batch, streams, strict=True)]
        for _ in range(_ROUNDS):
            asked = [(draft, draft.next_places()) for draft in drafts]
            self._look_up([(draft.subject, place) for draft, places in asked for place in places])
            for draft, places in asked:
                options = (draft.subject.recall((self, place)) for place in places)
                draft.options += (option for option in options if option.candidates)
        return [self._proposal(draft) for draft in drafts]

    def _draft(self, subject: Subject, stream: Stream) -> _Draft:
        places = subject.remember(self, lambda: tuple(self._places(subject)))
        wanted = min(share(self.spec.rate, len(subject.words)), len(places))
        if wanted and wanted == len(places):
            # There are few, so all of them each time would leave few copies that differ.
            wanted = stream.between(1, wanted)
        return _Draft(subject, stream, stream.sample(places, len(places)), wanted)

    def _places(self, subject: Subject) -> Iterator[int]:
        """Free words that may change and are no names."""
        tagged = self._tagged(subject)
        for index in subject.free:
            place = tagged.places[index]
            word = tagged.tokens[place]
            if not tagged.named(place) and (
                self.thesaurus.replaceable(word, tagged.tags[place])
                or (self.spec.stopwords and self.thesaurus.is_function_word(word.lower()))
            ):
                yield index

    def _tagged(self, subject: Subject) -> Tagged:
        return subject.remember("tags", lambda: tag_words(subject.text, subject.words, self.tagger))

    def _look_up(self, asked: Sequence[tuple[Subject, int]]) -> None:
        """Note the options of places that are new, all in one batch."""
        fresh = {(id(s), i): (s, i) for s, i in asked if not s.knows((self, i))}
        words = [subject.words[index] for subject, index in fresh.values()]
        gaps = [
            Gap(subject.text, word.start, word.end)
            for (subject, _), word in zip(fresh.values(), words, strict=True)
        ]
        guesses = self.masked.guesses(gaps, self.spec.top_k * _LOOKED_AT)
        for (subject, index), found in zip(fresh.values(), guesses, strict=True):
            fitting = tuple(islice(self._fitting(subject, index, found), self.spec.top_k))
            subject.note((self, index), option_of(subject, self.articles, index, fitting))

    def _fitting(self, subject: Subject, index: int, guesses: Sequence[Guess]) -> Iterator[str]:
        """Guesses that keep tag and form, and that nothing is known against; cased as the word."""
        tagged = self._tagged(subject)
        place = tagged.places[index]
        word, tag = tagged.tokens[place], tagged.tags[place]
        for guess in guesses:
            # A model with capitals has those of the beginning of a sentence as well.
            found = guess.word.lower() if word[0].isupper() else guess.word
            new = like(found, word)
            if (
                guess.probability >= self.spec.min_probability
                and self._accepts(word, tag, found)
                and self.tagger.fits(tagged.tokens, place, new, tag)
            ):
                yield new

    def _accepts(self, word: str, tag: str, new: str) -> bool:
        if self.spec.stopwords and self.thesaurus.is_function_word(word.lower()):
            return self.thesaurus.accepts_function_word(word, new)
        return self.thesaurus.accepts(word, tag, new) and not self.opposites.opposed(
            word.lower(), new
        )

    def _proposal(self, draft: _Draft) -> Proposal:
        if not draft.options:
            detail = f"the model has no fitting word for any of {len(draft.subject.words)}"
            return Refusal("nothing_fits", detail, final=False)
        changes = [
            replacement(draft.subject, o, by_rank(o.candidates, draft.stream), self.articles)
            for o in draft.options
        ]
        return with_values(draft.subject, changes)
