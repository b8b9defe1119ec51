"""Names of people and places by their kind, from a reviewed list."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Literal, Self, get_args

from augment.lexicons.sections import sections

FILE = "gazetteer.txt"

Listed = Literal["female", "male", "family", "country", "city"]


@dataclass(frozen=True, eq=False, repr=False)
class Gazetteer:
    """The names of each kind, the kind of each name, and words that tell names from other things.

    A family name may be a given name too; all others are of one kind.

    >>> gazetteer = Gazetteer.load()
    >>> gazetteer.given("Alice"), gazetteer.place("New Zealand"), gazetteer.given("Grace")
    ('female', 'country', None)
    """

    names: Mapping[Listed, tuple[str, ...]]
    families: frozenset[str]
    heads: frozenset[str]  # the first words of all names
    titles: frozenset[str]
    pointed_titles: frozenset[str]
    saints: frozenset[str]
    not_people: frozenset[str]
    male_words: frozenset[str]
    female_words: frozenset[str]
    _kinds: Mapping[str, Listed]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read the shipped list; ResourceError if it is missing or damaged."""
        listed = sections(FILE, folder)
        names: dict[Listed, tuple[str, ...]] = {
            kind: tuple(name.replace("_", " ") for name in listed[kind])
            for kind in get_args(Listed)
        }
        return cls(
            names=names,
            heads=frozenset(name.split()[0] for kind in names for name in names[kind]),
            families=frozenset(names["family"]),
            titles=frozenset(listed["title"]),
            pointed_titles=frozenset(listed["pointed_title"]),
            saints=frozenset(listed["saint"]),
            not_people=frozenset(listed["not_a_person"]),
            male_words=frozenset(listed["male_word"]),
            female_words=frozenset(listed["female_word"]),
            _kinds={name: kind for kind in names if kind != "family" for name in names[kind]},
        )

    def given(self, name: str) -> Listed | None:
        """The gender of a given name, if it is on the list."""
        kind = self._kinds.get(name)
        return kind if kind in ("female", "male") else None

    def place(self, name: str) -> Listed | None:
        """What kind of place has this name, if it is on the list."""
        kind = self._kinds.get(name)
        return kind if kind in ("country", "city") else None
