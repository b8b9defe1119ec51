"""Who and what stands on which side of a word: of a verb, of "than", of "before".

No grammar is read. What takes part are the words of content and the pronouns; a side is the run of
them nearest to the word, or all of them in the clause.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[,.;:!?]")
TITLE: Final = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|St)\.")
_MARKS: Final = frozenset(",.;:!?")
_PERSONS: Final = {
    "me": "i",
    "myself": "i",
    "us": "we",
    "him": "he",
    "them": "they",
    "those": "these",
    "this": "this",
    "i": "i",
    "we": "we",
    "he": "he",
    "she": "she",
    "they": "they",
    "you": "you",
    "these": "these",
}
_OWNERS: Final = frozenset({"my", "our", "his", "her", "their", "your", "its"})
_ARTICLES: Final = frozenset({"a", "an", "the", "all", "both", "some", "any", "of"}) | _OWNERS
_BE: Final = frozenset(
    {"is", "are", "was", "were", "be", "been", "being", "am", "get", "gets", "got", "getting"}
)
_TOWARDS: Final = frozenset({"at", "to", "for", "on", "against"})  # "shouted at me"
_ENDS: Final = ("by", "to")
_NEAR: Final = 3  # words between "was" and the participle, "was never really asked"


class Sides(NamedTuple):
    """The words on either side; of an event, who acts and who undergoes it."""

    first: frozenset[str]
    second: frozenset[str]


def tokens_of(text: str) -> list[str]:
    """Words and marks in lower case, possessives without their ending.

    >>> tokens_of("Ann's dog, asleep.")
    ['ann', 'dog', ',', 'asleep', '.']
    """
    found = (match[0].casefold() for match in _TOKEN.finditer(TITLE.sub(r"\1", text)))
    return [re.sub(r"['’](?:s|ll|d|m|re|ve)$", "", token) for token in found]


def taking_part(tokens: Sequence[str], function_words: Collection[str]) -> list[str]:
    """For each token its form where it takes part, else nothing."""
    forms = []
    for i, word in enumerate(tokens):
        content = word not in function_words and word[0].isalpha()
        owned = tokens[i + 1 : i + 2]
        alone = word == "her" and not (owned and owned[0] not in function_words)
        person = "she" if alone else _PERSONS.get(word, "")
        forms.append(word if content else person)
    return forms


def exchanged(one: Sides, other: Sides) -> bool | None:
    """Whether what stood on one side stands on the other; None where nothing tells."""
    turned = one.first & other.second and one.second & other.first
    if turned and not one.second & other.second:
        return True  # what both have in common stands before the word, as a verb does
    staying = len(one.first & other.first) + len(one.second & other.second)
    crossing = len(one.first & other.second) + len(one.second & other.first)
    return None if staying == crossing else crossing > staying


def stayed(one: Sides, other: Sides) -> bool:
    """Whether on both sides something stayed where it was."""
    return bool(one.first & other.first and one.second & other.second)


def swapped(one: Sides, other: Sides) -> bool:
    """Whether both changed sides, and nothing stayed."""
    return bool(
        one.first & other.second
        and one.second & other.first
        and not one.first & other.first
        and not one.second & other.second
    )


def around(tokens: Sequence[str], parts: Sequence[str], at: int) -> Sides:
    """All that takes part before and after a token, between the marks around it."""
    marks = [i for i, token in enumerate(tokens) if token in _MARKS]
    low = max((i + 1 for i in marks if i < at), default=0)
    high = min((i for i in marks if i > at), default=len(tokens))
    return Sides(
        frozenset(part for part in parts[low:at] if part),
        frozenset(part for part in parts[at + 1 : high] if part),
    )


def actors(tokens: Sequence[str], parts: Sequence[str], at: int) -> Sides:
    """Who acts and who undergoes the verb at a place, by the nearest words on either side."""
    low, high = _sentence(tokens, at)
    left = _run(tokens, parts, at, low - 1, -1)
    on = at + 1 < high and tokens[at + 1] in _TOWARDS
    right = _run(tokens, parts, at + on, high, 1)
    if _BE.isdisjoint(tokens[max(low, at - _NEAR) : at]) or tokens[at].endswith("ing"):
        return Sides(left, right)
    by, to = (next((i for i in range(at + 1, high) if tokens[i] == word), high) for word in _ENDS)
    # "Rent is owed to Ann by Tom": who gets it undergoes it as well.
    got = _run(tokens, parts, to, high, 1) if to < high else frozenset()
    return Sides(_run(tokens, parts, by, high, 1) if by < high else frozenset(), left | got)


def beside(tokens: Sequence[str], parts: Sequence[str], start: int, end: int) -> Sides:
    """The nearest words before a phrase and behind it, over prepositions and articles."""
    low, high = _sentence(tokens, start)
    left = _run(tokens, parts, start, low - 1, -1)
    at = next((i for i in range(end, high) if parts[i]), high)
    return Sides(left, _run(tokens, parts, at - 1, high, 1))


def _run(
    tokens: Sequence[str], parts: Sequence[str], at: int, stop: int, step: int
) -> frozenset[str]:
    """The words next to a place that take part, articles aside; auxiliaries are passed on the left.

    Empty where another word stands between.
    """
    found: list[str] = []
    for i in range(at + step, stop, step):
        if parts[i]:
            found.append(parts[i])
            if parts[i] in _PERSONS.values():
                break
        elif found or (tokens[i] not in _ARTICLES and step > 0) or tokens[i] in _MARKS:
            break
    return frozenset(found)


def _sentence(tokens: Sequence[str], at: int) -> tuple[int, int]:
    ends = [i for i, token in enumerate(tokens) if token in {".", ";", "!", "?"}]
    low = max((i + 1 for i in ends if i < at), default=0)
    return low, min((i for i in ends if i > at), default=len(tokens))
