"""Values written in another way: numbers, percentages, amounts, dates and times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from augment.edits import Edit, apply_edits
from augment.lexicons import values
from augment.lexicons.articles import Articles
from augment.lexicons.number_context import NumberContext
from augment.lexicons.value_formats import alternatives
from augment.lexicons.values import Value
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Formats
from augment.transforms.base import Proposal, Subject, share

# Characters on both sides that are read to prove a single edit; the whole text is read at the end.
_AROUND: Final = 120
_BEFORE: Final = re.compile(r"(?:^|[\s(\[“\"‘—])\Z")
_AFTER: Final = re.compile(r"\Z|[\s)\]”\"—!?;:]|[.,](?!\w)|[’'](?!\w)")
# What stands between two numbers that should look alike: "2 or 3", "10 x 20", "5, 6 and 7".
_BETWEEN: Final = re.compile(
    r"[\s,:/x×+*=\-–—()]*(?:\b(?:to|or|and|by|of|in|out of|versus|vs\.?)\b)?[\s(\-–—]*"
)
_ONE: Final = ("one ", "one-")
_LAST_WORD: Final = re.compile(r"(\S+)\s+\Z")
_ONE_OR: Final = re.compile(r"(?i)\bone (?:or|to|and) \Z")
_MEASURED: Final = re.compile(r"[\da-z][ -][a-z]")
_HYPHENS: Final = ("-", "–")
_NEXT_WORD: Final = re.compile(r"\s+(\w+)")
_OPENING: Final = re.compile(r"(?:[.!?:\n][\"'”’)]*\s+|[\"“‘(\n])\s*\Z")


class Around(NamedTuple):
    """A value in its place: the words beside it, empty where there is none, and what it is."""

    before: str
    after: str
    opening: bool  # of a sentence
    ordinal: bool


class Option(NamedTuple):
    """A value that can be written otherwise."""

    start: int
    written: str
    ways: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class FormatsTransform:
    """Rewrites `rate` of the values that have another way; the values of the text stay the same."""

    spec: Formats
    articles: Articles
    context: NumberContext
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits of drawn values."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        options = subject.remember(self, lambda: self._options(subject))
        if not options:
            return Refusal("no_other_format", "no value can be written otherwise", final=False)
        wanted = share(self.spec.rate, len(options))
        if wanted == len(options):
            # There are few, so all of them each time would leave few copies that differ.
            wanted = stream.between(1, wanted)
        chosen = stream.sample(options, wanted)
        edits = sorted(Edit(o.start, o.written, stream.choice(o.ways)) for o in chosen)
        if changed := _changed(subject.text, edits):
            return Refusal("value_changed", changed, final=False)
        return tuple(edits)

    def _options(self, subject: Subject) -> list[Option]:
        text = subject.text
        found = values.find(text, subject.protection.language)
        # Without figures and hints there is nothing to protect either.
        verbatim = subject.verbatim if found else ()
        options = []
        for index, value in enumerate(found):
            if any(s.start < value.end and s.end > value.start for s in verbatim):
                continue
            beside = [*found[max(index - 1, 0) : index], *found[index + 1 : index + 2]]
            ways = tuple(self._ways(text, value, beside))
            if ways:
                options.append(Option(value.start, text[value.start : value.end], ways))
        return options

    def _ways(self, text: str, value: Value, beside: Sequence[Value]) -> list[str]:
        """The other ways to write a value that fit where it stands, each proven."""
        start, end = value.start, value.end
        written = text[start:end]
        name, ways = alternatives(written, value.key)
        if name not in self.spec.which or not ways or not _stands_alone(text, value, beside):
            return []
        around = _around(text, value)
        before = around.before.lower()
        fitting = []
        for plain in ways:
            if not self._fits(name, written, plain, around):
                continue
            way = plain[0].upper() + plain[1:] if around.opening else plain
            # The point of "5 p.m." may end the sentence as well.
            if written.endswith(".") and _ends_sentence(text[end:]):
                way = f"{way}."
            if before in ("a", "an") and self.articles.article(way) != before:
                continue
            if not _changed(*_window(text, Edit(start, written, way))):
                fitting.append(way)
        return fitting

    def _fits(self, name: str, written: str, way: str, around: Around) -> bool:
        """Whether a way suits the words around the value."""
        match name:
            case "numbers":
                return self._number_fits(written, around)
            case "amounts":
                return way[-1].isdigit() or not around.after or around.after in self.context.linking
            case "times" if way.endswith(" pm"):
                return around.before.lower() in self.context.clock
            case _:
                return True

    def _number_fits(self, written: str, around: Around) -> bool:
        before, after = around.before, around.after
        if before.lower() in self.context.labels or after[:1].isupper():
            return False
        # A capital, unless it only begins the sentence, makes a name with the number: "Boeing 747".
        named = before[:1].isupper() and before.lower() not in self.context.grammar
        if named and not _MEASURED.search(written):
            return False
        if not written[0].isdigit():
            return written.islower() and not around.opening and self._figure_fits(written, around)
        if not written.isdigit():
            return True
        # A bare figure is sure to count only before what is counted: four digits may be a year,
        # five a postcode, and "2" may stand for "to".
        counted = len(after) > 2 and after.islower() and after not in self.context.grammar
        linked = around.opening or before[-1:].isalpha() or before.endswith(",")
        return counted and linked and len(written) != 4

    def _figure_fits(self, written: str, around: Around) -> bool:
        """Whether a number in words may become figures before this word."""
        # "One day" is often no count, and "the western third" no rank.
        after = around.after
        if around.ordinal:
            counted = after.islower() and after not in self.context.grammar
            return counted and after not in self.context.fixed_ordinal
        return not written.startswith(_ONE)


def _changed(text: str, edits: Sequence[Edit]) -> str:
    """What the edits do to the values of a text; empty where they stay."""
    return values.difference(values.values(text), values.values(apply_edits(text, edits)))


def _window(text: str, edit: Edit) -> tuple[str, list[Edit]]:
    low, high = max(edit.start - _AROUND, 0), edit.end + _AROUND
    return text[low:high], [edit._replace(start=edit.start - low)]


def _stands_alone(text: str, value: Value, beside: Sequence[Value]) -> bool:
    """Whether a value is no part of a list, a range, a score or a longer sign."""
    before = text[max(value.start - 2, 0) : value.start]
    if not _BEFORE.search(before) or not _AFTER.match(text, value.end):
        return False
    # Some corpora have spaces around a hyphen: "a two - game lead".
    if before[:1] in _HYPHENS or text[value.end : value.end + 2].strip() in _HYPHENS:
        return False
    # This "one" is no value, but looks like its fellow.
    if _ONE_OR.search(text, max(value.start - 12, 0), value.start):
        return False
    for other in beside:
        low, high = min(value.end, other.end), max(value.start, other.start)
        joined = other.reason != "negation" and _BETWEEN.fullmatch(text[low:high])
        # Dates and times may stand side by side: "on 5 March, 17:30".
        if joined and {value.reason, other.reason} != {"date", "time"}:
            return False
    return True


def _around(text: str, value: Value) -> Around:
    start, end = value.start, value.end
    before = _LAST_WORD.search(text, max(start - 40, 0), start)
    after = _NEXT_WORD.match(text, end, end + 40)
    opening = start == 0 or bool(_OPENING.search(text[max(start - 8, 0) : start]))
    return Around(
        before[1] if before else "", after[1] if after else "", opening, value.reason == "ordinal"
    )


def _ends_sentence(rest: str) -> bool:
    return not rest.strip() or bool(re.match(r"[\"'”’)]*(?:\s+[A-Z]|\s*\n)", rest))
