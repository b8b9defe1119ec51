"""The lists that keep words out of replacement: what may not change, what may not enter."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Self

from augment.errors import ResourceError
from augment.lexicons import store
from augment.lexicons.wordnet import PARTS, Part


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """Function words, offensive words, and the replacements that a reader chose.

    >>> vocabulary = Vocabulary.load()
    >>> vocabulary.may_change("house"), vocabulary.may_change("would"), vocabulary.may_change("b2b")
    (True, False, False)
    """

    _function: frozenset[str]
    _fixed: frozenset[str]
    _offensive: frozenset[str]
    _reviewed: Mapping[tuple[Part, str], tuple[str, ...]]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped lists; ResourceError if one is missing or damaged."""
        offensive = {codecs.decode(word, "rot13") for word in store.words("offensive.txt", folder)}
        return cls(
            _function=store.words("function_words.txt", folder),
            _fixed=store.words("fixed.txt", folder),
            _offensive=frozenset(offensive),
            _reviewed=_reviewed(folder),
        )

    def may_change(self, word: str, tag: str = "") -> bool:
        """Whether this surface form is of a kind that can be replaced where it has this tag.

        `fixed.txt` names forms, some for one tag only: "rules" may change, "rule" may not.

        >>> vocabulary = Vocabulary.load()
        >>> vocabulary.may_change("called", "VBN"), vocabulary.may_change("called", "VBD")
        (True, False)
        """
        form = word.lower()
        return (
            len(word) > 1
            and word.isalpha()
            and form not in self._fixed
            and f"{form}/{tag}" not in self._fixed
            and not self.is_function_word(form)
        )

    def is_function_word(self, word: str) -> bool:
        """Whether this is a word of grammar, in lower case; such words neither go nor come."""
        return word in self._function

    def may_enter(self, word: str) -> bool:
        """Whether this lemma may be put into a text where a reader chose it for another."""
        return (
            len(word) > 1
            and word.replace("_", "").isalpha()
            and not {word, *word.split("_")} & self._offensive
            and not self.is_function_word(word)
        )

    def may_enter_unread(self, word: str) -> bool:
        """Whether it may be put into a text where only the tag counts speak for it.

        >>> vocabulary = Vocabulary.load()
        >>> vocabulary.may_enter("get"), vocabulary.may_enter_unread("get")
        (True, False)
        """
        return word not in self._fixed and self.may_enter(word)

    def reviewed(self, word: str, part: Part) -> tuple[str, ...] | None:
        """The replacements that a reader chose for this lemma, maybe none; None if not read."""
        return self._reviewed.get((part, word))


def _reviewed(folder: Traversable | None) -> Mapping[tuple[Part, str], tuple[str, ...]]:
    chosen: dict[tuple[Part, str], tuple[str, ...]] = {}
    for line in store.lines("reviewed_none.txt", folder):
        part, *words = line.split()
        chosen.update(((_part(part), word), ()) for word in words)
    for line in store.lines("reviewed.txt", folder):
        part, word, *candidates = line.split()
        chosen[_part(part), word] = tuple(candidates)
    return chosen


def _part(letter: str) -> Part:
    for part in PARTS:
        if part == letter:
            return part
    raise ResourceError(f"{letter!r} is no part of speech; those are {', '.join(PARTS)}")
