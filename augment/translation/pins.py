"""Stretches that go through a translation unchanged, behind marks that models copy.

A model drops or mangles what it has no pieces for (`@`, `#`, braces). A mark such as `XQ1` looks
like a name to it and comes back as it is, so it stands in for the stretch on the way. A mark that
does not come back exactly once is a refusal: nothing is guessed.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from augment.edits import Anchor
from augment.record import Refusal
from augment.words import split_words

# Joiners, selectors and skin tones, of which an emoji may be made.
_JOINING = "\u200d\ufe0f\U0001f3fb-\U0001f3ff"
_STEMS = ("XQ", "QX", "XZ", "ZQ")


@dataclass(frozen=True, slots=True)
class Pin:
    """A stretch of the sentence, `text[start:end]`, and the mark that stands in for it, if any.

    One without a mark goes through the model as it is, and has to be found again.
    """

    start: int
    end: int
    original: str
    reason: str
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Pinned:
    """A sentence, the same as the model gets it, and the pins in it."""

    original: str
    text: str
    pins: tuple[Pin, ...] = ()

    @property
    def rest(self) -> str:
        """What there is to translate: the sentence without its pins."""
        ends = [0, *(pin.end for pin in self.pins)]
        starts = [*(pin.start for pin in self.pins), len(self.original)]
        return " ".join(self.original[a:b] for a, b in zip(ends, starts, strict=True))


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


def pin(text: str, stretches: Sequence[tuple[int, int, str]], free: Container[str] = ()) -> Pinned:
    """The sentence with a mark in place of each (start, end, reason); they are sorted and apart.

    Those whose reason is in `free` stay as they are, to be found again in the translation.

    >>> pin("Write to a@b.io now.", [(9, 15, "email")]).text
    'Write to XQ1 now.'
    """
    stem = next((s for s in _STEMS if s.casefold() not in text.casefold()), "XQXZ")
    pieces, pins, at = [], [], 0
    for number, (start, end, reason) in enumerate(stretches, start=1):
        original = text[start:end]
        mark = None if reason in free else f"{stem}{number}"
        pieces += [text[at:start], mark or original]
        pins.append(Pin(start, end, original, reason, mark))
        at = end
    return Pinned(text, "".join([*pieces, text[at:]]), tuple(pins))


def unpin(pinned: Pinned, output: str) -> tuple[str, tuple[Anchor, ...]] | Refusal:
    """The output with the originals back in place, and an anchor for each, in sentence offsets.

    A mark must come back once. A stretch without one must stand as often in the output as in the
    sentence, letter for letter or else apart from case, spaces, quotes and hyphens; it is put back
    as it was. Anything else is a refusal.

    >>> unpin(pin("See a.io!", [(4, 8, "url")]), "Look at XQ1!")
    ('Look at a.io!', (Anchor(start=4, end=8, new_start=8, new_end=12),))
    >>> unpin(pin("A day in Rome.", [(9, 13, "span")], free={"span"}), "In Rome for a day.")[1]
    (Anchor(start=9, end=13, new_start=3, new_end=7),)
    """
    places: list[tuple[int, int, Pin]] = []
    for group in _alike(pinned.pins):
        found = _places(group, pinned, output)
        if isinstance(found, Refusal):
            return found
        places += [(*place, each) for place, each in zip(found, group, strict=True)]
    pieces, anchors, at, length = [], [], 0, 0
    for start, end, each in sorted(places, key=lambda place: place[:2]):
        if start < at:
            return Refusal("protected_ambiguous", f"{each.reason} {each.original!r}")
        length += start - at
        pieces += [output[at:start], each.original]
        anchors.append(Anchor(each.start, each.end, length, length + len(each.original)))
        length += len(each.original)
        at = end
    return "".join([*pieces, output[at:]]), tuple(sorted(anchors))


def _alike(pins: Sequence[Pin]) -> list[list[Pin]]:
    """Pins that cannot be told apart, in order: the same words for the same reason."""
    groups: dict[tuple[str, str], list[Pin]] = {}
    for each in pins:
        groups.setdefault((each.mark or each.original, each.reason), []).append(each)
    return list(groups.values())


def _places(group: list[Pin], pinned: Pinned, output: str) -> list[tuple[int, int]] | Refusal:
    """Where pins that are alike stand in the output: as many places as there are pins."""
    first, fate = group[0], "lost"
    patterns = [_exact(first.mark)] if first.mark else [_exact(first.original), _loose(first)]
    for pattern in patterns:
        found = [match.span() for match in pattern.finditer(output)]
        # A stretch that stands in the sentence beside its pins could be found for one of them.
        before = 1 if first.mark else sum(1 for _ in pattern.finditer(pinned.original))
        if len(found) == len(group) == before:
            return found
        if found:
            fate = "ambiguous"
    return Refusal(f"protected_{fate}", f"{first.reason} {first.original!r}")


def _exact(words: str) -> re.Pattern[str]:
    return re.compile(_edged(re.escape(words), words))


def _loose(each: Pin) -> re.Pattern[str]:
    """The words apart from case, the width of spaces, and the sort of quotes and hyphens."""
    signs = {"'": "['’‘`´]", "’": "['’‘`´]", '"': '["“”„]', "-": "[-‐‑–]", "–": "[-‐‑–]"}
    parts = ["".join(signs.get(c) or re.escape(c) for c in w) for w in each.original.split()]
    return re.compile(_edged(r"\s+".join(parts), each.original.strip()), re.IGNORECASE)


def _edged(pattern: str, words: str) -> str:
    """Not inside a longer word; a sign at an end needs no edge."""
    before = r"(?<!\w)" if words[:1].isalnum() else ""
    return before + pattern + (r"(?!\w)" if words[-1:].isalnum() else "")
