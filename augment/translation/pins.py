"""Stretches that go through a translation unchanged, behind marks that models copy.

A model drops or mangles what it has no pieces for (`@`, `#`, braces). A mark such as `XQ1` looks
like a name to it and comes back as it is, so it stands in for the stretch on the way. A mark that
does not come back exactly once is a refusal: nothing is guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from augment.edits import Anchor
from augment.record import Refusal
from augment.words import split_words

# Joiners, selectors and skin tones, of which an emoji may be made.
_JOINING = "\u200d\ufe0f\U0001f3fb-\U0001f3ff"
_STEMS = ("XQ", "QX", "XZ", "ZQ")


@dataclass(frozen=True, slots=True)
class Pin:
    """A stretch of the sentence, `text[start:end]`, and the mark that stands in for it."""

    start: int
    end: int
    original: str
    mark: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """A sentence as the model gets it, and the pins in it."""

    text: str
    pins: tuple[Pin, ...] = ()

    @property
    def rest(self) -> str:
        """What there is to translate: the sentence without its pins."""
        return re.sub("|".join(pin.mark for pin in self.pins) or "$^", "", self.text)


def strange(text: str, unreadable: str) -> list[tuple[int, int]]:
    """Where the words and emoji stand that hold characters which a model cannot read.

    Nothing, where most of the words do: then the text is in another language, and is refused whole.

    >>> strange("Zoë is here 👍", "ë👍")
    [(0, 3), (12, 13)]
    """
    if not unreadable:
        return []
    words = split_words(text)
    lacking = frozenset(unreadable)
    found = [(w.start, w.end) for w in words if not lacking.isdisjoint(w.surface)]
    if 2 * len(found) > len(words):
        return []
    signs = re.escape("".join(c for c in unreadable if not c.isalpha()))
    runs = re.finditer(f"[{signs}][{signs}{_JOINING}]*", text) if signs else ()
    return sorted([*found, *(run.span() for run in runs)])


def pin(text: str, stretches: Sequence[tuple[int, int, str]]) -> Pinned:
    """The sentence with a mark in place of each (start, end, reason); they are sorted and apart.

    >>> pin("Write to a@b.io now.", [(9, 15, "email")]).text
    'Write to XQ1 now.'
    """
    if not stretches:
        return Pinned(text)
    stem = next((s for s in _STEMS if s.casefold() not in text.casefold()), "XQXZ")
    pieces, pins, at = [], [], 0
    for number, (start, end, reason) in enumerate(stretches, start=1):
        mark = f"{stem}{number}"
        pieces += [text[at:start], mark]
        pins.append(Pin(start, end, text[start:end], mark, reason))
        at = end
    return Pinned("".join([*pieces, text[at:]]), tuple(pins))


def unpin(pinned: Pinned, output: str) -> tuple[str, tuple[Anchor, ...]] | Refusal:
    """The output with the originals back in place, and an anchor for each, in sentence offsets.

    >>> unpin(pin("See a.io!", [(4, 8, "url")]), "Look at XQ1!")
    ('Look at a.io!', (Anchor(start=4, end=8, new_start=8, new_end=12),))
    """
    places = []
    for each in pinned.pins:
        found = [match.start() for match in re.finditer(rf"(?<!\w){each.mark}(?!\w)", output)]
        if len(found) != 1:
            fate = "ambiguous" if found else "lost"
            return Refusal(f"protected_{fate}", f"{each.reason} {each.original!r}")
        places.append((found[0], each))
    pieces, anchors, at, length = [], [], 0, 0
    for start, each in sorted(places, key=lambda place: place[0]):
        length += start - at
        pieces += [output[at:start], each.original]
        anchors.append(Anchor(each.start, each.end, length, length + len(each.original)))
        length += len(each.original)
        at = start + len(each.mark)
    return "".join([*pieces, output[at:]]), tuple(sorted(anchors))
