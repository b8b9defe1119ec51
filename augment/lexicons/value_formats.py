"""Other ways to write a value: what stands there, and its normalised key, give the alternatives.

Only ways that are plain in every context are offered; whether one fits its sentence, and states
the same value there, is for the caller to see (`augment.lexicons.values`).
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from augment.lexicons.number_words import in_words, ordinal_in_figures, ordinal_in_words

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_MONTH: Final = rf"(?:{'|'.join(_MONTHS)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_ISO: Final = re.compile(r"[12]\d{3}-\d\d-\d\d")
_DAY_FIRST: Final = re.compile(rf"{_DAY} (?:of )?{_MONTH}(?:,? [12]\d{{3}})?")
_MONTH_FIRST: Final = re.compile(rf"{_MONTH} {_DAY}(?:,? [12]\d{{3}})?")
_FULL_DATE: Final = re.compile(r"date (?:(\d{4})-)?(\d\d)-(\d\d)")

_HALF_DAY: Final = re.compile(r"\d{1,2}(?::[0-5]\d)? ?(?:am|pm|AM|PM|[ap]\.m\.?)")
# Below 13 the clock could be of either half of the day.
_AFTER_NOON: Final = re.compile(r"(?:1[3-9]|2[0-3]):[0-5]\d")

_FIGURE: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_PERCENT: Final = re.compile(rf"({_FIGURE})(?: ?%| percent| per cent)")
_MONEY: Final = re.compile(rf"([$€£])({_FIGURE})( million| billion)?")
_MONEY_NAMED: Final = re.compile(rf"({_FIGURE})( million| billion)? (dollars?|euros?)")
_SIGNS: Final = {"$": "dollar", "€": "euro", "£": "pound"}

_NUMBER: Final = re.compile(r"(number) ([\d.]+)(?: \S.*)?|(ordinal) (\d+)")
_GROUPED: Final = re.compile(r"(\d{1,3}(?:,\d{3})+)((?:\.\d+)?(?:[ -]?\D.*)?)")
_LONG: Final = re.compile(r"([1-9]\d{3,8})((?:\.\d+)?[ -]?\D.*)?")
_SHORT: Final = re.compile(r"(\d{1,2})([ -][a-z -]{4,})?")
_SCALED: Final = re.compile(r"([1-9]\d?)( million| billion)")
_SCALES: Final = (("", 1), (" million", 10**6), (" billion", 10**9))
_ORDINAL: Final = re.compile(r"\d{1,2}(?:st|nd|rd|th)")
# Units that are short for longer words go with figures.
_SHORTENED: Final = re.compile(r"[ -](?:mins|secs|kbps|mbps|gbps|kwh|degrees? [cf])\b")


def alternatives(written: str, key: str) -> tuple[str, tuple[str, ...]]:
    """The format that the value is of (`numbers`, `dates`, ...), and the other ways to write it.

    >>> alternatives("5 March 2024", "date 2024-03-05")
    ('dates', ('2024-03-05', 'March 5, 2024'))
    >>> alternatives("twelve", "number 12"), alternatives("17:30", "time 17:30")
    (('numbers', ('12',)), ('times', ('5:30 pm',)))
    """
    kind = key.partition(" ")[0]
    if kind not in _WAYS:
        return "", ()
    name, ways = _WAYS[kind]
    return name, tuple(dict.fromkeys(way for way in ways(written, key) if way != written))


def _dates(written: str, key: str) -> Iterator[str]:
    match = _FULL_DATE.fullmatch(key)
    if not match or not 1 <= int(match[2]) <= 12:
        return
    year, month, day = match[1], _MONTHS[int(match[2]) - 1], int(match[3])
    shapes = [shape for shape in (_ISO, _DAY_FIRST, _MONTH_FIRST) if shape.fullmatch(written)]
    if not shapes:
        return
    if year and shapes != [_ISO]:
        yield key.removeprefix("date ")
    if shapes != [_DAY_FIRST]:
        yield f"{day} {month} {year}" if year else f"{day} {month}"
    if shapes != [_MONTH_FIRST]:
        yield f"{month} {day}, {year}" if year else f"{month} {day}"


def _times(written: str, key: str) -> Iterator[str]:
    clock = key.removeprefix("time ")
    hour, minute = int(clock[:2]), clock[3:]
    if _HALF_DAY.fullmatch(written):
        # From 13 on, or with a zero in front, it can only be the clock of a whole day.
        if hour > 12 or hour < 10:
            yield clock
    elif _AFTER_NOON.fullmatch(written):
        yield f"{hour - 12}:{minute} pm"


def _percentages(written: str, key: str) -> Iterator[str]:
    if match := _PERCENT.fullmatch(written):
        named = written[-1] != "%"
        yield f"{match[1]}%" if named else f"{match[1]} percent"
    elif written.endswith((" percent", " per cent")):
        yield key.removeprefix("percentage ")


def _amounts(written: str, key: str) -> Iterator[str]:
    del key
    # "1.00 dollars" is not what people write.
    if (match := _MONEY.fullmatch(written)) and ("." not in match[2] or match[3]):
        one = match[2] == "1" and not match[3]
        yield f"{match[2]}{match[3] or ''} {_SIGNS[match[1]]}{'' if one else 's'}"
    # Not pounds, which weigh something as well.
    if match := _MONEY_NAMED.fullmatch(written):
        yield f"{'$' if match[3].startswith('d') else '€'}{match[1]}{match[2] or ''}"


def _numbers(written: str, key: str) -> Iterator[str]:
    stated = _NUMBER.fullmatch(key)
    if not stated or not stated[2] or "." in stated[2]:
        if match := _GROUPED.fullmatch(written):
            yield match[1].replace(",", "") + match[2]
        return
    value = int(stated[2])
    if match := _GROUPED.fullmatch(written):
        yield match[1].replace(",", "") + match[2]
    elif match := _LONG.fullmatch(written):
        yield f"{int(match[1]):,}{match[2] or ''}"
    elif match := _SCALED.fullmatch(written):
        yield in_words(int(match[1])) + match[2]
    elif match := _SHORT.fullmatch(written):
        if not _SHORTENED.match(match[2] or "") and int(match[1]) == value:
            yield in_words(value) + (match[2] or "")
    else:
        yield from _in_figures(written, value)


def _in_figures(written: str, value: int) -> Iterator[str]:
    """A number in words, with what follows it, in figures: "ten-minute" as "10-minute"."""
    for name, scale in _SCALES:
        count, rest = divmod(value, scale)
        if rest or count >= 100:
            continue
        words = in_words(count) + name
        if written.startswith(words) and written[len(words) :][:1] in ("", " ", "-"):
            yield f"{count}{name}{written[len(words) :]}"
            return


def _ordinals(written: str, key: str) -> Iterator[str]:
    number = int(key.removeprefix("ordinal "))
    if not 1 <= number < 100:
        return
    if _ORDINAL.fullmatch(written):
        yield ordinal_in_words(number)
    elif written == ordinal_in_words(number):
        yield ordinal_in_figures(number)


_WAYS: Final[dict[str, tuple[str, Callable[[str, str], Iterator[str]]]]] = {
    "date": ("dates", _dates),
    "time": ("times", _times),
    "percentage": ("percentages", _percentages),
    "amount": ("amounts", _amounts),
    "number": ("numbers", _numbers),
    "ordinal": ("numbers", _ordinals),
}
