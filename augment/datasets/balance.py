"""How many copies each row gets, so that labels come out as large as they should be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

from augment.datasets.labels import MOST_LABELS
from augment.errors import DataError


@dataclass(frozen=True, slots=True)
class Balance:
    """Up to how many rows, originals and copies, each label is filled.

    `max`: as many as the largest label has; `share`: this part of it; `rows`: this number. Labels
    that have more keep what they have.
    """

    to: Literal["max", "share", "rows"]
    amount: float = 1.0

    @classmethod
    def parse(cls, given: str) -> "Balance":
        """What `--balance` says: max, a whole number of rows, or a ratio to the largest label.

        Raises:
            ValueError: it is none of them.

        >>> Balance.parse("0.5")
        Balance(to='share', amount=0.5)
        """
        if given == "max":
            return cls("max")
        if given.isascii() and given.isdecimal() and int(given) > 0:
            return cls("rows", int(given))
        try:
            ratio = float(given)
        except ValueError:
            ratio = 0.0
        if not 0 < ratio <= 1:
            raise ValueError(
                f"{given!r} is neither max, nor a whole number of rows for each label, nor a ratio "
                "to the largest label such as 0.5"
            )
        return cls("share", ratio)

    def target(self, counts: Mapping[str, int]) -> int:
        """How many rows each label should have at least."""
        if self.to == "rows":
            return int(self.amount)
        # As it was written: 0.1 of 30 is 3, and not the 4 that its binary neighbour gives.
        return ceil(Fraction(str(self.amount)) * max(counts.values(), default=0))


@dataclass(frozen=True, slots=True)
class Quotas:
    """The copies that rows of each label should get; `rows` counts them before, `target` after."""

    rows: Mapping[str, int]
    target: int

    @classmethod
    def of(cls, balance: Balance, rows: Mapping[str, int]) -> "Quotas":
        """The quotas of a data set.

        Raises:
            DataError: there is no label to balance, or so many that they can be no classes.
        """
        if not rows:
            raise DataError(
                "--balance needs rows with one label each, and none has one; name the column with "
                "--label (rows with several labels cannot be balanced)"
            )
        if len(rows) > MOST_LABELS:
            raise DataError(
                f"--balance found {len(rows):,} different labels, so the column is hardly one of "
                "classes; name another with --label"
            )
        return cls(rows, balance.target(rows))

    def wanted(self, label: str) -> int:
        """How many copies a label needs."""
        return max(0, self.target - self.rows.get(label, 0))

    def copies(self, label: str, above: int) -> int:
        """How many of them the row gets that has so many rows of its label above it.

        All rows of a label get the same number or one more, spread over the data set.

        >>> quotas = Quotas({"a": 3}, target=7)
        >>> [quotas.copies("a", above) for above in range(3)]
        [1, 1, 2]
        """
        rows, wanted = self.rows.get(label, 0), self.wanted(label)
        return (above + 1) * wanted // rows - above * wanted // rows if rows else 0


@dataclass(frozen=True, slots=True)
class Share:
    """What balancing came to for one label: copies that it needed, and those that were written."""

    needed: int
    written: int

    @property
    def short(self) -> int:
        """How many are missing."""
        return max(0, self.needed - self.written)


def shares(quotas: Quotas, written: Callable[[str], int]) -> dict[str, Share]:
    """Each label that needed copies, with what it got."""
    return {
        label: Share(wanted, written(label))
        for label in sorted(quotas.rows)
        if (wanted := quotas.wanted(label))
    }
