"""Values that are equal in another form: units, "an hour and a half", "New Year's Eve".

`lexicons.values` reads a value as it is written, for edits must not touch it. Here two of them are
held against each other: 3000 g are 3 kg, and what one text says in figures the other may say with
words that are free elsewhere ("half", "a dozen", "weekdays").
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

from augment.lexicons.value_grammar import grammar_of

# Into the smallest unit of each family; what has no fixed factor (pounds and kilos) stays apart.
_FACTORS: Final[Mapping[str, tuple[Fraction, str]]] = {
    "millisecond": (Fraction(1, 1000), "second"),
    "minute": (Fraction(60), "second"),
    "hour": (Fraction(3600), "second"),
    "day": (Fraction(86_400), "second"),
    "week": (Fraction(604_800), "second"),
    "year": (Fraction(12), "month"),
    "decade": (Fraction(120), "month"),
    "century": (Fraction(1200), "month"),
    "mg": (Fraction(1, 1000), "g"),
    "kg": (Fraction(1000), "g"),
    "tonne": (Fraction(1_000_000), "g"),
    "mm": (Fraction(1, 1000), "m"),
    "cm": (Fraction(1, 100), "m"),
    "km": (Fraction(1000), "m"),
    "foot": (Fraction(12), "inch"),
    "yard": (Fraction(36), "inch"),
    "ml": (Fraction(1, 1000), "l"),
    "cl": (Fraction(1, 100), "l"),
    "kW": (Fraction(1000), "W"),
    "MW": (Fraction(1_000_000), "W"),
    "MB": (Fraction(1, 1000), "GB"),
    "TB": (Fraction(1000), "GB"),
}
_KEY: Final = re.compile(r"(number|percentage|amount|time|date) (\S+?)(%| .+)?$")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMED_DAYS: Final[Mapping[str, str]] = {
    "new year's eve": "12-31",
    "new year's day": "01-01",
    "christmas eve": "12-24",
    "christmas day": "12-25",
    "boxing day": "12-26",
    "valentine's day": "02-14",
    "halloween": "10-31",
    "april fools' day": "04-01",
}
_SHARES: Final = (
    (r"\bhalf as \w+", ("2",)),
    (r"\b(?:twice|double|doubled|doubles|two times|two-fold|twofold)\b", ("2", "1/2", "100%")),
    (r"\b(?:triple|tripled|thrice|three times|threefold)\b", ("3",)),
    (r"\b(?:half|halves|halved|fifty-fifty)\b", ("1/2", "50%")),
    (r"\bthree[- ]quarters\b", ("3/4", "75%")),
    (r"\bquarters?\b", ("1/4", "25%")),
    (r"\bthirds?\b", ("1/3",)),
    (r"\b(?:pair|couple|both|duo)\b", ("2",)),
    (r"\b(?:single|once|sole|only|an?|one)\b", ("1",)),
    (r"\btrio\b", ("3",)),
    (r"\b(?:zero|none|no|nobody|nothing)\b", ("0",)),
)
_DURATION: Final = re.compile(
    r"\b(?P<half>half )?(?:an?|one|per|each|every) (?P<more>half )?(?P<unit>[a-z]+)"
    r"(?P<rest> and a half)?\b"
)
_DOZENS: Final = re.compile(r"\b(?P<of>an?|one|two|three|half a|\d+) dozen(?: (?P<unit>[a-z]+))?")
_DOZEN_OF: Final[Mapping[str, int]] = {"two": 24, "three": 36, "half a": 6}


def settle(before: Counter[str], after: Counter[str], text: str, new: str) -> None:
    """Take out of both counts what is equal in another form."""
    for lost, gained, other in ((before, after, new), (after, before, text)):
        free = free_values(other)
        for key in list((lost - gained).keys()):
            if same := next((one for one in gained - lost if _equal(key, one)), None):
                lost[key] -= 1
                gained[same] -= 1
            elif canonical(key) in free:
                lost[key] = gained[key] = 0
    _settle_weekdays(before, after, text, new)


def canonical(key: str) -> str:
    """A value in the smallest unit of its family.

    >>> canonical("number 3 kg"), canonical("number 2 week") == canonical("number 14 day")
    ('3000 g', True)
    """
    match = _KEY.match(key)
    if not match or match[1] in {"date", "time"}:
        return key
    kind, figure, unit = match[1], match[2], (match[3] or "").strip()
    try:
        value = Fraction(figure)
    except ValueError:
        return key
    if kind == "amount":
        return f"{value / 100} {'GBP' if unit == 'penny' else unit}" if unit == "cent" else key
    factor, base = _FACTORS.get(unit, (Fraction(1), unit))
    return f"{value * factor}{base if base == '%' else f' {base}'}".strip()


def free_values(text: str) -> frozenset[str]:
    """The values that a text states in words that count for none by themselves.

    >>> "5400 second" in free_values("Set it to an hour and a half.")
    True
    """
    lower = text.casefold().replace("’", "'")
    found = {value for form, values in _SHARES if re.search(form, lower) for value in values}
    found.update(_durations(lower))
    found.update(f"day {day}" for name, day in _NAMED_DAYS.items() if name in lower)
    if "fortnight" in lower:
        found.add(canonical("number 14 day"))
    for match in _DOZENS.finditer(lower):
        count = _DOZEN_OF.get(match["of"], 12 * int(match["of"]) if match["of"].isdigit() else 12)
        unit = grammar_of("en").units.get(match["unit"] or "")
        found |= {str(count), canonical(f"number {count} {unit}")}
    return frozenset(found)


def named_day(key: str, text: str) -> bool:
    """Whether a date is a holiday that the text names."""
    lower = text.casefold().replace("’", "'")
    return any(name in lower and key.endswith(day) for name, day in _NAMED_DAYS.items())


def _durations(lower: str) -> Iterator[str]:
    units = grammar_of("en").units
    for match in _DURATION.finditer(lower):
        if unit := units.get(match["unit"]):
            value = Fraction(1, 2) if match["half"] or match["more"] else Fraction(1)
            value += Fraction(1, 2) if match["rest"] else 0
            yield canonical(f"number {value} {unit}")


def _equal(key: str, other: str) -> bool:
    one, two = canonical(key), canonical(other)
    if one == two:
        return True
    # "At six" and "at six o'clock".
    number, time = sorted((key, other))
    return time.startswith("time ") and number == f"number {int(time[5:7])}" and time[8:] == "00"


def _settle_weekdays(before: Counter[str], after: Counter[str], text: str, new: str) -> None:
    """Take out the days of both where "weekdays" stands for Monday to Friday, and the like."""
    for lost, gained, one, other in ((before, after, text, new), (after, before, new, text)):
        if days(one) == days(other) and days(one):
            for day in _DAYS:
                lost[f"date {day}"] = gained[f"date {day}"] = 0


def days(text: str) -> frozenset[str]:
    """The days of the week that a text speaks of, ranges and "except" worked out.

    >>> days("daily except on Sunday") == days("from Monday to Saturday, closed on Sundays")
    True
    """
    lower = text.casefold()
    found: set[str] = set()
    rest = lower
    for match in _RANGE.finditer(lower):
        start, end = (_LOWER.index(match[i]) for i in (1, 2))
        found |= {_LOWER[i % 7] for i in range(start, (end if end >= start else end + 7) + 1)}
        rest = rest.replace(match[0], " ")
    if re.search(r"\b(?:weekdays?|working days?|business days?)\b", lower):
        found |= set(_LOWER[:5])
    if re.search(r"\bweekends?\b", lower):
        found |= set(_LOWER[5:])
    named = {day for day in _LOWER if day in rest}
    if re.search(r"\b(?:every day|daily|all week|each day|any day)\b", lower):
        return frozenset(set(_LOWER) - named)
    closed = set(_CLOSED.findall(rest))
    return frozenset(found | (named - closed))


_LOWER: Final = tuple(day.casefold() for day in _DAYS)
_ANY: Final = "|".join(_LOWER)
_RANGE: Final = re.compile(rf"\b({_ANY})s? (?:to|through|till|until) ({_ANY})s?\b")
_CLOSED: Final = re.compile(rf"\b(?:closed|shut|not|except|but)(?: on)? ({_ANY})s?\b")
