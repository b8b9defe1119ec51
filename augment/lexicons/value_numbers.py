"""Numbers by themselves: figures, number words, ratios, ordinals, decades and codes."""

import re
from fractions import Fraction
from typing import Final, NamedTuple

from augment.lexicons.value_cursor import HYPHENS, MOST_JOINED, Cursor
from augment.lexicons.value_grammar import Grammar
from augment.lexicons.value_tokens import figure_value, plain_text

_GROUP: Final = re.compile(r"\d{3}(?:\.\d+)?")


class Number(NamedTuple):
    """A number from token `i` up to token `j`; `raw` where it is no quantity."""

    i: int
    j: int
    kind: str
    value: Fraction
    raw: str = ""
    spelled: bool = False

    @property
    def text(self) -> str:
        """How the number stands in a key."""
        return self.raw or plain_text(self.value)


class Day(NamedTuple):
    """The day of a month, from token `i` up to token `j`."""

    i: int
    j: int
    day: int
    ordinal: bool


class Quantity(NamedTuple):
    """A number and the form of its key (`amount {} USD`), empty where it has no unit."""

    number: Number
    i: int
    j: int
    form: str
    prefixed: bool = False


class NumberWords:
    """Sums up number words one by one; `last` says which kind came last."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.thousands = 0
        self.current = 0
        self.last = ""

    @property
    def value(self) -> int:
        """What the words so far come to."""
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


class Numbers(Cursor):
    """Reads numbers."""

    def _number(self, i: int) -> Number | None:
        kind, word = self._kind(i), self._at(i)
        if kind == "number":
            return self._figure(i)
        if kind == "mark" or word == "minus":
            return self._negative(i)
        if word in ("half", "a", "an"):
            return self._scaled_article(i)
        return self._single_word(i) or self._spelled(i)

    def _single_word(self, i: int) -> Number | None:
        g, word = self.grammar, self._at(i)
        if self._kind(i) == "code":
            return Number(i, i + 1, "code", Fraction(0), word)
        if word in g.ordinals:
            return self._lone_ordinal(i)
        if word in g.decades:
            return Number(i, i + 1, "decade", Fraction(0), f"{g.decades[word]}s")
        value = g.vulgar.get(word) or g.times.get(word)
        return Number(i, i + 1, "number", Fraction(value)) if value else None

    def _negative(self, i: int) -> Number | None:
        """Read "minus 5" and "-5", whose sign stands free before and close behind."""
        sign = self._at(i) in ("-", "\u2212") and self._touches(i + 1) and not self._touches(i)
        if not (sign or self._at(i) == "minus") or self._at(i + 1) == "minus":
            return None
        number = self._number(i + 1)
        if not number or number.kind != "number" or number.raw:
            return None
        return number._replace(i=i, value=-number.value)

    def _figure(self, i: int) -> Number:
        text, j = self._grouped(i)
        value = figure_value(text)
        if value is None:
            return Number(i, j, "number", Fraction(0), text)
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
        return Number(i, j, "number", value + more)

    def _grouped(self, i: int) -> tuple[str, int]:
        """Join "1 000 000": groups of three digits after one that does not begin with 0."""
        text, j = self._at(i), i + 1
        if len(text) > 3 or not text.isdigit() or text.startswith("0"):
            return text, j
        while self._kind(j) == "number" and _GROUP.fullmatch(self._at(j)):
            if "." in text or self._touches(j) or j - i > MOST_JOINED:
                break
            text, j = text + self._at(j), j + 1
        return text, j

    def _attached(self, i: int, j: int, text: str, value: Fraction) -> Number | None:
        """What letters right behind a figure make of it: 3rd, 1990s, 5k; else a code (4G)."""
        g, word = self.grammar, self._at(j)
        genitive = word == "'" and self._at(j + 1) == "s" and self._touches(j + 1)
        if not self._touches(j) or not (genitive or self._kind(j) in ("word", "code")):
            return None
        if genitive or word == "s":
            return self._decade(i, j + 1 + genitive, text)
        if word in g.ordinal_suffixes:
            return Number(i, j + 1, "ordinal", value)
        million = word == "m" and self.text[self.tokens[j].start] == "M"
        if scale := g.money_scales[word] if million else g.attached_scales.get(word):
            return Number(i, j + 1, "number", value * scale)
        known = self._unit(j, spelled=False) or self._phrase(j, g.meridiems)
        follows = word in g.vulgar or word in g.money_scales or word in g.scales
        return None if known or follows else self._code(i, j)

    def _code(self, i: int, j: int) -> Number:
        while self._touches(j + 1) and self._kind(j + 1) != "mark":
            j += 1
        code = "".join(token.text for token in self.tokens[i : j + 1])
        return Number(i, j + 1, "code", Fraction(0), code)

    def _decade(self, i: int, j: int, text: str) -> Number | None:
        """Read 1990s, '90s and 90s; "for 90s" and "within 90s" are seconds."""
        if not text.isdigit() or not text.endswith("0") or len(text) not in (2, 4):
            return None
        if len(text) == 2 and (text < "20" or self._at(i - 1) in self.grammar.before_a):
            return None
        # The 1990s are the nineties; no other century is left out when people speak.
        short = text[2:] if "1910" <= text <= "1990" else text
        return Number(i, j, "decade", Fraction(0), f"{short}s")

    def _ratio(self, i: int, j: int) -> Number | None:
        """Read the fraction 2/3; a second slash makes it something else."""
        if self._kind(i) != "number" or self._at(j) != "/" or self._kind(j + 1) != "number":
            return None
        above, below = figure_value(self._at(i)), figure_value(self._at(j + 1))
        alone = self._touches(j) and self._touches(j + 1) and self._at(j + 2) != "/"
        if not alone or above is None or not below:
            return None
        return Number(i, j + 2, "number", above / below)

    def _vulgar(self, i: int) -> Fraction:
        return Fraction(self.grammar.vulgar.get(self._at(i), 0))

    def _lone_ordinal(self, i: int) -> Number | None:
        g, before, value = self.grammar, self._at(i - 1), self.grammar.ordinals[self._at(i)]
        if value > 2 and before == "a" and self._at(i + 1) == "of":
            return Number(i, i + 1, "number", Fraction(1, value))
        genitive = before == "s" and self._at(i - 2) == "'"
        determined = genitive or before in g.determiners
        # "A second" is time unless a noun follows it: "a second card".
        noun = self._kind(i + 1) == "word" and self._at(i + 1) not in g.after_a_second
        time = value == 2 and before in ("a", "an", "every", "each", "this") and not noun
        if value <= 2 and (time or not determined):
            return None
        return Number(i, i + 1, "ordinal", Fraction(value))

    def _spelled(self, i: int, years: bool = True) -> Number | None:
        """Read number words; with `years` also "nineteen ninety-nine" as one number."""
        g, word = self.grammar, self._at(i)
        if word == "dozen" or (word in g.scales and self._at(i - 1) in g.vague):
            return None
        words = NumberWords(g)
        j = end = i
        while words.take(self._at(j)):
            end = j + 1
            j = end + self._links(end, words.last)
        if end == i:
            return None
        if closing := self._closing_ordinal(i, j, words.last):
            return Number(i, j + 1, "ordinal", Fraction(words.closed(closing)))
        number = Number(i, end, "number", Fraction(words.value), spelled=True)
        if years and words.may_open_year() and (year := self._in_century(number)):
            return year
        return self._with_share(number)

    def _in_century(self, century: Number) -> Number | None:
        """Read the rest of "nineteen ninety-nine"."""
        year = self._spelled(century.j, years=False)
        if not year or year.kind != "number" or not 10 <= year.value <= 99:
            return None
        return year._replace(i=century.i, value=century.value * 100 + year.value)

    def _with_share(self, number: Number) -> Number:
        """Add what can follow number words: "two thirds", "three and a half (million)"."""
        i = number.j
        i += self._at(i) in HYPHENS and self._touches(i) and self._touches(i + 1)
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
        hyphen = word in HYPHENS and self._touches(j) and self._touches(j + 1)
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

    def _scaled_article(self, i: int) -> Number | None:
        """Read "a hundred" and "half a million"; "a dozen" and "a few hundred" are free."""
        half = self._at(i) == "half"
        j = i + 1 + (half and self._at(i + 1) in ("a", "an"))
        if self._at(j) == "dozen" or self._at(j) not in self.grammar.scales:
            return None
        if half:
            return Number(i, j + 1, "number", Fraction(self.grammar.scales[self._at(j)], 2))
        number = self._spelled(j)
        return number and number._replace(i=i)

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
