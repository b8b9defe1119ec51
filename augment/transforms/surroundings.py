"""What kinds that move, add and take words share: what stands around a word, and a last check."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from augment.edits import Edit, apply_edits
from augment.lexicons.protected import Stretch
from augment.lexicons.values import difference, values
from augment.record import Refusal
from augment.transforms.base import Proposal, Subject

OPENING: Final = frozenset("([{\"'“‘„«¿¡")
CLOSING: Final = frozenset(',.;:!?…)]}"”’»、。，！？；：।؟،؛')
_LINE_ENDS: Final = frozenset("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_ENDS: Final = frozenset(".!?…。！？।؟")
_NEAR: Final = 60  # characters that are enough to see what a value is made of
_QUOTES: Final = frozenset("\"'”’»)]")
_ABBREVIATIONS: Final = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "prof", "jr", "sr", "vs", "etc", "no", "dept", "inc", "ltd"}
)


def touched(stretches: Sequence[Stretch], start: int, end: int) -> bool:
    """Whether a stretch overlaps these offsets; of two equal ones, whether it lies around them.

    Neither starts nor ends of the stretches may go down.
    """
    at = bisect_right(stretches, start, key=_end)
    return at < len(stretches) and stretches[at].start < end


def _end(stretch: Stretch) -> int:
    return stretch.end


def ends_line(character: str) -> bool:
    """Whether a line ends with this."""
    return character in _LINE_ENDS


def is_spacing(character: str) -> bool:
    """Whether this is white space that does not end a line."""
    return character.isspace() and character not in _LINE_ENDS


def is_wordy(character: str) -> bool:
    """Whether this can be part of a word; marks on letters (Hindi vowels) are."""
    return character.isalnum() or (bool(character) and unicodedata.category(character)[0] == "M")


def left_of(text: str, at: int) -> str:
    """The nearest character before an offset that is no space; "" where the line begins."""
    while at and is_spacing(text[at - 1]):
        at -= 1
    found = text[at - 1 : at]
    return "" if found.isspace() else found


def right_of(text: str, at: int) -> str:
    """The nearest character from an offset on that is no space; "" where the line ends."""
    while at < len(text) and is_spacing(text[at]):
        at += 1
    found = text[at : at + 1]
    return "" if found.isspace() else found


def starts_sentence(text: str, start: int) -> bool:
    """Whether a word that starts here is the first of a sentence.

    >>> [starts_sentence('Dr. Who? "He is."', at) for at in (0, 4, 10, 13)]
    [True, False, True, False]
    """
    at = start
    while at and text[at - 1] in OPENING:
        at -= 1
    if at and not text[at - 1].isspace():
        return False
    while at and is_spacing(text[at - 1]):
        at -= 1
    while at and text[at - 1] in _QUOTES:
        at -= 1
    if at == 0 or text[at - 1].isspace():
        return True
    return text[at - 1] in _ENDS and not _abbreviated(text, at - 1)


def _abbreviated(text: str, point: int) -> bool:
    """Whether the point ends an abbreviation such as "Mr." or "U.S." and no sentence."""
    start = point
    while start and text[start - 1].isalpha() and point - start < 5:
        start -= 1
    word = text[start:point].lower()
    return text[point] == "." and (len(word) == 1 or word in _ABBREVIATIONS)


def uncapital(word: str) -> str:
    """The word as it stands inside a sentence; names cannot be told here.

    >>> [uncapital(word) for word in ("The", "A", "I", "I'm", "NASA", "iOS")]
    ['the', 'a', 'I', "I'm", 'NASA', 'iOS']
    """
    if word == "I" or word.startswith(("I'", "I’")) or not (word[1:].islower() or len(word) == 1):
        return word
    return word[0].lower() + word[1:]


def capital(word: str) -> str:
    """The word as a sentence begins with it."""
    return word[:1].upper() + word[1:]


def with_values(subject: Subject, changes: Sequence[Sequence[Edit]]) -> Proposal:
    """The edits of all changes, less those that change a number, date or negation beside them.

    A word that is free by itself may still belong to a value: without "for", "for a week" is no
    longer a time. The edits of one change belong together. Where no change is left, or values
    change all the same, there is a refusal.
    """
    edits = _joined(changes)
    changed = _changed(subject, edits)
    if changed:
        edits = _joined([change for change in changes if not _changed_near(subject, change)])
        changed = _changed(subject, edits) if edits else changed
    return Refusal("value_changed", changed) if changed else edits


def _joined(changes: Sequence[Sequence[Edit]]) -> tuple[Edit, ...]:
    return tuple(sorted(edit for change in changes for edit in change))


def _changed(subject: Subject, edits: Sequence[Edit]) -> str:
    language = subject.protection.language
    before = subject.remember("values", lambda: values(subject.text, language))
    return difference(before, values(apply_edits(subject.text, edits), language))


def _changed_near(subject: Subject, change: Sequence[Edit]) -> bool:
    """Whether a change alone changes the values of the words around it."""
    text, language = subject.text, subject.protection.language
    start, end = change[0].start, change[-1].end
    # Whole words, or a number that is cut would count as another one.
    start = text.rfind(" ", 0, max(0, start - _NEAR)) + 1
    found = text.find(" ", end + _NEAR)
    piece = text[start : found if found >= 0 else len(text)]
    moved = [edit._replace(start=edit.start - start) for edit in change]
    return values(piece, language) != values(apply_edits(piece, moved), language)
