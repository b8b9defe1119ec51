"""What a text states that a rewording must keep: numbers, amounts, dates, times and negation.

A text is cut into tokens, and a small reader goes over them once from left to right. What counts
as a number word, unit, month or negation stands in `data/protected_<language>.json`; languages
without such a file are read for figures, symbols and units alone (`data/protected_any.json`).

Where English is ambiguous the reader is conservative, and says the same of both wordings:

- `one` counts only before a unit, after words like `step`, or as part of a number; `a week`
  counts as one week only where it is a duration ("for a week", "a week ago").
- `a dozen`, `hundreds`, `half`, `both` and `once` are free.
- `second` after a number is the time unit; it is an ordinal after `the`, `my`, ... `first`
  likewise, so that the adverb ("First, log in") stays free.
- `may` and `march` are months only beside a day or year or after words like `in`.
- `no` before a number with a point ("No. 5") is a label; `no one` is `nobody`; `not only`,
  `no doubt` and question tags ("isn't it?") do not negate.
- 04/05/2026 could be either order, so it equals only itself; 25/12/2026 is a full date.
"""

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

__all__ = ["Value", "difference", "find", "values"]


@dataclass(frozen=True, slots=True)
class Value:
    """One stated value: where it stands, its normalised key, and whether it counts.

    A word such as the `not` of "not only" is kept from word-level edits, yet does not count.
    """

    start: int
    end: int
    key: str
    counted: bool = True

    @property
    def reason(self) -> str:
        """The kind of value: `number`, `amount`, `percentage`, `date`, `time`, `negation`, ..."""
        return self.key.partition(" ")[0]


def values(text: str, language: str = "en") -> Counter[str]:
    """Count the normalised values of a text.

    >>> sorted(values("I don't owe $1,000 since March 12, 2026.").elements())
    ['amount 1000 USD', 'date 2026-03-12', 'negation']
    >>> values("It's 50% off") == values("it is fifty per cent off")
    True
    """
    return Counter(value.key for value in find(text, language) if value.counted)


def difference(before: Counter[str], after: Counter[str]) -> str:
    """Say what the second count lacks or has too many of; empty where they agree.

    >>> difference(values("Order 42 is late."), values("The order isn't late."))
    'lost number 42; added negation'
    """
    lost = [f"lost {_times(key, n)}" for key, n in sorted((before - after).items())]
    added = [f"added {_times(key, n)}" for key, n in sorted((after - before).items())]
    return "; ".join(lost + added)


def find(text: str, language: str = "en") -> tuple[Value, ...]:
    """Find the values of a text with their offsets, sorted and without overlap.

    >>> [(v.start, v.end, v.key) for v in find("Wait 3 days, not 4.")]
    [(5, 11, 'number 3 day'), (13, 16, 'negation'), (17, 18, 'number 4')]
    """
    grammar = _grammar(language)
    found: list[Value] = []
    for start, end in _pieces(text):
        piece = text[start:end]
        if _may_hold_values(piece, grammar):
            found += _Reader(piece, start, grammar).read()
    return tuple(found)


def _times(key: str, n: int) -> str:
    return key if n == 1 else f"{key} x{n}"


# --- the words of a language ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The tables of `data/protected_*.json`.

    `starters` holds every word a value can begin with, `phrase_heads` every first word of a phrase.
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
    phrase_heads: frozenset[str]


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
def _grammar(language: str) -> _Grammar:
    tables: dict[str, dict[str, Any]] = {f.name: {} for f in fields(_Grammar)}
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
    return _Grammar(**tables | {"starters": starters, "phrase_heads": heads})  # type: ignore[arg-type]


# --- cutting a text into pieces and tokens -------------------------------------------------------

