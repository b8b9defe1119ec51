"""Marks what differs between a text and its copy, word by word."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from augment.record import Copy
from augment.words import split_pieces, split_words


class Change(NamedTuple):
    """A stretch that was replaced; `old` equals `new` where nothing changed."""

    old: str
    new: str


def changes(old: str, new: str) -> Iterator[Change]:
    """The stretches of two texts in turn; their `old` joined is the old text, likewise `new`.

    >>> [*changes("a big dog", "a large dog")]
    [Change(old='a ', new='a '), Change(old='big', new='large'), Change(old=' dog', new=' dog')]
    """
    before, after = split_pieces(old), split_pieces(new)
    for _, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        yield from _narrowed("".join(before[i:j]), "".join(after[k:m]))


def marked(old: str, new: str, *, colour: bool = False) -> str:
    """The new text with its changes marked: in red and green, or in plain characters.

    >>> marked("a big dog", "a large dog")
    'a [-big-]{+large+} dog'
    """
    return "".join(_marked(change, colour) for change in changes(old, new))


def marked_copy(text: str, copy: Copy, *, colour: bool = False) -> str:
    """A copy with its changes marked: by its own edits, as far as those of one step are told.

    A long edit (a sentence that was translated) is compared word by word; after several steps the
    whole text is.
    """
    if len(copy.trail) != 1:
        return marked(text, copy.record.text, colour=colour)
    shown, at = [], 0
    for edit in copy.trail[0].edits:
        whole = len(split_words(edit.old)) <= 3
        inside = [Change(edit.old, edit.new)] if whole else changes(edit.old, edit.new)
        shown += [text[at : edit.start], *(_marked(change, colour) for change in inside)]
        at = edit.end
    return "".join([*shown, text[at:]])


def _narrowed(old: str, new: str) -> Iterator[Change]:
    """A change without the spaces at its ends that both sides have: they did not change."""
    if old != new:
        left = min(_spaces(old), _spaces(new))
        old, new = old[left:], new[left:]
        right = min(_spaces(old[::-1]), _spaces(new[::-1]))
        if left:
            yield Change(" " * left, " " * left)
        yield Change(old[: len(old) - right], new[: len(new) - right])
        old = new = " " * right
    if old:
        yield Change(old, new)


def _spaces(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _marked(change: Change, colour: bool) -> str:
    if change.old == change.new:
        return change.new
    removed, added = ("\x1b[9;31m", "\x1b[32m") if colour else ("[-", "{+")
    end_removed, end_added = ("\x1b[0m", "\x1b[0m") if colour else ("-]", "+}")
    shown = removed + change.old + end_removed if change.old else ""
    return shown + (added + change.new + end_added if change.new else "")
