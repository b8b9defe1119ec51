"""Contractions and what they stand for: "don't" and "do not", with the class that says when."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import NamedTuple, Self

from augment.lexicons import store

FILE = "short_forms.txt"
_LISTS = ("participle", "base", "same", "preposition", "reporting")


class ShortForm(NamedTuple):
    """Two words and their contraction, in small letters; `kind` is be, have, had, not, apart ..."""

    kind: str
    first: str
    second: str
    short: str

    @property
    def long(self) -> str:
        """The two words as they are written apart."""
        return "cannot" if (self.first, self.second) == ("can", "not") else " ".join(self[1:3])


@dataclass(frozen=True, eq=False, repr=False)
class ShortForms:
    """A table in both directions, and lists of words that tell which form fits beside them."""

    _by_short: Mapping[str, tuple[ShortForm, ...]]
    _by_words: Mapping[tuple[str, str], ShortForm]
    participles: frozenset[str]
    bases: frozenset[str]
    same: frozenset[str]
    prepositions: frozenset[str]
    reporting: frozenset[str]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped table; ResourceError if it is missing or damaged."""
        forms: list[ShortForm] = []
        lists: dict[str, set[str]] = {name: set() for name in _LISTS}
        for kind, *rest in (line.split() for line in store.lines(FILE, folder)):
            if kind in lists:
                lists[kind].update(rest)
            else:
                firsts, second, ending = rest
                forms += [_form(kind, first, second, ending) for first in firsts.split("/")]
        by_short: dict[str, tuple[ShortForm, ...]] = {}
        for form in forms:
            by_short[form.short] = (*by_short.get(form.short, ()), form)
        return cls(
            _by_short=by_short,
            _by_words={(f.first, f.second): f for f in forms if f.kind != "apart"},
            participles=frozenset(lists["participle"]),
            bases=frozenset(lists["base"]),
            same=frozenset(lists["same"]),
            prepositions=frozenset(lists["preposition"]),
            reporting=frozenset(lists["reporting"]),
        )

    def readings(self, short: str) -> tuple[ShortForm, ...]:
        """What a contraction may stand for.

        >>> [form.long for form in ShortForms.load().readings("He’s")]
        ['he is', 'he has']
        """
        return self._by_short.get(short.lower().replace("’", "'"), ())

    def contracted(self, first: str, second: str) -> ShortForm | None:
        """The contraction of two words, if there is one.

        >>> ShortForms.load().contracted("will", "not").short
        "won't"
        """
        return self._by_words.get((first.lower(), second.lower()))


def _form(kind: str, first: str, second: str, ending: str) -> ShortForm:
    attached = ending.startswith("'") or ending in {"n't", "nt"}
    return ShortForm(kind, first, second, first + ending if attached else ending)
