"""Names of people and places in a text: where each is mentioned, and what kind of name it is.

A name counts only where nothing speaks against it, since "Paris Agreement" and "St. John's
Hospital" name neither a city nor a person. A name that is mentioned somewhere in such a way is left
alone in the whole text, so that it stays the same name throughout.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from augment.lexicons.gazetteer import Gazetteer
from augment.lexicons.tagging import Tagged
from augment.spec.names import NameKind
from augment.transforms.base import Subject
from augment.transforms.labelled_names import labelled_names
from augment.transforms.name_parts import Kind, Mention, Part, Run, stem_length

_PLACES: Final = ("country", "city")
_LONGEST_PLACE: Final = 3
_ARTICLES: Final = frozenset({"a", "an", "the"})
_EDGE_BEFORE: Final = re.compile(r"[\s(\[“\"‘'—–,.:;!?/-]?\Z")
# Tags of names, and of what stands before a noun and may be part of one.
_NAMING: Final = ("NNP", "NNPS", "NN", "NNS", "JJ", "FW", "CD")
_BEGINNING: Final = re.compile(r"(?:^|[.!?:\n\"“(]\s*)\Z")


class Finder:
    """Finds the mentions of one text; made, used once and dropped."""

    def __init__(
        self,
        subject: Subject,
        tagged: Tagged,
        gazetteer: Gazetteer,
        which: Sequence[str],
        labels: Mapping[str, NameKind],
    ) -> None:
        self.subject = subject
        self.words = subject.words
        self.tagged = tagged
        self.gazetteer = gazetteer
        self.which = which
        self.labels = labels
        self.free = frozenset(subject.free)

    def mentions(self) -> list[Mention]:
        """All mentions of names that can be exchanged wherever they stand, in order."""
        found = [*labelled_names(self.subject, self.gazetteer, self.labels), *self._in_text()]
        kinds: dict[str, set[Kind]] = {}
        for mention in found:
            for part in mention.parts:
                kinds.setdefault(part.name, set()).add(part.kind)
        found += self._again({n: next(iter(k)) for n, k in kinds.items()}, found)
        covered = {part[:2] for mention in found for part in mention.parts}
        spoilt = {name for name, kind in kinds.items() if len(kind) > 1}
        spoilt.update(self._elsewhere(kinds, covered))
        kept = (m._replace(parts=tuple(p for p in m.parts if p.name not in spoilt)) for m in found)
        return sorted((m for m in kept if m.parts), key=lambda m: m.parts)

    # Names of the gazetteer in running text.

    def _in_text(self) -> Iterator[Mention]:
        index = 0
        while index < len(self.words):
            mention = self._place(index) or self._person(index) or self._titled(index)
            if mention:
                yield mention
                last = mention.parts[-1].end
                while index < len(self.words) and self.words[index].start < last:
                    index += 1
            else:
                index += 1

    def _place(self, index: int) -> Mention | None:
        if not self._capital(index):
            return None
        for length in range(_LONGEST_PLACE, 0, -1):
            if index + length > len(self.words) or not self._run(index, length):
                continue
            part = self._part(index, length)
            kind = self.gazetteer.place(part.name)
            if kind in self.which and kind and self._is_place(index, length):
                return Mention(index, (part.of(kind),))
        return None

    def _is_place(self, index: int, length: int) -> bool:
        if not self._unspoilt(index, length):
            return False
        if self._goes_on(index + length - 1, self._part(index, length)):
            return False
        # "Bank of England" is no place.
        of = index > 1 and self.words[index - 1].surface == "of"
        return not (of and self._capital(index - 2))

    def _person(self, index: int) -> Mention | None:
        """A given name of the list, with a family name of it where one follows."""
        if "person" not in self.which or not self._capital(index):
            return None
        given = self._part(index, 1)
        kind = self.gazetteer.given(given.name)
        if not kind or not self._named(index) or not self._unspoilt(index, 1):
            return None
        parts = [given.of(kind)]
        following = index + 1
        if self._goes_on(index, given) and following in self.free:
            family = self._part(following, 1)
            if family.name in self.gazetteer.families:
                parts.append(family.of("family"))
                following += 1
        if self._goes_on(following - 1, parts[-1]):
            word = self.words[following].surface
            if word[: stem_length(word)] in self.gazetteer.not_people:
                return None
        return Mention(index, tuple(parts))

    def _titled(self, index: int) -> Mention | None:
        """A family name behind "Mr" and the like."""
        if "person" not in self.which or index == 0 or index not in self.free:
            return None
        if not self._title(index - 1):
            return None
        family = self._part(index, 1)
        return self._family(index, family) if family.name in self.gazetteer.families else None

    def _family(self, index: int, name: Run, kind: Kind = "family") -> Mention | None:
        """A name alone, unless another capital follows it."""
        if self._goes_on(index, name):
            return None
        return Mention(index, (name.of(kind),))

    def _again(self, kinds: Mapping[str, Kind], found: Sequence[Mention]) -> list[Mention]:
        """Further mentions of the people found: "Smith" after "John Smith"."""
        taken = {part.start for mention in found for part in mention.parts}
        more = []
        for index in sorted(self.free):
            part = self._part(index, 1)
            kind = kinds.get(part.name)
            if kind is None or kind in _PLACES or part.start in taken:
                continue
            # "The Hill" was never a person.
            if index and self.words[index - 1].surface.lower() in _ARTICLES:
                continue
            if self._unspoilt(index, 1) and (mention := self._family(index, part, kind)):
                more.append(mention)
        return more

    def _elsewhere(
        self, kinds: Mapping[str, set[Kind]], covered: set[tuple[int, int]]
    ) -> Iterator[str]:
        """Names that the text has at other places too, where they cannot be exchanged."""
        heads = {name.partition(" ")[0] for name in kinds}
        for index, word in enumerate(self.words):
            if word.surface[: stem_length(word.surface)] not in heads:
                continue
            for length in range(1, _LONGEST_PLACE + 1):
                if index + length > len(self.words):
                    break
                part = self._part(index, length)
                within = any(s <= part.start and part.end <= e for s, e in covered)
                if part.name in kinds and not within:
                    yield part.name

    # Words and their neighbours.

    def _part(self, index: int, length: int) -> Run:
        start, last = self.words[index].start, self.words[index + length - 1]
        written = self.subject.text[start : last.end]
        written = written[: stem_length(written)]
        return Run(start, start + len(written), written)

    def _capital(self, index: int) -> bool:
        return 0 <= index < len(self.words) and self.words[index].surface[0].isupper()

    def _goes_on(self, index: int, part: Run | Part) -> bool:
        """Whether the next word has a capital too and may be more of the name; not behind "'s"."""
        owner = part.end < self.words[index].end
        return not owner and self._beside(index + 1) and self._capital(index + 1)

    def _beside(self, index: int) -> bool:
        """Whether nothing but a space stands between a word and the one before."""
        if not 0 < index < len(self.words):
            return False
        return self.subject.text[self.words[index - 1].end : self.words[index].start] in (" ", "-")

    def _run(self, index: int, length: int) -> bool:
        places = range(index, index + length)
        return self.free.issuperset(places) and all(self._gap(place) == " " for place in places[1:])

    def _gap(self, index: int) -> str:
        return self.subject.text[self.words[index - 1].end : self.words[index].start]

    def _named(self, index: int) -> bool:
        return self.tagged.tags[self.tagged.places[index]] in ("NNP", "NNPS")

    def _title(self, index: int) -> bool:
        word, gap = self.words[index].surface, self._gap(index + 1)
        known = self.gazetteer
        return (gap == " " and word in known.titles) or (
            gap == ". " and word in known.pointed_titles
        )

    def _unspoilt(self, index: int, length: int) -> bool:
        """Whether the word before and the signs around leave the name to itself."""
        text, word = self.subject.text, self.words[index]
        if not self.free.issuperset(range(index, index + length)):
            return False
        before, after = text[max(word.start - 1, 0) : word.start], self._part(index, length).end
        if not _EDGE_BEFORE.fullmatch(before) or text[after : after + 1] in ("-", "/", "_", "&"):
            return False
        if index == 0:
            return True
        if self._gap(index) == ". " and self.words[index - 1].surface in self.gazetteer.saints:
            return False
        if not self._beside(index) or not self._capital(index - 1) or self._title(index - 1):
            return True
        # A capital before it belongs to the name, unless it only begins the sentence.
        return self._opens(index - 1)

    def _opens(self, index: int) -> bool:
        start = self.words[index].start
        begins = _BEGINNING.search(self.subject.text[max(start - 3, 0) : start])
        return bool(begins) and self.tagged.tags[self.tagged.places[index]] not in _NAMING
