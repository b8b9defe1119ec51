"""Whole numbers in English words: "twenty-one", "twenty-first", "21st"."""

from typing import Final

_SMALL: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS: Final = (
    *("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
)
_IRREGULAR: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def in_words(number: int) -> str:
    """A number from 0 to 99 in words.

    >>> in_words(7), in_words(20), in_words(42)
    ('seven', 'twenty', 'forty-two')
    """
    if not 0 <= number < 100:
        raise ValueError(f"only 0 to 99 are written in words here, not {number}")
    if number < 20:
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")


def ordinal_in_words(number: int) -> str:
    """An ordinal from 1 to 99 in words.

    >>> ordinal_in_words(3), ordinal_in_words(20), ordinal_in_words(42)
    ('third', 'twentieth', 'forty-second')
    """
    head, hyphen, last = in_words(number).rpartition("-")
    if last in _IRREGULAR:
        return head + hyphen + _IRREGULAR[last]
    return head + hyphen + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def ordinal_in_figures(number: int) -> str:
    """An ordinal in figures.

    >>> [ordinal_in_figures(n) for n in (1, 2, 3, 4, 11, 22, 113)]
    ['1st', '2nd', '3rd', '4th', '11th', '22nd', '113th']
    """
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
