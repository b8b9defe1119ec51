"""Constructions that say the same in other words, brought to one form before words are counted."""

import re
from typing import Final

_LABEL: Final = re.compile(
    r"\b(tracking|order|account|phone|serial|part|ref|reference|model|flight|invoice|ticket|card|reg"
    r"|registration|policy|mobile|tel|telephone|room|case|customer|booking|confirmation|contact)"
    r" no\b\.?(?= *(?:[,;:?!)]|$|asap|please|pls|for|of|is|on|and))",
    re.IGNORECASE,
)
_YET: Final = re.compile(
    r"\b(?:have|has|had|is|are|was|were)(?: still)? yet to\b|(?<=\w)['’](?:ve|s) yet to\b",
    re.IGNORECASE,
)
_ANSWER: Final = re.compile(
    r"(?:^|(?<=[.!?] ))(?:no|nope|nah)\b[,.!;—–-]+ *(?=[^.!?]*(?:\bnot\b|n['’]t\b|\bnever\b))",
    re.IGNORECASE,
)
_BOUND: Final = re.compile(
    r"\b(?:at least|at most|(?:no|not) (?:more|less|fewer|later|earlier|longer|older) than)"
    r"(?= (?:a |an |the )?[\w$€£])|"
    r"\bor (?:more|less|fewer|over|under|longer|older)\b",
    re.IGNORECASE,
)
_NO_SMALL: Final = re.compile(
    r"\b(?:no|not an?)(?= (small|mean|minor|little|trivial|insignificant|ordinary)\b)",
    re.IGNORECASE,
)
# "No other city is bigger" is "the biggest".
_SUPERLATIVE: Final = re.compile(
    r"\bno (?:other|one|\w+)(?= (?:\w+ ){0,3}?\w{2,}er[.!]?$)", re.IGNORECASE
)
_UTMOST: Final = re.compile(r"\bthe (?:most|best|worst|\w{2,}est)\b", re.IGNORECASE)
_NO_HASTE: Final = re.compile(
    r"(?:\bno(?= (?:\w+ )?(?:rush|hurry|urgency))|(?:\bnot|n['’]t)(?= urgent))", re.IGNORECASE
)
_AT_EASE: Final = re.compile(
    r"\b(?:when(?:ever)? (?:you|it)|take your time|at your|no (?:rush|hurry)|"
    r"not urgent|\w+n['’]t urgent)\b",
    re.IGNORECASE,
)
_NON: Final = re.compile(r"\bnon (?=[a-z])", re.IGNORECASE)
_GREAT: Final = re.compile(r"\b(?:big|large|huge|enormous|major)\b", re.IGNORECASE)
_ALL_BUT: Final = re.compile(
    r"\b(all|everyone|everybody|everything|every \w+|all (?:of )?(?:the|my|our|your) \w+|any day|"
    r"anyone|anybody) but (?=(?:the|one|two|three|four|five|six|a|an|my|our|your|his|her|their|\d|"
    r"(?-i:[A-Z]))\w*)",
    re.IGNORECASE,
)
_FIGURES: Final = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_AND_HALF: Final = re.compile(rf"\b(\d+|{'|'.join(_FIGURES)}) and a half(?= \w)", re.IGNORECASE)
_YEARS: Final = re.compile(r"\b(\d{1,2})\.5 years?\b", re.IGNORECASE)
_QUARTERS: Final = (
    (re.compile(r"\bthree[- ]quarters of an hour\b", re.IGNORECASE), "45 minutes"),
    (re.compile(r"\ba? ?quarter of an hour\b", re.IGNORECASE), " 15 minutes"),
)


# Phrases of `data/scope.txt` with another meaning: "is used to cut", "should have a handle".
_OTHERWISE: Final = (
    re.compile(r"\b(?:be|being|been|is|are|was|were|get|gets|got) (?:\w+ )?used to\b"),
    re.compile(r"\b(?:could|would|should|might) have(?= (?:an?|the|my|our|your|no|some|\d))"),
    re.compile(r"\bout of(?= (?:\d|three|four|five|six|ten)\b)"),
)


def negations_plain(text: str, other: str) -> str:
    """A text with its negations in plain form, to be held against another.

    >>> negations_plain("No, it has yet to arrive; send the tracking no.", "")
    'No, it not arrive; send the tracking number'
    >>> negations_plain("It is no small feat.", "It is quite a feat.")
    'It is  small feat.'
    """
    text = _NON.sub("non-", text)
    text = _ANSWER.sub("", _LABEL.sub(r"\1 number", text))
    text = _BOUND.sub("", _YET.sub(" not", text).replace("  not", " not"))
    text = _SUPERLATIVE.sub("", text) if _UTMOST.search(other) else text
    text = _NO_HASTE.sub("", text) if _AT_EASE.search(other) else text
    words = frozenset(re.findall(r"\w+", other.casefold()))
    if _GREAT.search(other):  # "no small" and "big": an opposite pays the negation
        return text
    return _NO_SMALL.sub(lambda hit: hit[0] if hit[1].casefold() in words else "", text)


def exceptions_plain(text: str) -> str:
    """A text that says "except" wherever "but" means it.

    >>> exceptions_plain("All but one of us came, but late.")
    'All except one of us came, but late.'
    """
    return _ALL_BUT.sub(r"\1 except ", text)


def homonyms_aside(text: str) -> str:
    """A text in lower case without the phrases that only look like words of scope.

    >>> homonyms_aside("a knife is used to cut, and i used to cut")
    'a knife  cut, and i used to cut'
    """
    for form in _OTHERWISE:
        text = form.sub("", text)
    return text


def amounts_plain(text: str) -> str:
    """A text with its halves and quarters as figures.

    >>> amounts_plain("It took one and a half years.")
    'It took 18 months.'
    """
    for form, plain in _QUARTERS:
        text = form.sub(plain, text)
    text = _AND_HALF.sub(lambda hit: f"{_FIGURES.get(hit[1].casefold(), hit[1])}.5", text)
    return _YEARS.sub(lambda hit: f"{12 * int(hit[1]) + 6} months", text)
