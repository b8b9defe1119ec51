"""Translations kept on disk in one SQLite file, for all runs and processes of a user.

What is found there is what would come out again: a key holds everything that an output depends on,
and translators whose outputs depend on their company are neither asked nor stored. The file is a
convenience: where it cannot be used, one warning is logged and translation goes on without it.
"""

import json
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from filelock import FileLock
from filelock import Timeout as LockTimeout

from augment.translation import Hypothesis

T = TypeVar("T")

log = logging.getLogger(__name__)

# Of the tables and of the keys: a file with another number is set aside.
VERSION = 1

SMALLEST = 1 << 16  # bytes; an empty file takes a third of it

_PATIENCE = 30.0  # seconds that a process waits for the others
_CHUNK = 500  # keys in one query
_NOTED = 1_000  # reads whose time of use is written down at once
_FULL_AFTER_EVICTION = 0.8  # of the bound, so that not every write has to evict

_TABLES = """
    CREATE TABLE translations (
        key BLOB PRIMARY KEY, hypotheses BLOB NOT NULL, used INTEGER NOT NULL
    );
    CREATE INDEX by_use ON translations (used);
"""
# A count and not a time: the next one is higher than all before, whatever the clock does.
_NOW = "(SELECT coalesce(max(used), 0) + 1 FROM translations)"


class _DamagedError(Exception):
    """The file is no cache of this version."""


class TranslationCache:
    """A file of translations that holds at most about `max_bytes`; the least used go first.

    Thread-safe, and safe for several processes, also after a fork. It is opened at the first use; a
    damaged file is set aside and made anew. Use as a context manager, or call `close`.
    """

    def __init__(self, path: Path, *, max_bytes: int = 1 << 29) -> None:
        if max_bytes < SMALLEST:
            raise ValueError(f"max_bytes must be at least {SMALLEST}, not {max_bytes}")
        self.path = path
        self.max_bytes = max_bytes
        # A connection must not cross a fork, not even to be closed: each process has its own.
        self._opened: dict[int, _Opened] = {}

    def get_many(self, keys: Iterable[bytes]) -> dict[bytes, list[Hypothesis]]:
        """Those of the translations that are there."""
        wanted = list(keys)
        found = self._here().do(lambda connection: _read(connection, wanted)) if wanted else None
        if found:
            self._here().note(found)
        return found or {}

    def put_many(self, entries: Mapping[bytes, Sequence[Hypothesis]]) -> None:
        """Keep translations; what is there already is replaced."""
        rows = [(key, _packed(hypotheses)) for key, hypotheses in entries.items()]
        if rows:
            self._here().write(rows)

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        opened = self._opened.pop(os.getpid(), None)
        if opened is not None:
            opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _here(self) -> "_Opened":
        process = os.getpid()
        found = self._opened.get(process)
        # `setdefault` is atomic: two threads that come here first get the same one.
        return found or self._opened.setdefault(process, _Opened(self.path, self.max_bytes))


class _Opened:
    """The cache as one process has it open: a connection behind a lock, and what went wrong."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None  # which file the connection is to
        self._noted: set[bytes] = set()
        self._readable = True
        self._writable = True
        self._warned = False

    def note(self, keys: Iterable[bytes]) -> None:
        """Remember that these were used; written down with the next rows, or when they are many."""
        with self._lock:
            self._noted.update(keys)
            many = len(self._noted) >= _NOTED
        if many:
            self.write([])

    def write(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep rows, write down what was used, and make room where there is too much."""
        if self._writable:
            with self._lock:
                noted, self._noted = self._noted, set()
            self.do(lambda connection: _write(connection, rows, noted, self._max_bytes), write=True)

    def do(self, work: Callable[[sqlite3.Connection], T], *, write: bool = False) -> T | None:
        """Do something with the file; nothing comes back where it cannot be used."""
        with self._lock:
            for _ in range(2):
                if not self._readable:
                    break
                try:
                    return work(self._connected())
                except (sqlite3.Error, OSError, LockTimeout, _DamagedError) as error:
                    if not _is_damage(error):
                        self._give_up(error, write=write)
                        break
                    self._set_aside(error)
        return None

    def close(self) -> None:
        """Write down what was used, and close."""
        if self._noted:
            self.write([])
        with self._lock:
            self._disconnect()

    def _connected(self) -> sqlite3.Connection:
        # Another process may have set the file aside, or somebody removed it.
        if self._connection is not None and _identity(self._path) != self._file:
            self._disconnect()
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                self._connection = sqlite3.connect(
                    self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
                )
                self._file = _identity(self._path)
                _prepare(self._connection)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except sqlite3.Error as error:
                log.debug("closing %s: %s", self._path, error)

    def _alone(self) -> FileLock:
        """Held while a file is opened or set aside: its three parts must not be mixed up."""
        return FileLock(f"{self._path}.lock", timeout=_PATIENCE)

    def _set_aside(self, reason: Exception) -> None:
        """Rename the damaged file, unless another process has done so already."""
        damaged = self._file
        self._disconnect()
        try:
            with self._alone():
                if damaged is None or _identity(self._path) != damaged:
                    return
                aside = _free_name(self._path)
                for part in ("-wal", "-shm", ""):
                    if _beside(self._path, part).exists():
                        _beside(self._path, part).rename(_beside(aside, part))
        except (OSError, LockTimeout) as error:
            self._give_up(error, write=False)
            return
        log.warning(
            "the translation cache %s is damaged (%s); it is now %s, and a new one is made",
            self._path,
            reason,
            aside,
        )

    def _give_up(self, error: Exception, *, write: bool) -> None:
        """Tell once, and remember what need not be tried again."""
        busy = isinstance(error, LockTimeout) or _code(error) in (
            sqlite3.SQLITE_BUSY,
            sqlite3.SQLITE_LOCKED,
        )
        if not busy and write and self._connection is not None:
            self._writable = False  # what is there can still be read
        elif not busy:
            self._readable = self._writable = False
            self._disconnect()
        if not self._warned:
            self._warned = True
            log.warning(
                "the translation cache %s cannot be %s (%s); translation goes on without it",
                self._path,
                "written" if write else "used",
                error,
            )


