"""The bytes of one unit out of an input, held against the hash that the plan has of them."""

from collections.abc import Callable
from hashlib import blake2b

from augment.datasets.formats import Input
from augment.datasets.units.plan import Unit
from augment.errors import DataError


class UnitBytes:
    """Reads a unit from its place; `check` tells at the end whether it was what was planned."""

    def __init__(self, opened: Input, unit: Unit, shown: str) -> None:
        """`shown` names the input in messages."""
        opened.seek(unit.start, unit.before)
        self._read: Callable[[int], bytes] = opened.read
        self._left = unit.end - unit.start
        self._unit = unit
        self._shown = shown
        self._digest = blake2b(digest_size=16)

    def read(self, count: int) -> bytes:
        """At most so many of the bytes that are left; none at the end of the unit."""
        data = self._read(min(count, self._left))
        self._left -= len(data)
        self._digest.update(data)
        return data

    def check(self) -> None:
        """Make sure that all bytes came, and the right ones.

        Raises:
            DataError: the input was changed since the plan was made.
        """
        if self._left or self._digest.hexdigest() != self._unit.digest:
            raise changed(self._shown, self._unit)


def changed(shown: str, unit: Unit) -> DataError:
    """The error of an input that is no longer what it was."""
    return DataError(
        f"{shown}: was changed since the run began, from byte {unit.start:,} on (line "
        f"{unit.line:,}); put the old file back and go on with --resume, or begin anew with "
        "--restart"
    )
