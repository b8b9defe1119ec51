"""Random deletion (EDA, Wei and Zou 2019): words go, each with one space beside it."""

import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

from augment.edits import Edit
from augment.randomness import Stream
from augment.record import Refusal
from augment.spec import Deletion
from augment.transforms.base import Proposal, Subject, share
from augment.transforms.surroundings import (
    CLOSING,
    OPENING,
    capital,
    is_spacing,
    is_wordy,
    left_of,
    right_of,
    starts_sentence,
    touched,
    with_values,
)
from augment.words import split_words

# Marks behind which another mark can stand, and marks with which something begins.
_BACK: Final = frozenset(")]}\"'%”’»")
_FORTH: Final = OPENING | frozenset("$#@")


@dataclass(frozen=True, eq=False)
class DeletionTransform:
    """Deletes `rate` of the words, at most the free ones; one word of the text at least stays."""

    spec: Deletion
    exact: bool = True
    model: None = None

    def propose(self, batch: Sequence[Subject], streams: Sequence[Stream]) -> list[Proposal]:
        """Edits that take out drawn words, and give a sentence its capital back."""
        return [self._propose(s, stream) for s, stream in zip(batch, streams, strict=True)]

    def _propose(self, subject: Subject, stream: Stream) -> Proposal:
        words = subject.words
        # Words of some scripts stand without a space: one that keeps two apart has to stay.
        apart = {
            i
            for i, (one, word, other) in enumerate(
                zip(words, words[1:], words[2:], strict=False), 1
            )
            if one.end == word.start
            and word.end == other.start
            and len(split_words(one.surface + other.surface)) == 1
        }
        free = [i for i in subject.free if i not in apart]
        wanted = min(share(self.spec.rate, len(words)), len(words) - 1)
        if self.spec.rate == 0:
            return ()
        cuts = _chosen(subject, stream.sample(free, len(free)), wanted)
        if not cuts:
            detail = f"{len(words)} words, {len(free)} of them free"
            return Refusal("nothing_to_delete", detail, final=False)
        changes = [
            [Edit(start, subject.text[start:end], ""), *_capital_edit(subject, first, last)]
            for first, (last, start, end) in cuts.items()
        ]
        return with_values(subject, changes)


def _chosen(subject: Subject, order: Sequence[int], wanted: int) -> dict[int, tuple[int, int, int]]:
    """Runs of neighbours to delete: by first word the last, and from where to where each is cut.

    Neighbours go in one cut: two would both claim the space between them.
    """
    cuts: dict[int, tuple[int, int, int]] = {}
    chosen: set[int] = set()
    for index in order:
        if len(chosen) >= wanted:
            break
        first, last = _run(subject, chosen, index)
        cut = _cut(subject, first, last)
        if cut is not None:
            chosen.add(index)
            if last > index:
                del cuts[index + 1]
            cuts[first] = (last, *cut)
    return cuts


def _run(subject: Subject, chosen: Container[int], index: int) -> tuple[int, int]:
    """The word with the chosen ones beside it that nothing but spaces parts from it."""
    first = last = index
    while first - 1 in chosen and _near(subject, first - 1):
        first -= 1
    while last + 1 in chosen and _near(subject, last):
        last += 1
    return first, last


def _near(subject: Subject, index: int) -> bool:
    gap = subject.text[subject.words[index].end : subject.words[index + 1].start]
    return all(map(is_spacing, gap))


def _cut(subject: Subject, first: int, last: int) -> tuple[int, int] | None:
    """What goes with a run: the space before it, or the one after it where a line or quote begins.

    At either end of a line all spaces between the run and the next word go.

    Nothing where a mark would be left alone or two marks side by side, as in "Sure, ..." or "(so)".
    """
    text = subject.text
    start, end = subject.words[first].start, subject.words[last].end
    before, after = text[start - 1 : start], text[end : end + 1]
    left, right = left_of(text, start), right_of(text, end)
    if not _carries(left, _BACK) and not _carries(right, _FORTH):
        return None
    if _clings(after, CLOSING) and not (is_spacing(before) and _carries(left, _BACK)):
        return None
    if _clings(before, OPENING) and not is_spacing(after):
        return None
    if (_marks(after) and after not in CLOSING) or (_marks(before) and before not in OPENING):
        return None
    if is_spacing(before) and left:
        start -= 1
        while not right and is_spacing(text[start - 1]):
            start -= 1
    elif is_spacing(after):
        end += 1
        while not left and is_spacing(text[end : end + 1]):
            end += 1
    # A pattern of the user may protect a space.
    return None if touched(subject.protected, start, end) else (start, end)


def _carries(character: str, marks: Container[str]) -> bool:
    """Whether a mark can stand beside this: a letter, an emoji, or one of these marks."""
    if not character or character.isascii():
        return character.isalnum() or _clings(character, marks)
    return character in marks or not unicodedata.category(character).startswith("P")


def _clings(character: str, marks: Container[str]) -> bool:
    return bool(character) and character in marks


def _marks(character: str) -> bool:
    return bool(character) and not character.isspace() and not is_wordy(character)


def _capital_edit(subject: Subject, first: int, last: int) -> list[Edit]:
    """Where a sentence lost its first word, the capital of the next one."""
    words, following = subject.words, last + 1
    if (
        not words[first].surface[0].isupper()
        or following >= len(words)
        or following not in subject.free
        or not _near(subject, last)
        or not starts_sentence(subject.text, words[first].start)
    ):
        return []
    word = words[following]
    if not word.surface.islower():
        return []
    return [Edit(word.start, word.surface[0], capital(word.surface[0]))]