# A piece bounds the memory and the work on a text of one endless line.
_PIECE: Final = 4096
_SENTENCE_END: Final = re.compile(r"[.!?]\s+(?=[^\W\d_])")
_SPACE: Final = re.compile(r"\s+")
_DIGIT: Final = re.compile(r"\d")
_WORD: Final = re.compile(r"[^\W\d_]+")
_CONTRACTED: Final = re.compile(r"n['\u2019\u02bc\u2032`\u00b4]t\b")
_TOKEN: Final = re.compile(
    r"(?P<code>[^\W\d_]++\d\w*+)"
    # "Sunday's" and "nobody's" are read without their ending.
    r"|(?P<word>[^\W\d_]++(?:'(?!s(?!\w))[^\W\d_]++)*+)"
    r"|(?P<number>\d++(?:[.,]\d++)*+)"
    r"|(?P<mark>[^\w\s])"
)
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2019\u02bc\u2032`\u00b4", "'"))


class _Token(NamedTuple):
    start: int
    end: int
    kind: str
    text: str


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while len(text) - start > 2 * _PIECE:
        low, high = start + _PIECE, start + 2 * _PIECE
        cut = _SENTENCE_END.search(text, low, high) or _SPACE.search(text, low, high)
        yield start, (start := cut.end() if cut else high)
    yield start, len(text)


def _may_hold_values(piece: str, grammar: _Grammar) -> bool:
    if _DIGIT.search(piece):
        return True
    lower = piece.lower()
    return not grammar.starters.isdisjoint(_WORD.findall(lower)) or bool(_CONTRACTED.search(lower))


def _tokens(text: str) -> list[_Token]:
    lower = text.lower()
    if len(lower) != len(text):
        # A few letters grow when lowered (\u0130); they stay as they are, so that offsets hold.
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return [
        _Token(*match.span(), match.lastgroup or "", match[0])
        for match in _TOKEN.finditer(lower.translate(_APOSTROPHES))
    ]


# --- figures -------------------------------------------------------------------------------------

# Shape of a figure, what to drop from it and what its decimal sign is; the first that fits counts.
_SHAPES: Final = (
    (re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"), ",", "."),
    (re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?"), ",", "."),
    (re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})"), ".", ","),
    (re.compile(r"\d+(?:\.\d+)?"), ",", "."),
    (re.compile(r"\d+,\d+"), ".", ","),
)
_LONGEST_FIGURE: Final = 40


def _figure(text: str) -> Fraction | None:
    """Read a figure, or None where it is a code, a version or a list."""
    if len(text) > _LONGEST_FIGURE or (text.startswith("0") and len(text) > 2 and text.isdigit()):
        return None
    if text.isdigit():
        return Fraction(int(text))
    for shape, grouping, point in _SHAPES:
        if shape.fullmatch(text):
            return Fraction(text.replace(grouping, "").replace(point, "."))
    return None


def _plain(value: Fraction) -> str:
    """Write a value as a plain decimal, or as a fraction where no decimal ends."""
    rest = value.denominator
    if rest == 1:
        return str(value.numerator)
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(value)
    with localcontext(prec=3 * _LONGEST_FIGURE):
        return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")


# --- reading -------------------------------------------------------------------------------------

_WRITTEN_DATE: Final = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?![\d/]|[-.]\d)")
_TIME: Final = re.compile(r"(\d{1,2})[:h](\d{2})(?::(\d{2}))?(?![\d:])", re.IGNORECASE)
_POINTED_TIME: Final = re.compile(r"(\d{1,2})\.([0-5]\d)")
_HYPHENS: Final = ("-", "\u2010", "\u2011", "\u2013", "\u2212")
_JOINERS: Final = (*_HYPHENS, "\u2014", "to", "or")
_GROUP: Final = re.compile(r"\d{3}(?:\.\d+)?")
# Days in a row, and groups of digits: a bound, so that no text takes more than linear time.
_MOST_JOINED: Final = 4
_SENTENCE_MARKS: Final = (".", "!", "?", ";")
_OPENERS: Final = frozenset({"a", "an", "half", "minus", "-", "\u2212"})


class _Number(NamedTuple):
    """A number from token `i` up to token `j`; `raw` where it is no quantity."""

    i: int
    j: int
    kind: str
    value: Fraction
    raw: str = ""
    spelled: bool = False

    @property
    def text(self) -> str:
        return self.raw or _plain(self.value)


class _Day(NamedTuple):
    """The day of a month, from token `i` up to token `j`."""

    i: int
    j: int
    day: int
    ordinal: bool


class _Quantity(NamedTuple):
    """A number and the form of its key (`amount {} USD`), empty where it has no unit."""

    number: _Number
    i: int
    j: int
    form: str
    prefixed: bool = False


class _NumberWords:
    """Sums up number words one by one; `last` says which kind came last."""

    def __init__(self, grammar: _Grammar) -> None:
        self.grammar = grammar
        self.thousands = 0
        self.current = 0
        self.last = ""

    @property
    def value(self) -> int:
        return self.thousands + self.current

    def take(self, word: str) -> bool:
        """Add a word, or answer False where it cannot follow ("five six" are two numbers)."""
        g = self.grammar
        if (value := g.small.get(word, g.tens.get(word))) is not None:
            if self.last == "small" or (self.last == "tens" and not 1 <= value <= 9):
                return False
            self.current += value
            self.last = "tens" if word in g.tens else "small"
            return True
        scale = g.scales.get(word, 0)
        if not scale or (scale < 1000 and self.current >= scale):
            return False
        if scale < 1000:
            self.current = (self.current or 1) * scale
        else:
            self.thousands += (self.current or int(not self.thousands)) * scale
            self.current = 0
        self.last = "scale"
        return True

    def closed(self, ordinal: int) -> int:
        """The value when an ordinal ends the words: "twenty" and 1, "two" and 100."""
        if ordinal >= 100:
            return self.thousands + (self.current or 1) * ordinal
        return self.value + ordinal

    def may_open_year(self) -> bool:
        """Whether these words can be the century in "nineteen ninety-nine"."""
        return self.last in ("small", "tens") and 13 <= self.value <= 20


class _Reader:
    """Reads one piece; made, used once and dropped, so nothing is shared between threads."""

    def __init__(self, text: str, offset: int, grammar: _Grammar) -> None:
        self.text = text
        self.offset = offset
        self.grammar = grammar
        self.tokens = _tokens(text)
        self.neither = False
        self.found: list[Value] = []

    def read(self) -> list[Value]:
        starters = self.grammar.starters
        rules = (self._negation, self._date, self._time, self._duration, self._quantities)
        i = 0
        while i < len(self.tokens):
            token = self.tokens[i]
            word = token.text
            if word in _SENTENCE_MARKS:
                self.neither = False
            # A rule answers the token after what it has read, and `i` where it has read nothing.
            if (
                token.kind in ("number", "code")
                or word in starters
                or word in _OPENERS
                or word.endswith("n't")
            ):
                i = next((j for rule in rules if (j := rule(i)) > i), i + 1)
            else:
                i += 1
        return self.found

    # The four helpers that look at tokens; beyond either end there is an empty word.

    def _at(self, i: int) -> str:
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def _kind(self, i: int) -> str:
        return self.tokens[i].kind if 0 <= i < len(self.tokens) else ""

    def _touches(self, i: int) -> bool:
        """Whether no space stands between this token and the one before."""
        return 0 < i < len(self.tokens) and self.tokens[i].start == self.tokens[i - 1].end

    def _phrase(self, i: int, table: Container[str]) -> tuple[str, int] | None:
        """The longest phrase of a table that begins here, and the token after it."""
        if self._at(i) not in self.grammar.phrase_heads:
            return None
        for j in range(min(i + 5, len(self.tokens)), i, -1):
            phrase = " ".join(token.text for token in self.tokens[i:j])
            if phrase in table:
                return phrase, j
        return None

    def _add(self, i: int, j: int, key: str, counted: bool = True) -> int:
        start, end = self.tokens[i].start + self.offset, self.tokens[j - 1].end + self.offset
        self.found.append(Value(start, end, key, counted))
        return j

    def _after(self, end: int, i: int) -> int:
        """The first token from `i` on that begins at or after an offset in the piece."""
        while i < len(self.tokens) and self.tokens[i].start < end:
            i += 1
        return i

    # Negation.

    def _negation(self, i: int) -> int:
        word, following = self._at(i), self._at(i + 1)
        contracted = word.endswith("n't")
        if idiom := self._kind(i) == "word" and self._phrase(i, self.grammar.not_negating):
            return self._add(i, idiom[1], "negation", counted=False)
        if not contracted and word not in self.grammar.negations:
            return i
        if word == "no" and self._labels(i):
            return i + 1
        ended = self._kind(i + 1) in ("", "mark")
        tag = self._at(i - 1) == "," and self._at(i + 2) == "?"
        free = (
            (contracted and following in self.grammar.softeners)
            or (contracted and tag and following in self.grammar.pronouns)
            or (word == "not" and self._at(i - 1) == "or" and ended)
            or (word == "nor" and self.neither)
        )
        self.neither = word == "neither" or (self.neither and word != "nor")
        return self._add(i, i + 1, "negation", counted=not free)

    def _labels(self, i: int) -> bool:
        """Whether this `no` is short for number: "No. 5", or "No 5" inside a sentence."""
        if self._at(i + 1) == "." and self._touches(i + 1):
            return self._kind(i + 2) == "number"
        begins = i == 0 or self._at(i - 1) in _SENTENCE_MARKS
        token = self.tokens[i]
        written = self.text[token.start : token.end]
        return self._kind(i + 1) == "number" and written == "No" and not begins

    # Dates.

    def _date(self, i: int) -> int:
        word, kind = self._at(i), self._kind(i)
        if kind == "word" and word in self.grammar.weekdays:
            return self._add(i, i + 1, f"date {self.grammar.weekdays[word]}")
        if kind == "number" and (written := self._written_date(i)) > i:
            return written
        if kind == "word" and (word in self.grammar.months or word in self.grammar.short_months):
            return self._month_first(i)
        return self._day_first(i)

    def _written_date(self, i: int) -> int:
        match = _WRITTEN_DATE.match(self.text, self.tokens[i].start)
        if not match:
            return i
        a, b, c = (int(part) for part in match.group(1, 3, 4))
        lengths = len(match[1]), len(match[4])
        if lengths[0] == 4 and lengths[1] <= 2 and 1 <= b <= 12 and 1 <= c <= 31:
            key = f"{a:04}-{b:02}-{c:02}"
        elif lengths[0] > 2 or lengths[1] not in (2, 4) or not (a and b) or max(a, b) > 31:
            return i
        elif lengths[1] == 4 and (a == b or max(a, b) > 12) and min(a, b) <= 12:
            key = f"{c:04}-{min(a, b):02}-{max(a, b):02}"
        else:
            key = f"{a:02}/{b:02}/{c}"
        return self._add(i, self._after(match.end(), i), f"date {key}")

    def _day(self, i: int) -> _Day | None:
        word, kind = self._at(i), self._kind(i)
        if kind == "number" and len(word) <= 2 and 1 <= int(word) <= 31:
            ordinal = self._touches(i + 1) and self._at(i + 1) in self.grammar.ordinal_suffixes
            return _Day(i, i + 1 + ordinal, int(word), ordinal)
        if kind == "word" and (day := self.grammar.ordinals.get(word, 99)) <= 31:
            return _Day(i, i + 1, day, True)
        if kind == "word" and word in self.grammar.tens:
            number = self._spelled(i)
            if number and number.kind == "ordinal" and 1 <= number.value <= 31:
                return _Day(i, number.j, int(number.value), True)
        return None

    def _days(self, i: int, joiners: Container[str]) -> list[_Day]:
        """Days joined as in "12-15" or "2nd and 3rd"."""
        days: list[_Day] = []
        while len(days) < _MOST_JOINED and (day := self._day(i)):
            days.append(day)
            if self._at(day.j) not in joiners:
                break
            i = day.j + 1
        return days

    def _month(self, i: int) -> tuple[int, int] | None:
        word = self._at(i)
        if self._kind(i) == "word" and (month := self.grammar.months.get(word)):
            return month, i + 1
        if self._kind(i) == "word" and (month := self.grammar.short_months.get(word)):
            return month, i + 1 + (self._at(i + 1) == "." and self._touches(i + 1))
        return None

    def _year(self, i: int) -> tuple[int, int] | None:
        i += self._at(i) in (",", "of", "-")
        word = self._at(i)
        if self._kind(i) == "number" and word.isdigit() and len(word) == 4 and "1" <= word < "3":
            return int(word), i + 1
        return None

    def _surely_month(self, i: int) -> bool:
        """Whether a month that is a verb as well is written like a month."""
        if self._at(i) not in self.grammar.verb_months:
            return True
        begins = i == 0 or self._at(i - 1) in _SENTENCE_MARKS
        return begins or self.text[self.tokens[i].start].isupper()

    def _day_first(self, i: int) -> int:
        days = self._days(i, (*_JOINERS, "and", "&"))
        if not days:
            return i
        j = days[-1].j
        linked = self._at(j) == "of" or (self._at(j) in _HYPHENS and self._touches(j))
        month = self._month(j + linked)
        if not month:
            return i
        year = self._year(month[1])
        placed = linked or days[-1].ordinal or self._at(i - 1) in self.grammar.before_day
        if not (year or placed or self._surely_month(j + linked)):
            return i
        return self._add_days(i, days, month, year)

    def _month_first(self, i: int) -> int:
        month = self._month(i)
        if not month:
            return i
        sure = self._surely_month(i) or self._at(i - 1) in self.grammar.before_day
        days = self._days(month[1] + (self._at(month[1]) == "the"), _JOINERS)
        if days and not self._measured(days[-1].j):
            year = self._year(days[-1].j)
            if year or sure:
                return self._add_days(i, days, month, year)
        if year := self._year(month[1]):
            return self._add(i, year[1], f"date {year[0]}-{month[0]:02}")
        alone = self._at(i) in self.grammar.months and (
            self._at(i) not in self.grammar.verb_months
            or self._at(i - 1) in self.grammar.before_month
        )
        return self._add(i, i + 1, f"date month {month[0]}") if alone else i

    def _add_days(
        self, i: int, days: list[_Day], month: tuple[int, int], year: tuple[int, int] | None
    ) -> int:
        end = max(days[-1].j, month[1], year[1] if year else 0)
        prefix = f"{year[0]}-" if year else ""
        starts = [i, *(day.i for day in days[1:]), end]
        for day, start, stop in zip(days, starts, starts[1:], strict=False):
            self._add(start, stop, f"date {prefix}{month[0]:02}-{day.day:02}")
        return end

    def _measured(self, i: int) -> bool:
        """Whether a unit or the rest of a time follows, so that the number before is no day."""
        tables = (self.grammar.units, self.grammar.currencies, self.grammar.meridiems)
        return self._at(i) in (":", "/") or any(self._phrase(i, table) for table in tables)

    # Times.

    def _time(self, i: int) -> int:
        kind, word = self._kind(i), self._at(i)
        if kind == "word":
            if word in self.grammar.clock:
                return self._add(i, i + 1, f"time {self.grammar.clock[word]}")
            return self._past(i)
        if kind != "number":
            return i
        match = _TIME.match(self.text, self.tokens[i].start)
        if match:
            j = self._after(match.end(), i)
        else:
            match, j = _POINTED_TIME.fullmatch(word), i + 1
        meridiem = self._phrase(j, self.grammar.meridiems)
        if not match or not (meridiem or match.re is _TIME):
            return i
        hour, minute = int(match[1]), int(match[2])
        if hour > 24 or minute > 59:
            return i
        seconds = f":{match[3]}" if match.re is _TIME and match[3] else ""
        clock = self._clock(hour, minute, meridiem[0] if meridiem else "")
        return self._add(i, meridiem[1] if meridiem else j, f"time {clock}{seconds}")

    def _past(self, i: int) -> int:
        """Read "half past three" and the like."""
        hit = self._phrase(i, self.grammar.past)
        number = self._number(hit[1]) if hit else None
        if not hit or not number or number.raw or number.value not in range(1, 13):
            return i
        meridiem = self._phrase(number.j, self.grammar.meridiems)
        minutes = int(number.value) * 60 + self.grammar.past[hit[0]]
        hour, minute = divmod(minutes, 60)
        clock = self._clock(hour or 12, minute, meridiem[0] if meridiem else "")
        return self._add(i, meridiem[1] if meridiem else number.j, f"time {clock}")

    def _clock(self, hour: int, minute: int, meridiem: str) -> str:
        half = self.grammar.meridiems.get(meridiem)
        if half == "pm" and hour < 12:
            hour += 12
        elif half == "am" and hour == 12:
            hour = 0
        return f"{hour:02}:{minute:02}"

    # Numbers, amounts and measures.

    def _duration(self, i: int) -> int:
        """Read "a week" as one week where it is a duration, not a rate ("twice a week")."""
        half = self._at(i) == "half"
        article, unit = self._at(i + half), self._at(i + half + 1)
        if article not in ("a", "an") or unit not in self.grammar.counted_by_a:
            return i
        before, after = self._at(i - 1), self._at(i + half + 2)
        if not (half or before in self.grammar.before_a or after in self.grammar.after_a):
            return i
        more, j = self._and_a_half(i + half + 2)
        value = Fraction(1, 2) if half else 1 + more
        return self._add(i, j, f"number {_plain(value)} {self.grammar.units[unit]}")

    def _quantities(self, i: int) -> int:
        """Read a quantity, or a range whose unit stands on one end only ("$5-10", "2 to 3 km")."""
        quantity = self._quantity(i)
        if not quantity:
            return i
        group = [quantity]
        while self._joins(group[-1].j, i) and (quantity := self._quantity(group[-1].j + 1)):
            group.append(quantity)
        last = next((q.form for q in reversed(group) if q.form), "")
        for k, q in enumerate(group):
            ranged = k > 0 and self._at(q.i - 1) in (*_HYPHENS, "\u2014", "to", "and")
            opening = group[0].form if ranged and group[0].prefixed else ""
            form = q.form or opening or last
            if form or q.number.kind != "number" or not self._is_pronoun(q):
                self._add(q.i, q.j, self._key(q.number, form))
        return group[-1].j

    def _joins(self, j: int, i: int) -> bool:
        return self._at(j) in _JOINERS or (self._at(j) == "and" and self._at(i - 1) == "between")

    def _key(self, number: _Number, form: str) -> str:
        if number.kind != "number":
            return f"{number.kind} {number.text}"
        if form.startswith("time"):
            if number.raw or number.value not in range(24):
                return f"number {number.text}"
            return f"time {self._clock(int(number.value), 0, form.removeprefix('time').strip())}"
        return (form or "number {}").format(number.text)

    def _is_pronoun(self, q: _Quantity) -> bool:
        """Whether this is a `one` that may be a pronoun or an article."""
        if not q.number.spelled or q.number.value != 1 or self._at(q.i) != "one":
            return False
        if self._at(q.i - 1) in self.grammar.before_one:
            return False
        after = q.j + 1 + (self._at(q.j) == "out")
        after += self._at(after) == "every"
        share = self._at(q.j) in ("in", "out") and self._number(after)
        return not share

    def _quantity(self, i: int) -> _Quantity | None:
        sign = self._sign(i)
        number = self._number(sign[1] if sign else i)
        if not number:
            return None
        if number.kind != "number":
            return None if sign else _Quantity(number, i, number.j, "")
        if sign:
            currency = self.grammar.currencies[sign[0]]
            if self._touches(number.j) and self._at(number.j) in self.grammar.money_scales:
                scale = self.grammar.money_scales[self._at(number.j)]
                number = number._replace(value=number.value * scale, j=number.j + 1)
            named = self._phrase(number.j, self.grammar.currencies)
            same = named and self.grammar.currencies[named[0]] == currency
            return _Quantity(
                number, i, named[1] if named and same else number.j, f"amount {{}} {currency}", True
            )
        return self._measure(number)

    def _sign(self, i: int) -> tuple[str, int] | None:
        """A currency written before its figure: `$`, `US$`, `EUR`."""
        hit = self._phrase(i, self.grammar.currencies)
        if not hit or (hit[0].isalpha() and len(hit[0]) != 3):
            return None
        # "a $5 note" is no Australian one.
        if any(not self._touches(k) for k in range(i + 1, hit[1])):
            return None
        return hit if self._kind(hit[1]) == "number" else None

    def _measure(self, number: _Number) -> _Quantity:
        """Add the unit after a number, joined by a hyphen or not ("10-minute", "10 minutes")."""
        g, j = self.grammar, number.j
        j += self._at(j) in _HYPHENS and self._touches(j) and self._touches(j + 1)
        if self._at(j) == "o'clock":
            hit = self._phrase(j + 1, g.meridiems)
            return _Quantity(
                number, number.i, hit[1] if hit else j + 1, f"time {hit[0] if hit else ''}"
            )
        hour = not number.raw and number.value in range(1, 13)
        if hour and (hit := self._phrase(j, g.meridiems)):
            return _Quantity(number, number.i, hit[1], f"time {hit[0]}")
        if not (unit := self._unit(j, number.spelled)):
            return _Quantity(number, number.i, number.j, "")
        more, end = self._and_a_half(unit[1])
        if more and not number.raw:
            number = number._replace(value=number.value + more)
        # An age is a number: "a 42-year-old", "he is 42".
        old = end + (self._at(end) in _HYPHENS and self._touches(end))
        if unit[0] == "number {} year" and self._at(old) in ("old", "olds"):
            return _Quantity(number, number.i, old + 1, "number {}")
        return _Quantity(number, number.i, end, unit[0])

    def _unit(self, j: int, spelled: bool) -> tuple[str, int] | None:
        """The form of the key that a currency or unit gives here, and the token after it."""
        g = self.grammar
        for table, form in ((g.currencies, "amount {{}} {}"), (g.units, "number {{}} {}")):
            hit = self._phrase(j, table)
            if hit and self._fits(hit[0], table[hit[0]], spelled, j):
                unit = table[hit[0]]
                return "percentage {}%" if unit == "%" else form.format(unit), hit[1]
        return None

    def _fits(self, phrase: str, unit: str, spelled: bool, j: int) -> bool:
        """Whether a unit of one letter is written as one: 5m and 5 W, neither 5G nor "five m"."""
        if len(phrase) > 1 or not phrase.isalpha():
            return True
        written = self.text[self.tokens[j].start]
        close = self._touches(j) or phrase in self.grammar.loose_letters
        return close and not spelled and (written.islower() or written == unit)

    def _and_a_half(self, j: int) -> tuple[Fraction, int]:
        if (self._at(j), self._at(j + 1), self._at(j + 2)) == ("and", "a", "half"):
            return Fraction(1, 2), j + 3
        return Fraction(0), j

    # Numbers by themselves.

    def _number(self, i: int) -> _Number | None:
        kind, word = self._kind(i), self._at(i)
        if kind == "number":
            return self._figure(i)
        if kind == "mark" or word == "minus":
            return self._negative(i)
        if word in ("half", "a", "an"):
            return self._scaled_article(i)
        return self._single_word(i) or self._spelled(i)

    def _single_word(self, i: int) -> _Number | None:
        g, word = self.grammar, self._at(i)
        if self._kind(i) == "code":
            return _Number(i, i + 1, "code", Fraction(0), word)
        if word in g.ordinals:
            return self._lone_ordinal(i)
        if word in g.decades:
            return _Number(i, i + 1, "decade", Fraction(0), f"{g.decades[word]}s")
        value = g.vulgar.get(word) or g.times.get(word)
        return _Number(i, i + 1, "number", Fraction(value)) if value else None

    def _negative(self, i: int) -> _Number | None:
        """Read "minus 5" and "-5", whose sign stands free before and close behind."""
        sign = self._at(i) in ("-", "\u2212") and self._touches(i + 1) and not self._touches(i)
        if not (sign or self._at(i) == "minus") or self._at(i + 1) == "minus":
            return None
        number = self._number(i + 1)
        if not number or number.kind != "number" or number.raw:
            return None
        return number._replace(i=i, value=-number.value)

    def _figure(self, i: int) -> _Number:
        text, j = self._grouped(i)
        value = _figure(text)
        if value is None:
            return _Number(i, j, "number", Fraction(0), text)
        if attached := self._attached(i, j, text, value):
            return attached
        if fraction := self._ratio(i, j):
            return fraction
        if vulgar := self._vulgar(j):
            value, j = value + vulgar, j + 1
        elif value.denominator == 1 and (part := self._ratio(j, j + 1)) and part.value < 1:
            value, j = value + part.value, part.j
        # Two at the most ("5 hundred thousand"): more is no number, and would grow without end.
        for _ in range(2):
            if scale := self.grammar.scales.get(self._at(j)):
                value, j = value * scale, j + 1
        more, j = self._and_a_half(j)
        return _Number(i, j, "number", value + more)

    def _grouped(self, i: int) -> tuple[str, int]:
        """Join "1 000 000": groups of three digits after one that does not begin with 0."""
        text, j = self._at(i), i + 1
        if len(text) > 3 or not text.isdigit() or text.startswith("0"):
            return text, j
        while self._kind(j) == "number" and _GROUP.fullmatch(self._at(j)):
            if "." in text or self._touches(j) or j - i > _MOST_JOINED:
                break
            text, j = text + self._at(j), j + 1
        return text, j

    def _attached(self, i: int, j: int, text: str, value: Fraction) -> _Number | None:
        """What letters right behind a figure make of it: 3rd, 1990s, 5k; else a code (4G)."""
        g, word = self.grammar, self._at(j)
        genitive = word == "'" and self._at(j + 1) == "s" and self._touches(j + 1)
        if not self._touches(j) or not (genitive or self._kind(j) in ("word", "code")):
            return None
        if genitive or word == "s":
            return self._decade(i, j + 1 + genitive, text)
        if word in g.ordinal_suffixes:
            return _Number(i, j + 1, "ordinal", value)
        million = word == "m" and self.text[self.tokens[j].start] == "M"
        if scale := g.money_scales[word] if million else g.attached_scales.get(word):
            return _Number(i, j + 1, "number", value * scale)
        known = self._unit(j, spelled=False) or self._phrase(j, g.meridiems)
        follows = word in g.vulgar or word in g.money_scales or word in g.scales
        return None if known or follows else self._code(i, j)

    def _code(self, i: int, j: int) -> _Number:
        while self._touches(j + 1) and self._kind(j + 1) != "mark":
            j += 1
        code = "".join(token.text for token in self.tokens[i : j + 1])
        return _Number(i, j + 1, "code", Fraction(0), code)

    def _decade(self, i: int, j: int, text: str) -> _Number | None:
        """Read 1990s, '90s and 90s; "for 90s" and "within 90s" are seconds."""
        if not text.isdigit() or not text.endswith("0") or len(text) not in (2, 4):
            return None
        if len(text) == 2 and (text < "20" or self._at(i - 1) in self.grammar.before_a):
            return None
        # The 1990s are the nineties; no other century is left out when people speak.
        short = text[2:] if "1910" <= text <= "1990" else text
        return _Number(i, j, "decade", Fraction(0), f"{short}s")

    def _ratio(self, i: int, j: int) -> _Number | None:
        """Read the fraction 2/3; a second slash makes it something else."""
        if self._kind(i) != "number" or self._at(j) != "/" or self._kind(j + 1) != "number":
            return None
        above, below = _figure(self._at(i)), _figure(self._at(j + 1))
        alone = self._touches(j) and self._touches(j + 1) and self._at(j + 2) != "/"
        if not alone or above is None or not below:
            return None
        return _Number(i, j + 2, "number", above / below)

    def _vulgar(self, i: int) -> Fraction:
        return Fraction(self.grammar.vulgar.get(self._at(i), 0))

    def _lone_ordinal(self, i: int) -> _Number | None:
        g, before, value = self.grammar, self._at(i - 1), self.grammar.ordinals[self._at(i)]
        if value > 2 and before == "a" and self._at(i + 1) == "of":
            return _Number(i, i + 1, "number", Fraction(1, value))
        genitive = before == "s" and self._at(i - 2) == "'"
        determined = genitive or before in g.determiners
        # "A second" is time unless a noun follows it: "a second card".
        noun = self._kind(i + 1) == "word" and self._at(i + 1) not in g.after_a_second
        time = value == 2 and before in ("a", "an", "every", "each", "this") and not noun
        if value <= 2 and (time or not determined):
            return None
        return _Number(i, i + 1, "ordinal", Fraction(value))

    def _spelled(self, i: int, years: bool = True) -> _Number | None:
        """Read number words; with `years` also "nineteen ninety-nine" as one number."""
        g, word = self.grammar, self._at(i)
        if word == "dozen" or (word in g.scales and self._at(i - 1) in g.vague):
            return None
        words = _NumberWords(g)
        j = end = i
        while words.take(self._at(j)):
            end = j + 1
            j = end + self._links(end, words.last)
        if end == i:
            return None
        if closing := self._closing_ordinal(i, j, words.last):
            return _Number(i, j + 1, "ordinal", Fraction(words.closed(closing)))
        number = _Number(i, end, "number", Fraction(words.value), spelled=True)
        if years and words.may_open_year() and (year := self._in_century(number)):
            return year
        return self._with_share(number)

    def _in_century(self, century: _Number) -> _Number | None:
        """Read the rest of "nineteen ninety-nine"."""
        year = self._spelled(century.j, years=False)
        if not year or year.kind != "number" or not 10 <= year.value <= 99:
            return None
        return year._replace(i=century.i, value=century.value * 100 + year.value)

    def _with_share(self, number: _Number) -> _Number:
        """Add what can follow number words: "two thirds", "three and a half (million)"."""
        i = number.j
        i += self._at(i) in _HYPHENS and self._touches(i) and self._touches(i + 1)
        parts = self.grammar.fractions.get(self._at(i))
        plural = self._at(i).endswith("s")
        if parts and 1 <= number.value < 20 and plural == (number.value > 1):
            return number._replace(j=i + 1, value=number.value / parts)
        more, j = self._and_a_half(number.j)
        scale = self.grammar.scales.get(self._at(j)) if more else None
        return number._replace(j=j + bool(scale), value=(number.value + more) * (scale or 1))

    def _continues(self, i: int) -> bool:
        g, word = self.grammar, self._at(i)
        return any(word in table for table in (g.small, g.tens, g.scales, g.ordinals))

    def _links(self, j: int, last: str) -> bool:
        """Whether an "and" or a hyphen stands here inside a number."""
        word = self._at(j)
        hyphen = word in _HYPHENS and self._touches(j) and self._touches(j + 1)
        return (hyphen or (word == "and" and last == "scale")) and self._continues(j + 1)

    def _closing_ordinal(self, i: int, j: int, last: str) -> int:
        """The value of an ordinal that ends number words ("twenty-first"), 0 where none does."""
        word = self._at(j)
        value = self.grammar.ordinals.get(word, 0)
        # "Thirty second delay" is a time, "the thirty-second president" a rank.
        if word == "second" and self._at(i - 1) != "the":
            return 0
        fits = value >= 100 or (last == "tens" and value < 10) or last == "scale"
        return value if fits else 0

    def _scaled_article(self, i: int) -> _Number | None:
        """Read "a hundred" and "half a million"; "a dozen" and "a few hundred" are free."""
        half = self._at(i) == "half"
        j = i + 1 + (half and self._at(i + 1) in ("a", "an"))
        if self._at(j) == "dozen" or self._at(j) not in self.grammar.scales:
            return None
        if half:
            return _Number(i, j + 1, "number", Fraction(self.grammar.scales[self._at(j)], 2))
        number = self._spelled(j)
        return number and number._replace(i=i)
