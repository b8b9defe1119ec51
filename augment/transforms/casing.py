"""Casing: all small, all capitals, Title Case, or sentences that begin small."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from augment.edits import Edit
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Casing
from augment.spec.surface import Style
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.surroundings import (
    capital,
    starts_sentence,
    touched,
    uncapital,
    with_values,
)
from augment.words import Word

_FIGURE = re.compile(r"\d")

# Words and what becomes of them.
Changes = tuple[tuple[Word, str], ...]


@dataclass(frozen=True, eq=False)
class CasingTransform:
    """Gives `rate` of the words that a drawn style would change that style.

    Negations and numbers in words take part, since "I DON'T KNOW" denies as "I don't know" does;
    values with figures do not: 5 mb is not 5 MB.
    """

    spec: Casing
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """An edit for each word that changes."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        if self.spec.rate == 0:
            return ()
        styles = subject.remember(self, lambda: self._styles(subject))
        if not styles:
            detail = f"none of {len(subject.words)} words looks otherwise in another casing"
            return Refusal("nothing_to_case", detail, final=False)
        changes = stream.choice(styles)
        chosen = stream.sample(changes, share(self.spec.rate, len(changes)))
        return with_values(subject, [[Edit(w.start, w.surface, new)] for w, new in chosen])

    def _styles(self, subject: Subject) -> tuple[Changes, ...]:
        """What each style would change, for those that change anything."""
        words = tuple(_words(subject))
        found = (tuple(_changes(subject.text, words, style)) for style in self.spec.styles)
        # A text may look the same in two styles.
        return tuple(dict.fromkeys(changes for changes in found if changes))


def _words(subject: Subject) -> Iterator[Word]:
    """Words that are free, or in a value without figures and nothing more."""
    free, text, verbatim = frozenset(subject.free), subject.text, subject.verbatim
    figures = [s for s in subject.protected if _FIGURE.search(text, s.start, s.end)]
    for index, word in enumerate(subject.words):
        if index in free or not (
            touched(figures, word.start, word.end) or touched(verbatim, word.start, word.end)
        ):
            yield word


def _changes(text: str, words: Sequence[Word], style: Style) -> Iterator[tuple[Word, str]]:
    for word in words:
        new = _styled(text, word, style)
        if new != word.surface:
            yield word, new


def _styled(text: str, word: Word, style: Style) -> str:
    surface = word.surface
    match style:
        case "lower":
            return surface.lower()
        case "upper":
            return surface.upper()
        case "title":
            return capital(surface)
        case "initial":
            return uncapital(surface) if starts_sentence(text, word.start) else surface
        case _:
            assert_never(style)
