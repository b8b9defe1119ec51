"""Dates and times of day."""

import re
from collections.abc import Container
from typing import Final

from augment.lexicons.value_cursor import HYPHENS, JOINERS, MOST_JOINED, SENTENCE_MARKS
from augment.lexicons.value_numbers import Day, Numbers

_WRITTEN_DATE: Final = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?![\d/]|[-.]\d)")
_TIME: Final = re.compile(r"(\d{1,2})[:h](\d{2})(?::(\d{2}))?(?![\d:])", re.IGNORECASE)
_POINTED_TIME: Final = re.compile(r"(\d{1,2})\.([0-5]\d)")


class Dates(Numbers):
    """Reads dates and times."""

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

    def _day(self, i: int) -> Day | None:
        word, kind = self._at(i), self._kind(i)
        if kind == "number" and len(word) <= 2 and 1 <= int(word) <= 31:
            ordinal = self._touches(i + 1) and self._at(i + 1) in self.grammar.ordinal_suffixes
            return Day(i, i + 1 + ordinal, int(word), ordinal)
        if kind == "word" and (day := self.grammar.ordinals.get(word, 99)) <= 31:
            return Day(i, i + 1, day, True)
        if kind == "word" and word in self.grammar.tens:
            number = self._spelled(i)
            if number and number.kind == "ordinal" and 1 <= number.value <= 31:
                return Day(i, number.j, int(number.value), True)
        return None

    def _days(self, i: int, joiners: Container[str]) -> list[Day]:
        """Days joined as in "12-15" or "2nd and 3rd"."""
        days: list[Day] = []
        while len(days) < MOST_JOINED and (day := self._day(i)):
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
        begins = i == 0 or self._at(i - 1) in SENTENCE_MARKS
        return begins or self.text[self.tokens[i].start].isupper()

    def _day_first(self, i: int) -> int:
        days = self._days(i, (*JOINERS, "and", "&"))
        if not days:
            return i
        j = days[-1].j
        linked = self._at(j) == "of" or (self._at(j) in HYPHENS and self._touches(j))
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
        days = self._days(month[1] + (self._at(month[1]) == "the"), JOINERS)
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
        self, i: int, days: list[Day], month: tuple[int, int], year: tuple[int, int] | None
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
