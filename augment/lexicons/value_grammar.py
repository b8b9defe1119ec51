"""The words of a language that state values, from `data/protected_*.json`."""

import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Grammar:
    """The tables of `data/protected_*.json`.

    `starters` holds every word a value can begin with, `phrase_heads` every first word of a phrase,
    `hints` a telling word of each: a text without one of them, and without a digit, has no value.
    `simple` are the negations of one word, `idioms` finds the phrases in which they do not negate.
    """

    small: Mapping[str, int]
    tens: Mapping[str, int]
    scales: Mapping[str, int]
    vulgar: Mapping[str, str]
    attached_scales: Mapping[str, int]
    money_scales: Mapping[str, int]
    ordinals: Mapping[str, int]
    fractions: Mapping[str, int]
    times: Mapping[str, int]
    decades: Mapping[str, int]
    clock: Mapping[str, str]
    past: Mapping[str, int]
    meridiems: Mapping[str, str]
    months: Mapping[str, int]
    short_months: Mapping[str, int]
    weekdays: Mapping[str, str]
    units: Mapping[str, str]
    currencies: Mapping[str, str]
    ordinal_suffixes: Container[str]
    loose_letters: Container[str]
    verb_months: Container[str]
    before_month: Container[str]
    before_day: Container[str]
    vague: Container[str]
    determiners: Container[str]
    before_one: Container[str]
    before_a: Container[str]
    after_a: Container[str]
    after_a_second: Container[str]
    counted_by_a: Container[str]
    negations: Container[str]
    not_negating: Container[str]
    softeners: Container[str]
    pronouns: Container[str]
    starters: frozenset[str]
    hints: frozenset[str]
    phrase_heads: frozenset[str]
    simple: frozenset[str]
    idioms: re.Pattern[str]


_STARTING: Final = (
    *(
        "vulgar",
        "small",
        "tens",
        "scales",
        "ordinals",
        "times",
        "decades",
        "clock",
        "past",
        "months",
    ),
    *("short_months", "weekdays", "currencies", "negations", "not_negating", "counted_by_a"),
)
_PHRASES: Final = ("past", "meridiems", "units", "currencies", "not_negating")


@lru_cache(maxsize=8)
def grammar_of(language: str) -> Grammar:
    """The words of a language; for one without a file the signs that all languages share."""
    tables: dict[str, dict[str, Any]] = {f.name: {} for f in fields(Grammar)}
    for name in ("any", language):
        path = resources.files("augment.lexicons").joinpath("data", f"protected_{name}.json")
        # The code may come from a request: only a plain one may name a file.
        if name.isalnum() and path.is_file():
            for key, table in json.loads(path.read_text(encoding="utf-8")).items():
                tables[key].update(table if isinstance(table, dict) else dict.fromkeys(table))
    starters, heads = (
        frozenset(phrase.split()[0] for key in keys for phrase in tables[key])
        for keys in (_STARTING, _PHRASES)
    )
    # "a" begins "a quarter past" and half of all sentences: the longest word tells more.
    hints = frozenset(
        max(re.findall(r"[^\W\d_]+", phrase), key=len, default="")
        for key in _STARTING
        if key != "not_negating"  # each has a negation in it, which is a hint itself
        for phrase in tables[key]
        if not phrase.endswith("$")  # a figure follows, and is found by its digits
    )
    worked_out = {
        "starters": starters,
        "phrase_heads": heads,
        "hints": hints,
        "simple": frozenset(tables["negations"]),
        "idioms": _any_of([r"\W+".join(phrase.split()) for phrase in tables["not_negating"]]),
    }
    return Grammar(**tables | worked_out)  # type: ignore[arg-type]


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    longest = "|".join(sorted(phrases, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"(?<![^\W\d_])(?:{longest})(?![^\W\d_])", re.IGNORECASE)
