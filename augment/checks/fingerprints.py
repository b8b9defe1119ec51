"""Texts that nearly equal one another, found among many without comparing all pairs.

Likeness is the Jaccard index of the sets of character 5-grams. MinHash (Broder 1997) with banding
(Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4) finds candidates, whose likeness is
then worked out exactly; a pair just at the threshold is found with a probability of 0.99 or more.
The index is an SQLite database on disk, so memory does not grow with it.
"""

import sqlite3
import threading
import unicodedata
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

SHINGLE = 5  # characters
PERMUTATIONS = 128
_CHUNK = 4096  # shingles at a time; bounds memory for a very long text
# Of a band that more texts share (rows made by one template), the first are looked at: work for one
# text stays bounded, and a text that is equal, normalised, is found in any case.
_CROWD = 256
_LOOKED_AT = 64  # of those, the ones that share the most bands
_PRIME = np.uint64(0x100000001B3)

# Multiply-shift hashing; the odd factors are those of SplitMix64's sequence.
_FACTORS = (np.arange(1, PERMUTATIONS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) | (
    np.uint64(1)
)


class Near(NamedTuple):
    """A text that comes near: how near, and whose it is."""

    likeness: float
    owner: str


def normalised(text: str) -> str:
    """The text in small letters, its words parted by single spaces, all marks gone.

    >>> normalised("Where's  MY card?!"), normalised("?!")
    ('where s my card', '?!')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(char if char.isalnum() else " " for char in folded).split()
    return " ".join(words) or folded.strip()


def likeness(text: str, other: str) -> float:
    """The Jaccard index of the 5-grams of two texts, normalised.

    >>> likeness("Where is my card?", "where is my CARD"), likeness("abcdefg", "abcdefx")
    (1.0, 0.5)
    """
    one, two = shingles(normalised(text)), shingles(normalised(other))
    return _jaccard(one, two)


def shingles(text: str) -> Hashes:
    """The hashes of all 5-grams of a normalised text, each once, sorted."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    count = max(1, len(points) - SHINGLE + 1)
    hashes = np.zeros(count, np.uint64)
    for start in range(min(SHINGLE, len(points))):
        hashes = hashes * _PRIME + points[start : start + count]
    return np.unique(_mixed(hashes))


def signature(hashes: Hashes) -> Hashes:
    """The least value of each permutation over all shingles."""
    least = np.full(PERMUTATIONS, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, len(hashes), _CHUNK):
        products = hashes[start : start + _CHUNK, None] * _FACTORS
        least = np.minimum(least, _mixed(products).min(axis=0))
    return least


class NearIndex:
    """Texts with their owners, to be asked which of them comes near. Safe to share by threads."""

    def __init__(self, near: float, path: Path | None = None, *, kept: bool = False) -> None:
        """`path`: a file for the texts; without one they go with the object.

        `kept`: the file is there and is only asked; many processes may open it at a time.
        """
        self._near = near
        self._rows = _band_rows(near)
        self._lock = threading.Lock()
        # "": a file of its own that goes away with the connection.
        place = "" if path is None else path.absolute().as_uri()
        place += "?mode=ro&immutable=1" if kept else ""
        self._database = sqlite3.connect(
            place, uri=path is not None, check_same_thread=False, isolation_level=None
        )
        if not kept:
            self._database.executescript(
                """
                PRAGMA journal_mode = OFF;
                PRAGMA synchronous = OFF;
                CREATE TABLE texts
                    (id INTEGER PRIMARY KEY, digest BLOB UNIQUE, text BLOB, owner BLOB);
                CREATE TABLE bands
                    (band INTEGER, id INTEGER, PRIMARY KEY (band, id)) WITHOUT ROWID;
                BEGIN;
                """
            )

    def save(self) -> None:
        """Make sure that the file has all texts."""
        with self._lock:
            self._database.execute("COMMIT")

    def __len__(self) -> int:
        with self._lock:
            (count,) = self._database.execute("SELECT count(*) FROM texts").fetchone()
            return int(count)

    def add(self, text: str, owner: str) -> None:
        """Remember a text; one that is there already, normalised, stays with its first owner."""
        text = normalised(text)
        bands = self._bands(shingles(text))
        with self._lock:
            row = (_digest(text), _bytes(text), _bytes(owner))
            cursor = self._database.execute(
                "INSERT OR IGNORE INTO texts (digest, text, owner) VALUES (?, ?, ?)", row
            )
            if cursor.rowcount:
                number = cursor.lastrowid
                self._database.executemany(
                    "INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, number) for band in bands]
                )

    def find(
        self, text: str, *, besides: str | None = None, not_of: str | None = None
    ) -> Near | None:
        """The first text that comes near; not `besides` itself, and none of the owner `not_of`."""
        text = normalised(text)
        left_out = None if besides is None else normalised(besides)
        own = shingles(text)
        for other, owner in self._candidates(text, own):
            if other == left_out or owner == not_of:
                continue
            # Of sets of so different sizes no likeness can reach the threshold.
            theirs = shingles(other)
            sizes = sorted((len(own), len(theirs)))
            if sizes[0] < self._near * sizes[1]:
                continue
            found = _jaccard(own, theirs)
            if found >= self._near:
                return Near(found, owner)
        return None

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._database.close()

    def _candidates(self, text: str, hashes: Hashes) -> list[tuple[str, str]]:
        bands = self._bands(hashes)
        one = f"SELECT * FROM (SELECT id FROM bands WHERE band = ? LIMIT {_CROWD})"  # noqa: S608
        query = (
            "SELECT text, owner FROM texts WHERE digest = ? UNION ALL "  # noqa: S608  (numbers only)
            "SELECT text, owner FROM (SELECT id, count(*) AS shared FROM ("
            f"{' UNION ALL '.join([one] * len(bands))}) GROUP BY id ORDER BY shared DESC, id "
            f"LIMIT {_LOOKED_AT}) JOIN texts USING (id)"
        )
        with self._lock:
            rows = self._database.execute(query, (_digest(text), *bands)).fetchall()
        return [(_text(other), _text(owner)) for other, owner in rows]

    def _bands(self, hashes: Hashes) -> list[int]:
        """One number for each band of the signature; two texts with the same one are candidates."""
        rows = signature(hashes).reshape(-1, self._rows)
        bands = np.arange(1, len(rows) + 1, dtype=np.uint64)
        for column in range(self._rows):
            bands = _mixed(bands * _PRIME + rows[:, column])
        signed: list[int] = bands.view(np.int64).tolist()
        return signed


def _band_rows(near: float) -> int:
    """Rows of a band: the most for which a pair at the threshold is hardly ever missed.

    >>> [_band_rows(near) for near in (1.0, 0.9, 0.8, 0.5)]
    [16, 8, 4, 2]
    """
    for rows in (16, 8, 4, 2):
        if 1 - (1 - near**rows) ** (PERMUTATIONS // rows) >= 0.99:
            return rows
    return 1


def _jaccard(one: Hashes, two: Hashes) -> float:
    common = len(np.intersect1d(one, two, assume_unique=True))
    return common / (len(one) + len(two) - common)


def _mixed(values: Hashes) -> Hashes:
    """SplitMix64's finalizer: each bit comes to depend on all."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _digest(text: str) -> bytes:
    return blake2b(_bytes(text), digest_size=16).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogatepass")
