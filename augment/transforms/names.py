"""Names of people and places, exchanged for others of their kind.

Source: Ribeiro, Wu, Guestrin and Singh 2020, "Beyond Accuracy: Behavioral Testing of NLP Models
with CheckList" (names and places as what a prediction should not hang on); for labelled spans, the
mention replacement of Dai and Adel 2020, "An Analysis of Simple Data Augmentation for Named Entity
Recognition".
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from augment.edits import Anchor, Edit, Span, apply_edits
from augment.lexicons import casing, values
from augment.lexicons.articles import Articles
from augment.lexicons.gazetteer import Gazetteer
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import tag_words
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Names
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.mentions import Finder
from augment.transforms.name_parts import Kind, Mention, Part, stem_length

_ARTICLES = ("a", "an")


@dataclass(frozen=True, eq=False)
class NamesTransform:
    """Exchanges `rate` of the different names of a text, each for one that the text has not."""

    spec: Names
    gazetteer: Gazetteer
    tagger: Tagger
    articles: Articles
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of all mentions of drawn names, and of an article that no longer fits."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        mentions = subject.remember(self, lambda: self._mentions(subject))
        kinds = {part.name: part.kind for mention in mentions for part in mention.parts}
        if not kinds:
            return Refusal("no_name", "no name of a known kind", final=False)
        drawn = stream.sample(list(kinds), share(self.spec.rate, len(kinds)))
        others: dict[str, str] = {}
        for name in drawn:
            candidates = self._candidates(subject, mentions, name, kinds[name])
            left = [new for new in candidates if new not in others.values()]
            if left:
                others[name] = stream.choice(left)
        edits = tuple(sorted(e for m in mentions for e in self._edits(subject, m, others)))
        if not edits:
            return Refusal("no_name", "no other name fits", final=False)
        before, after = (values.values(t) for t in (subject.text, apply_edits(subject.text, edits)))
        if changed := values.difference(before, after):
            return Refusal("value_changed", changed, final=False)
        return edits

    def _mentions(self, subject: Subject) -> list[Mention]:
        # Most texts have no name at all, and need no tags.
        stems = (word.surface[: stem_length(word.surface)] for word in subject.words)
        labelled = any(span.label in self.spec.spans for span in subject.record.spans)
        if not labelled and self.gazetteer.heads.isdisjoint(stems):
            return []
        tagged = subject.remember(
            "tags", lambda: tag_words(subject.text, subject.words, self.tagger)
        )
        return Finder(subject, tagged, self.gazetteer, self.spec.which, self.spec.spans).mentions()

    def _candidates(
        self, subject: Subject, mentions: Sequence[Mention], name: str, kind: Kind
    ) -> list[str]:
        """Names of the kind that the text has not and that fit all mentions of this one."""
        present = {word.surface.lower() for word in subject.words}
        names = self._names(kind, present)
        parts = [
            (mention, part) for mention in mentions for part in mention.parts if part.name == name
        ]
        # "James'" keeps its apostrophe, so another name in s must come.
        bare = any(_owner_in_s(subject.text, part) for _, part in parts)
        articles = {
            word.lower()
            for mention, part in parts
            if (word := self._fixed_article(subject, mention, part))
        }
        return [
            new
            for new in names
            if present.isdisjoint(new.lower().split())
            and (not bare or new.endswith("s"))
            and all(self.articles.article(new) == article for article in articles)
        ]

    def _names(self, kind: Kind, present: AbstractSet[str]) -> tuple[str, ...]:
        """All names of a kind; where the gender is not known, of that which other words tell."""
        known = self.gazetteer
        if kind != "given":
            return known.names[kind]
        he, she = (not s.isdisjoint(present) for s in (known.male_words, known.female_words))
        if he != she:
            return known.names["male" if he else "female"]
        return known.names["female"] + known.names["male"]

    def _fixed_article(self, subject: Subject, mention: Mention, part: Part) -> str:
        """An article before a name that cannot be put right, as it is protected."""
        index = mention.first - 1
        if index < 0 or part != mention.parts[0] or index in subject.free:
            return ""
        word = subject.words[index].surface
        return word if word.lower() in _ARTICLES else ""

    def _edits(self, subject: Subject, mention: Mention, others: Mapping[str, str]) -> list[Edit]:
        parts = [part for part in mention.parts if part.name in others]
        if not parts:
            return []
        text = subject.text
        edits = [
            Edit(p.start, text[p.start : p.end], _cased(others[p.name], text[p.start : p.end]))
            for p in parts
        ]
        if parts[0] == mention.parts[0]:
            article = self._article_edit(subject, mention, edits[0].new)
        else:
            article = []
        return article + (edits if mention.span is None else [_anchored(text, mention.span, edits)])

    def _article_edit(self, subject: Subject, mention: Mention, new: str) -> list[Edit]:
        index = mention.first - 1
        if index < 0 or index not in subject.free:
            return []
        word = subject.words[index]
        fitting = self.articles.article(new)
        beside = subject.text[word.end : mention.parts[0].start].isspace()
        if not beside or word.surface.lower() not in _ARTICLES or word.surface.lower() == fitting:
            return []
        return [Edit(word.start, word.surface, casing.like(fitting, word.surface))]


def _cased(name: str, written: str) -> str:
    """A name in the casing of another; "NYC" is no casing, but "london" and "LONDON" are."""
    if written.islower():
        return name.lower()
    return name.upper() if written.isupper() and len(written) > 3 else name


def _owner_in_s(text: str, part: Part) -> bool:
    following = text[part.end : part.end + 2]
    return (
        text[part.end - 1 : part.end] == "s"
        and following[:1] in ("'", "’")
        and following[1:2] not in ("s", "S")
    )


def _anchored(text: str, span: Span, edits: Sequence[Edit]) -> Edit:
    """One edit of a whole span, which covers the new name then."""
    inside = [edit._replace(start=edit.start - span.start) for edit in edits]
    old = text[span.start : span.end]
    new = apply_edits(old, inside)
    return Edit(span.start, old, new, (Anchor(span.start, span.end, 0, len(new)),))
