"""Which ids came before, in bounded memory."""

import sqlite3
from hashlib import blake2b
from types import TracebackType
from typing import Self


class SeenIds:
    """Remembers ids by their hashes, in a file without a name that goes with the object.

    >>> with SeenIds() as ids:
    ...     [ids.claim(one) for one in ("a", "b", "a")]
    [True, True, False]
    """

    def __init__(self) -> None:
        self._rows: sqlite3.Connection | None = None

    def claim(self, record_id: str) -> bool:
        """Whether an id is new; from now on it is not."""
        if self._rows is None:
            # An empty name is a private file, which SQLite keeps in memory while it is small.
            self._rows = sqlite3.connect("", isolation_level=None)
            self._rows.execute("CREATE TABLE ids (key BLOB PRIMARY KEY) WITHOUT ROWID")
            self._rows.execute("BEGIN")
        key = blake2b(record_id.encode("utf-8"), digest_size=16).digest()
        return self._rows.execute("INSERT OR IGNORE INTO ids VALUES (?)", (key,)).rowcount == 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._rows is not None:
            self._rows.close()
