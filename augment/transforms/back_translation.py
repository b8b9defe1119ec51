"""Back-translation: each sentence goes through other languages and comes back reworded.

One edit a sentence, so the whitespace between sentences stays as it was. What must survive verbatim
is found again in the sentence that came back, and anchored there: addresses, code and the like
travel behind marks (`translation/pins.py`); labelled spans, the user's phrases and names as they
are, and behind marks only if they were lost. What has a value (numbers, dates, negation) must have
the same value after, and what gives a text its form (braces, asterisks) the same form. A sentence
in capitals goes through in small letters, which models know. A sentence for which no translation
passes stays as it is; if all do so, the copy is refused.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from augment.edits import Anchor, Edit
from augment.lexicons.protected import Stretch, merged_stretches
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import names, tag_words
from augment.lexicons.values import difference, values
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import BackTranslation
from augment.transforms.base import Proposal, Subject
from augment.transforms.journeys import Journey, Options, Sentence, orders, taken
from augment.translation import Decoding, Draw
from augment.translation.capitals import in_capitals, in_small_letters
from augment.translation.guards import control, markup, translatable
from augment.translation.pins import Pinned, pin, strange, unpin
from augment.translation.route import Returned, TranslationRoute
from augment.translation.sentences import sentence_offsets

# Words that a model can read: they go through as they are.
READABLE = frozenset({"span", "phrase", "pattern", "name"})


@dataclass(frozen=True, eq=False)
class BackTranslationTransform:
    """Rewords all sentences of a text by way of one of its routes."""

    spec: BackTranslation
    routes: tuple[TranslationRoute, ...]
    tagger: Tagger | None = None  # with it, names are kept

    @property
    def exact(self) -> bool:
        """Whether all models are, and draws can be repeated."""
        repeatable = self.spec.sampling is None or self.spec.sampling.reproducible
        return repeatable and all(route.exact for route in self.routes)

    @property
    def model(self) -> str:
        """The models of all routes."""
        return " | ".join(self._model(index) for index in range(len(self.routes)))

    @property
    def identities(self) -> tuple[str, ...]:
        """All models down to their weights."""
        return tuple(sorted({leg.identity for route in self.routes for leg in route.legs}))

    def _model(self, index: int) -> str:
        unrepeatable = self.spec.sampling is not None and not self.spec.sampling.reproducible
        return self.routes[index].name + (" (drawn, not reproducible)" if unrepeatable else "")

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """One edit for each sentence that came back different."""
        chosen = [stream.below(len(self.routes)) for stream in streams]
        found: list[Proposal | None] = [None] * len(batch)
        for route in sorted(set(chosen)):
            places = [i for i, index in enumerate(chosen) if index == route]
            group = [(batch[i], streams[i]) for i in places]
            drawn = self._drawn if self.spec.sampling else self._searched
            for i, proposal in zip(places, drawn(route, group), strict=True):
                found[i] = proposal
        return [proposal for proposal in found if proposal is not None]

    def _searched(self, route: int, group: list[tuple[Subject, Stream]]) -> Iterator[Proposal]:
        """Translations are searched once for each text; its copies share them out."""
        key = (self, route)
        fresh = {id(s): s for s, _ in group if not s.knows(key)}
        journeys = [Journey(s, self._sentences(s, route)) for s in fresh.values()]
        self._travel(route, journeys)
        for journey in journeys:
            journey.subject.note(key, journey)
        for subject, stream in group:
            known: Journey = subject.recall(key)
            # Drawn by the first copy that comes here, and then taken one after the other, so that
            # no two copies are the same.
            if known.orders is None:
                known.orders = orders(known, stream)
            yield taken(known, subject.count(key), self._model(route))

    def _drawn(self, route: int, group: list[tuple[Subject, Stream]]) -> Iterator[Proposal]:
        """Every copy has its own translation, drawn with keys from its own stream."""
        assert self.spec.sampling is not None
        journeys = []
        for subject, stream in group:
            journey = Journey(subject, self._sentences(subject, route))
            if self.spec.sampling.reproducible:
                journey.keys = [stream.bits() for _ in journey.sentences]
            journeys.append(journey)
        self._travel(route, journeys)
        for journey in journeys:
            journey.orders = [(0,)] * len(journey.sentences)
            yield taken(journey, 0, self._model(route))

    def _travel(self, route: int, journeys: Sequence[Journey]) -> None:
        """Fill in the options of all sentences; those that lost a pin go again behind marks."""
        for journey in journeys:
            journey.options = [sentence.problem or () for sentence in journey.sentences]
        todo = [(j, i) for j in journeys for i, s in enumerate(j.sentences) if not s.problem]
        self._translate(route, todo, lambda sentence: sentence.pinned)
        lost = [(j, i) for j, i in todo if _lost(j.options[i]) and j.sentences[i].marked]
        self._translate(route, lost, lambda sentence: sentence.marked or sentence.pinned)

    def _translate(
        self, route: int, todo: list[tuple[Journey, int]], pinned: Callable[[Sentence], Pinned]
    ) -> None:
        texts = [self._spoken(j.sentences[i], pinned(j.sentences[i])) for j, i in todo]
        keys = [j.keys[i] for j, i in todo if j.keys is not None] or None
        returned = self.routes[route].round_trips(texts, self._decoding, keys)
        for (journey, i), found in zip(todo, returned, strict=True):
            sentence = journey.sentences[i]
            journey.options[i] = self._options(sentence, pinned(sentence), found)

    @property
    def _decoding(self) -> Decoding:
        sampling = self.spec.sampling
        draw = None
        if sampling is not None:
            draw = Draw(sampling.temperature, sampling.top_k, sampling.top_p)
        return Decoding(self.spec.beam, self.spec.hypotheses, self.spec.length_penalty, draw)

    def _options(self, sentence: Sentence, pinned: Pinned, found: Returned) -> Options:
        """The edits that pass, or why none does."""
        if isinstance(found, Refusal):
            return found
        outputs = [one.text.upper() if sentence.in_capitals else one.text for one in found]
        fresh = [output for output in outputs if output != pinned.text]
        edits: dict[str, Edit] = {}
        refusals = []
        for output in fresh:
            edit = self._edit(sentence, pinned, output)
            if isinstance(edit, Refusal):
                refusals.append(edit)
            elif edit.new != sentence.text:
                edits.setdefault(edit.new, edit)
        if edits:
            return tuple(edits.values())
        return refusals[0] if refusals else (None,)

    def _edit(self, sentence: Sentence, pinned: Pinned, output: str) -> Edit | Refusal:
        unpinned = unpin(pinned, output)
        if isinstance(unpinned, Refusal):
            return unpinned
        new, anchors = unpinned
        language = self.spec.source
        if changed := difference(values(sentence.text, language), values(new, language)):
            return Refusal("value_changed", changed)
        if changed_form := markup(sentence.text, new):
            return changed_form
        return Edit(sentence.start, sentence.text, new, _moved(anchors, sentence.start))

    def _sentences(self, subject: Subject, route: int) -> tuple[Sentence, ...]:
        """The sentences with something to translate."""
        kept = self._kept(subject)
        offsets = sentence_offsets(subject.text)
        sentences = (self._sentence(subject.text, *place, kept, route) for place in offsets)
        return tuple(s for s in sentences if translatable(s.pinned.rest))

    def _sentence(
        self, whole: str, start: int, end: int, kept: Sequence[Stretch], route: int
    ) -> Sentence:
        text = whole[start:end]
        inside = [s for s in kept if s.start < end and s.end > start]
        if any(s.start < start or s.end > end for s in inside):
            detail = "a protected stretch goes over the end of a sentence"
            return Sentence(start, text, Pinned(text, text), None, Refusal("protected_cut", detail))
        local = [Stretch(s.start - start, s.end - start, s.reason) for s in inside]
        strangers = strange(text, self.routes[route].unreadable(text))
        local += [Stretch(*place, "unreadable") for place in strangers]
        stretches = [(s.start, s.end, s.reason) for s in merged_stretches(local)]
        verbatim = [s for s in stretches if s[2] not in READABLE]
        capitals = in_capitals(pin(text, verbatim).rest if verbatim else text)
        if capitals:  # every word looks like a name then
            stretches = [s for s in stretches if s[2] != "name"]
        pinned = pin(text, stretches, free=READABLE)
        if character := control(pinned.text):
            problem = Refusal("control_characters", f"{character!r} would be lost")
            return Sentence(start, text, pinned, None, problem)
        free = any(each.mark is None for each in pinned.pins)
        marked = pin(text, stretches) if free else None
        return Sentence(start, text, pinned, marked, in_capitals=capitals)

    def _spoken(self, sentence: Sentence, pinned: Pinned) -> str:
        """What the model gets."""
        if not sentence.in_capitals:
            return pinned.text
        return in_small_letters(pinned, self.spec.source)

    def _kept(self, subject: Subject) -> tuple[Stretch, ...]:
        """What must come back verbatim."""
        verbatim = subject.verbatim
        if self.tagger is None:
            return verbatim
        tagger, words = self.tagger, subject.words
        tagged = subject.remember("tags", lambda: tag_words(subject.text, words, tagger))
        named = [
            Stretch(start, end, "name")
            for start, end in names(words, tagged)
            if not any(s.start < end and s.end > start for s in verbatim)
        ]
        return tuple(sorted([*verbatim, *named], key=lambda stretch: stretch.start))


def _lost(options: Options) -> bool:
    return isinstance(options, Refusal) and options.reason.startswith("protected_")


def _moved(anchors: Sequence[Anchor], start: int) -> tuple[Anchor, ...]:
    """Anchors with their old side in offsets of the text instead of the sentence."""
    return tuple(Anchor(a.start + start, a.end + start, a.new_start, a.new_end) for a in anchors)