def _packed(hypotheses: Sequence[Hypothesis]) -> bytes:
    fields = [[h.text, h.truncated, h.score, h.unknown] for h in hypotheses]
    # Escapes would join two halves of a pair to one character.
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _unpacked(value: bytes) -> list[Hypothesis]:
    try:
        fields = json.loads(value.decode("utf-8", "surrogatepass"))
        return [Hypothesis(*each) for each in fields]
    except (ValueError, TypeError, AttributeError) as error:
        raise _DamagedError(f"an entry cannot be read: {error}") from error


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables of a new file, and check those of an old one."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if version == 0 and tables == 0:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
    elif version != VERSION:
        raise _DamagedError(f"its version is {version}, expected {VERSION}")
    names = [row[1] for row in connection.execute("PRAGMA table_info(translations)")]
    if names != ["key", "hypotheses", "used"]:
        raise _DamagedError(f"its columns are {names}")
    # Fewer waits for the disk: a power cut may lose the last entries, but never spoils the file.
    connection.execute("PRAGMA synchronous = NORMAL")


def _read(connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, list[Hypothesis]]:
    found = {}
    for chunk in _chunks(keys):
        marks = ",".join("?" * len(chunk))
        query = f"SELECT key, hypotheses FROM translations WHERE key IN ({marks})"  # noqa: S608
        found.update({key: _unpacked(value) for key, value in connection.execute(query, chunk)})
    return found


def _write(
    connection: sqlite3.Connection,
    rows: Sequence[tuple[bytes, bytes]],
    used: Iterable[bytes],
    max_bytes: int,
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        (now,) = connection.execute(f"SELECT {_NOW}").fetchone()
        connection.executemany(
            "UPDATE translations SET used = ? WHERE key = ?", ((now, key) for key in used)
        )
        connection.executemany(
            "INSERT OR REPLACE INTO translations VALUES (?, ?, ?)",
            ((key, value, now) for key, value in rows),
        )
        evicted = _evict(connection, max_bytes)
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some errors, a full disk among them.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    if evicted:
        # As a script: `execute` would take one step of it, and so give one page back.
        connection.executescript("PRAGMA incremental_vacuum")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _evict(connection: sqlite3.Connection, max_bytes: int) -> bool:
    """Delete the least recently used rows until what is left takes four fifths of the bound."""
    taken = _taken(connection)
    if taken <= max_bytes:
        return False
    goal = max_bytes * _FULL_AFTER_EVICTION
    while taken > goal:
        (rows,) = connection.execute("SELECT count(*) FROM translations").fetchone()
        if not rows:
            break
        # Rows differ in length, so a share of them is only about that share of the bytes.
        share = max(1, int(rows * (1 - goal / taken)))
        connection.execute(
            "DELETE FROM translations WHERE key IN "
            "(SELECT key FROM translations ORDER BY used LIMIT ?)",
            (share,),
        )
        taken = _taken(connection)
    return True


def _taken(connection: sqlite3.Connection) -> int:
    """Bytes of the pages that hold something."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _chunks(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(keys)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _code(error: Exception) -> int:
    """SQLite's primary error code, or 0."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_damage(error: Exception) -> bool:
    if isinstance(error, _DamagedError):
        return True
    # "no such table", and values that do not fit, come without a code of their own.
    damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
    return isinstance(error, sqlite3.Error) and _code(error) in damage


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file lies at a path."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _beside(path: Path, part: str) -> Path:
    return path.with_name(path.name + part)


def _free_name(path: Path) -> Path:
    number = 1
    while any(_beside(path, f".damaged-{number}{part}").exists() for part in ("", "-wal", "-shm")):
        number += 1
    return _beside(path, f".damaged-{number}")
