"""Quantities: numbers with their units, signs and currencies, ranges and durations."""

from fractions import Fraction

from augment.lexicons.value_cursor import HYPHENS, JOINERS
from augment.lexicons.value_dates import Dates
from augment.lexicons.value_numbers import Number, Quantity
from augment.lexicons.value_tokens import plain_text


class Quantities(Dates):
    """Reads amounts and measures."""

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
        return self._add(i, j, f"number {plain_text(value)} {self.grammar.units[unit]}")

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
            ranged = k > 0 and self._at(q.i - 1) in (*HYPHENS, "\u2014", "to", "and")
            opening = group[0].form if ranged and group[0].prefixed else ""
            form = q.form or opening or last
            if form or q.number.kind != "number" or not self._is_pronoun(q):
                self._add(q.i, q.j, self._key(q.number, form))
        return group[-1].j

    def _joins(self, j: int, i: int) -> bool:
        return self._at(j) in JOINERS or (self._at(j) == "and" and self._at(i - 1) == "between")

    def _key(self, number: Number, form: str) -> str:
        if number.kind != "number":
            return f"{number.kind} {number.text}"
        if form.startswith("time"):
            if number.raw or number.value not in range(24):
                return f"number {number.text}"
            return f"time {self._clock(int(number.value), 0, form.removeprefix('time').strip())}"
        return (form or "number {}").format(number.text)

    def _is_pronoun(self, q: Quantity) -> bool:
        """Whether this is a `one` that may be a pronoun or an article."""
        if not q.number.spelled or q.number.value != 1 or self._at(q.i) != "one":
            return False
        if self._at(q.i - 1) in self.grammar.before_one:
            return False
        after = q.j + 1 + (self._at(q.j) == "out")
        after += self._at(after) == "every"
        share = self._at(q.j) in ("in", "out") and self._number(after)
        return not share

    def _quantity(self, i: int) -> Quantity | None:
        sign = self._sign(i)
        number = self._number(sign[1] if sign else i)
        if not number:
            return None
        if number.kind != "number":
            return None if sign else Quantity(number, i, number.j, "")
        if sign:
            currency = self.grammar.currencies[sign[0]]
            if self._touches(number.j) and self._at(number.j) in self.grammar.money_scales:
                scale = self.grammar.money_scales[self._at(number.j)]
                number = number._replace(value=number.value * scale, j=number.j + 1)
            named = self._phrase(number.j, self.grammar.currencies)
            same = named and self.grammar.currencies[named[0]] == currency
            return Quantity(
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

    def _measure(self, number: Number) -> Quantity:
        """Add the unit after a number, joined by a hyphen or not ("10-minute", "10 minutes")."""
        g, j = self.grammar, number.j
        j += self._at(j) in HYPHENS and self._touches(j) and self._touches(j + 1)
        if self._at(j) == "o'clock":
            hit = self._phrase(j + 1, g.meridiems)
            return Quantity(
                number, number.i, hit[1] if hit else j + 1, f"time {hit[0] if hit else ''}"
            )
        hour = not number.raw and number.value in range(1, 13)
        if hour and (hit := self._phrase(j, g.meridiems)):
            return Quantity(number, number.i, hit[1], f"time {hit[0]}")
        if not (unit := self._unit(j, number.spelled)):
            return Quantity(number, number.i, number.j, "")
        more, end = self._and_a_half(unit[1])
        if more and not number.raw:
            number = number._replace(value=number.value + more)
        # An age is a number: "a 42-year-old", "he is 42".
        old = end + (self._at(end) in HYPHENS and self._touches(end))
        if unit[0] == "number {} year" and self._at(old) in ("old", "olds"):
            return Quantity(number, number.i, old + 1, "number {}")
        return Quantity(number, number.i, end, unit[0])
