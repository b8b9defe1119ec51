"""Schemes of token tags: read into entities, written from them, recognised from examples."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple, get_args

from augment.datasets.rows import BadRowError

Scheme = Literal["iob1", "bio", "bilou", "bioes"]
SCHEMES: Final = get_args(Scheme)

# What each letter means: whether it can begin an entity, and whether it ends one. In `bio` and
# `iob1` nothing ends an entity but the next tag.
_LETTERS: Final[dict[str, dict[str, tuple[bool, bool]]]] = {
    "bilou": {"B": (True, False), "I": (False, False), "L": (False, True), "U": (True, True)},
    "bioes": {"B": (True, False), "I": (False, False), "E": (False, True), "S": (True, True)},
}


class Entity(NamedTuple):
    """Tokens `start` to `end` (not included), and their label."""

    start: int
    end: int
    label: str


def read_tags(tags: Sequence[str], scheme: Scheme) -> list[Entity]:
    """The entities that a sequence of tags tells.

    Raises:
        BadRowError: a tag is none of the scheme, or cannot stand where it does.

    >>> read_tags(["B-city", "I-city", "O", "B-city"], "bio")
    [Entity(start=0, end=2, label='city'), Entity(start=3, end=4, label='city')]
    """
    entities: list[Entity] = []
    start: int | None = None  # of the entity that is open
    label = ""
    before = "O"
    for place, tag in enumerate((*tags, "O")):
        letter, found = _parts(tag, place, scheme)
        goes_on = start is not None and found == label and _goes_on(letter, scheme)
        at_end = place == len(tags)
        if start is not None and not goes_on:
            if scheme in _LETTERS:
                _refuse(before, tag, place, scheme, at_end=at_end)
            entities.append(Entity(start, place, label))
            start = None
        if letter != "O" and not goes_on:
            touching = bool(entities) and entities[-1].end == place and entities[-1].label == found
            if not _begins(letter, scheme, touching=touching):
                _refuse(before, tag, place, scheme)
            start, label = place, found
        if start is not None and scheme in _LETTERS and _LETTERS[scheme][letter][1]:
            entities.append(Entity(start, place + 1, label))
            start = None
        before = tag
    return entities


def write_tags(entities: Iterable[Entity], count: int, scheme: Scheme) -> list[str]:
    """The tags of `count` tokens; entities must be sorted and apart.

    >>> write_tags([Entity(0, 2, "city"), Entity(3, 4, "city")], 4, "bilou")
    ['B-city', 'L-city', 'O', 'U-city']
    """
    tags = ["O"] * count
    last: Entity | None = None
    for entity in entities:
        letters = _letters(entity.end - entity.start, scheme)
        if scheme == "iob1" and last and (last.end, last.label) == (entity.start, entity.label):
            letters = "B" + letters[1:]
        for place, letter in zip(range(entity.start, entity.end), letters, strict=True):
            tags[place] = f"{letter}-{entity.label}" if entity.label else letter
        last = entity
    return tags


def recognised(sequences: Iterable[Sequence[str]]) -> Scheme:
    """The scheme of the sequences, by the letters and by what stands before an I.

    In IOB1 entities begin with I, and B only parts two of one label. A file with entities that
    begin with B is IOB2 (`bio`), even where a wrong row has an I after O.

    >>> recognised([["I-a", "B-a", "O"]]), recognised([["B-a", "I-a"]]), recognised([["U-a"]])
    ('iob1', 'bio', 'bilou')
    """
    begun_with_i = begun_with_b = False
    for tags in sequences:
        before = ""
        for tag in tags:
            letter, _, label = tag.partition("-")
            if letter in ("L", "U"):
                return "bilou"
            if letter in ("E", "S"):
                return "bioes"
            if letter == "B" and before != label:
                begun_with_b = True
            if letter == "I" and before != label:
                begun_with_i = True
            before = label if letter in ("B", "I") else ""
    return "iob1" if begun_with_i and not begun_with_b else "bio"


def _parts(tag: str, place: int, scheme: Scheme) -> tuple[str, str]:
    """Letter and label of a tag."""
    letter, dash, label = tag.partition("-")
    known = _LETTERS.get(scheme, {"B": None, "I": None})
    if tag != "O" and (letter not in known or (dash and not label)):
        raise BadRowError(
            "bad_tags",
            f"tag {place + 1} is {tag!r}; in the scheme {scheme} a tag is O, or one of "
            f"{', '.join(known)} with a dash and a label, such as B-person; name another scheme "
            f"({', '.join(name for name in SCHEMES if name != scheme)}) with --tags-scheme",
        )
    return letter, label


def _goes_on(letter: str, scheme: Scheme) -> bool:
    """Whether a tag of the same label goes on with the entity before it."""
    if scheme not in _LETTERS or letter == "O":
        return letter == "I"
    return not _LETTERS[scheme][letter][0]


def _begins(letter: str, scheme: Scheme, *, touching: bool) -> bool:
    """Whether a tag may begin an entity; `touching` one of the same label."""
    if scheme in _LETTERS:
        return _LETTERS[scheme][letter][0]
    return letter == "B" if scheme == "bio" or touching else letter == "I"


def _letters(length: int, scheme: Scheme) -> str:
    if scheme == "bio":
        return "B" + "I" * (length - 1)
    if scheme == "iob1":
        return "I" * length
    last, only = "LU" if scheme == "bilou" else "ES"
    return only if length == 1 else "B" + "I" * (length - 2) + last


def _refuse(before: str, tag: str, place: int, scheme: Scheme, *, at_end: bool = False) -> None:
    if at_end:
        detail = f"tag {place} ({before!r}) is the last one, and its entity has no end"
    elif place == 0:
        detail = f"tag 1 ({tag!r}) cannot be the first one"
    else:
        detail = f"tag {place + 1} ({tag!r}) cannot follow {before!r}"
    raise BadRowError(
        "bad_tags",
        f"{detail} in the scheme {scheme}; mend the tags, or name another scheme with "
        "--tags-scheme",
    )
