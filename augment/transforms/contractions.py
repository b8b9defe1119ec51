"""Contractions (English): "do not" becomes "don't", or the other way round.

Only where one reading is possible: "he's" is left alone before "gone", and "I am" at the end of a
sentence. A negation changes its form and stays; the values are counted before and after.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from augment.edits import Edit
from augment.lexicons.short_forms import ShortForm, ShortForms
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import Tagged, tag_words
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Contractions
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.surroundings import capital, is_spacing, touched, with_values

# Tags of what completes "it is": then "is" is no last word, and "'s" is no "has".
_COMPLEMENTS = frozenset(
    {"VBG", "DT", "PDT", "JJ", "JJR", "JJS", "PRP$", "NN", "NNS", "NNP", "CD", "TO", "IN"}
)
_PARTICIPLES = frozenset({"VBN", "VBD"})
_SUBJECTS = frozenset({"PRP", "EX"})
_ASKING = frozenset({"why", "how", "when", "where"})
# After these a clause may end in the verb: "I know where he is now".
_MOVING = frozenset({*_ASKING, "what", "who", "which", "than", "as", "whatever", "wherever"})


@dataclass(frozen=True, eq=False)
class ContractionsTransform:
    """Contracts or expands `rate` of the places where that is certain."""

    spec: Contractions
    forms: ShortForms
    tagger: Tagger
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """An edit for each drawn place."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        options = subject.remember(self, lambda: tuple(self._options(subject)))
        if not options:
            detail = "no contraction with one reading, and nothing to contract"
            return Refusal("nothing_to_contract", detail, final=False)
        chosen: list[Edit] = []
        taken: set[int] = set()
        for option in stream.sample(options, share(self.spec.rate, len(options))):
            # "he is not" becomes "he's not" or "he isn't".
            places = range(option.start, option.end)
            if taken.isdisjoint(places):
                taken.update(places)
                chosen.append(option)
        return with_values(subject, [[edit] for edit in chosen])

    def _options(self, subject: Subject) -> Iterator[Edit]:
        """All edits that leave verbatim stretches as they are."""
        verbatim = subject.verbatim
        for edit in self._edits(subject):
            if not touched(verbatim, edit.start, edit.end):
                yield edit

    def _edits(self, subject: Subject) -> Iterator[Edit]:
        direction = self.spec.direction
        clause = Clause(subject, self.tagger, self.forms)
        apostrophe = "’" if "’" in subject.text else "'"
        for index, word in enumerate(subject.words):
            if direction != "contract" and (readings := self.forms.readings(word.surface)):
                form = self._reading(readings, clause, index)
                if form is not None:
                    yield Edit(word.start, word.surface, _cased(form.long, word.surface))
            if direction != "expand":
                yield from self._contracted(clause, index, apostrophe)

    def _contracted(self, clause: "Clause", index: int, apostrophe: str) -> Iterator[Edit]:
        words, text = clause.subject.words, clause.subject.text
        word = words[index]
        if word.surface.lower() == "cannot":
            yield Edit(word.start, word.surface, _cased(f"can{apostrophe}t", word.surface))
        if not clause.near(index):
            return
        other = words[index + 1]
        form = self.forms.contracted(word.surface, other.surface)
        # "do NOT" stresses what the contraction would hide.
        if form is None or (other.surface.isupper() and not word.surface.isupper()):
            return
        if _contracts(form, clause, index):
            old = text[word.start : other.end]
            yield Edit(word.start, old, _cased(form.short.replace("'", apostrophe), old))

    def _reading(
        self, readings: Sequence[ShortForm], clause: "Clause", index: int
    ) -> ShortForm | None:
        """The one reading that is possible here, or nothing."""
        by_second = {form.second: form for form in readings}
        if "not" in by_second:
            return None if clause.asks(index) else by_second["not"]
        if len(readings) == 1 and readings[0].second not in ("is", "has", "had", "would"):
            return readings[0]
        if clause.word(index).startswith("it") and clause.belongs(index):
            return None
        word, tag = clause.verb(index)
        if "would" in by_second:
            return by_second.get(self._had_or_would(word, tag))
        return by_second.get(_is_or_has(word, tag))

    def _had_or_would(self, word: str, tag: str) -> str:
        if word in self.forms.same or word == "better":
            return ""
        if tag == "VB" and word not in self.forms.participles:
            return "would"
        regular = word.endswith("ed") and word not in self.forms.bases
        return "had" if regular or word in self.forms.participles else ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A text around one word: its neighbours that nothing but spaces parts from it."""

    subject: Subject
    tagger: Tagger
    forms: ShortForms

    def near(self, index: int) -> bool:
        """Whether nothing but spaces stands between this word and the next, and there is one."""
        words = self.subject.words
        if index < 0 or index + 1 >= len(words):
            return False
        gap = self.subject.text[words[index].end : words[index + 1].start]
        return bool(gap) and all(map(is_spacing, gap))

    def word(self, index: int) -> str:
        """A word in small letters."""
        return self.subject.words[index].surface.lower()

    def tag(self, index: int) -> str:
        """The tag of a word; of a contraction, that of its first part."""
        subject = self.subject

        def work_out() -> Tagged:
            return tag_words(subject.text, subject.words, self.tagger)

        tagged = subject.remember("tags", work_out)
        return str(tagged.tags[tagged.places[index]])

    def verb(self, index: int) -> tuple[str, str]:
        """The first word after this one that is no adverb, and its tag; empty where there is none.

        "not" is an adverb here.
        """
        while self.near(index):
            index += 1
            if self.tag(index) != "RB":
                return self.word(index), self.tag(index)
        return "", ""

    def asks(self, index: int) -> bool:
        """Whether the subject may come after this negation: "why don't cards ...", "isn't it"."""
        following = self.tag(index + 1) if self.near(index) else ""
        if following in _SUBJECTS:
            return True
        if self.near(index - 1) and self.tag(index - 1) != "CC":
            return self.word(index - 1) in _ASKING
        return not following.startswith(("VB", "RB", "JJ"))

    def belongs(self, index: int) -> bool:
        """Whether a preposition comes before, so that "it's" may be meant as "its"."""
        return self.near(index - 1) and self.word(index - 1) in self.forms.prepositions

    def begins(self, index: int) -> bool:
        """Whether a subject here can be the subject of what follows.

        It is not in "all of you are", "the card I sent you will" or "the service here is".
        """
        word, first = self.word(index), not self.near(index - 1)
        if word == "there":
            return self.tag(index) == "EX"
        if first or self.tag(index - 1) == "CC":
            return True
        if word == "here" or self.belongs(index):
            return False
        verb = (
            self.tag(index - 1).startswith("VB")
            and self.word(index - 1) not in self.forms.reporting
        )
        return not (verb and word in ("you", "it", "that"))

    def moved(self, index: int) -> bool:
        """Whether a word before this one in the clause may have taken what completes the verb."""
        while self.near(index - 1):
            index -= 1
            if self.word(index) in _MOVING:
                return True
        return False


def _is_or_has(word: str, tag: str) -> str:
    """Which of the two "'s" is before this word; "" where it could be either."""
    if word in ("been", "got"):
        return "has"
    if tag in ("WP", "WRB"):  # "that's why"
        return "is"
    participle = tag in _PARTICIPLES or (tag == "JJ" and word.endswith(("ed", "en", "ne", "wn")))
    return "is" if tag in _COMPLEMENTS and not participle else ""


def _contracts(form: ShortForm, clause: Clause, index: int) -> bool:
    """Whether two words can be contracted where they stand."""
    if form.kind == "not":
        return True
    if not clause.begins(index):
        return False
    word, tag = clause.verb(index + 1)
    if form.kind == "be":
        moved = clause.moved(index) and tag not in ("VBG", "DT", "PRP$")
        return tag in _COMPLEMENTS | _PARTICIPLES and not moved
    negated = clause.near(index + 1) and clause.word(index + 2) == "not"
    if form.kind in ("have", "had"):
        return tag in _PARTICIPLES and word != "had" and not negated
    return tag == "VB" and not negated


def _cased(new: str, old: str) -> str:
    """The new form in capitals, with one, or without, as the old one."""
    if old.isupper() and sum(map(str.isalpha, old)) > 1:
        return new.upper()
    if old[0].isupper():
        return capital(new)
    return new
