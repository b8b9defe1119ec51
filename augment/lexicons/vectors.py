"""Word vectors on disk: converted once, mapped into memory, searched exactly.

All processes share the pages of one converted file. A search compares with every word, many words
in one product of matrices: among 200,000 words of 300 numbers it took 25 ms of one core for one
word, 9 ms a word for ten, and 3.5 ms a word for a hundred or more. Converting such a file (900 MB
of text with twice as many words) took 16 s, loading it again 0.9 s, most of it for its SHA-256.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from augment.errors import ResourceError
from augment.lexicons.vector_files import read_vectors
from augment.translation.manifest import sha256

Matrix = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

log = logging.getLogger(__name__)

_FORMAT = 1  # of the converted files
_BLOCK = 8_192  # words that are compared at once
_ASKED = 256  # ... with so many at once
_SLACK = 8  # taken beyond those asked for, since products of matrices round as their shapes are
_KEPT = 65_536


class Neighbour(NamedTuple):
    """A word near another one, and the cosine of the two, to six digits."""

    word: str
    cosine: float


class WordVectors:
    """Words and their vectors of length 1; safe to share between threads. `name` tells the file.

    Answers are the same for whatever is asked beside them: cosines are computed one by one, in
    float64, once the product of matrices has told which words can be near.
    """

    def __init__(self, name: str, words: Sequence[str], matrix: Matrix) -> None:
        self.name = name
        self._words = tuple(words)
        self._matrix = matrix
        self._places = {word: place for place, word in enumerate(self._words)}
        self._answers: dict[tuple[str, int], tuple[Neighbour, ...]] = {}

    @classmethod
    def load(cls, path: Path, cache: Path, *, limit: int = 200_000) -> Self:
        """The first `limit` usable words of a file; converted into the cache at the first call.

        Raises:
            ResourceError: the file cannot be read or does not hold, or the cache not be written.
        """
        _check_file(path)
        try:
            digest = sha256(path)
            target = cache / "vectors" / f"{digest[:24]}-{limit}-{_FORMAT}"
            target.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{target}.lock"):
                found = _converted(target)
                if found is None:
                    _convert(path, limit, target)
                    found = _converted(target)
        except OSError as error:
            raise ResourceError(f"cannot keep the word vectors of {path}: {error}") from error
        if found is None:
            raise ResourceError(
                f"{target} changes while it is read; keep others from writing there"
            )
        return cls(f"{path.name}@{digest[:12]}", *found)

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: str) -> bool:
        return word in self._places

    def neighbours(self, words: Iterable[str], count: int) -> Mapping[str, tuple[Neighbour, ...]]:
        """The `count` nearest other words of each word that there is a vector of, nearest first."""
        known = [word for word in dict.fromkeys(words) if word in self._places]
        answers = {word: self._answers.get((word, count)) for word in known}
        asked = [word for word, answer in answers.items() if answer is None]
        for word, answer in zip(asked, self._search(asked, count), strict=True):
            answers[word] = answer
            if len(self._answers) < _KEPT:
                self._answers[word, count] = answer
        return {word: answer for word, answer in answers.items() if answer is not None}

    def _search(self, words: Sequence[str], count: int) -> list[tuple[Neighbour, ...]]:
        places = np.array([self._places[word] for word in words], np.int64)
        found: list[tuple[Neighbour, ...]] = []
        for start in range(0, len(places), _ASKED):
            group = places[start : start + _ASKED]
            near = self._near(group, count + 1 + _SLACK)  # a word is its own nearest
            found += [
                self._exact(place, row, count) for place, row in zip(group, near, strict=True)
            ]
        return found

    def _near(self, places: Places, most: int) -> Places:
        """For each word the places of those with the greatest products, in no order."""
        asked = np.ascontiguousarray(self._matrix[places])
        found, scores = [], []
        for start in range(0, len(self._words), _BLOCK):
            products = asked @ self._matrix[start : start + _BLOCK].T
            top = _greatest(products, most)
            found.append(top + start)
            scores.append(np.take_along_axis(products, top, axis=1))
        best = _greatest(np.concatenate(scores, axis=1), most)
        return np.take_along_axis(np.concatenate(found, axis=1), best, axis=1)

    def _exact(self, place: int, near: Places, count: int) -> tuple[Neighbour, ...]:
        near = np.sort(near[near != place])
        own = self._matrix[place].astype(np.float64)
        cosines = (self._matrix[near].astype(np.float64) * own).sum(axis=1).round(6)
        # Of equal ones the more frequent word, which stands first in the file.
        order = np.argsort(-cosines, kind="stable")[:count]
        return tuple(Neighbour(self._words[near[i]], float(cosines[i])) for i in order)


def _greatest(values: Matrix, count: int) -> Places:
    """Columns of the greatest values of each row, in no order."""
    kept = min(count, values.shape[1])
    return np.argpartition(values, -kept, axis=1)[:, -kept:]


def check_vectors(path: Path) -> str:
    """What a file of word vectors holds, by its first line; nothing is converted.

    Raises:
        ResourceError: it is not there, or its first line is none of word vectors.
    """
    _check_file(path)
    for _, row in islice(read_vectors(path), 1):
        return f"{len(row)} numbers a word"
    raise ResourceError(f"{path} has no word vectors; name a file of word2vec, GloVe or fastText")


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise ResourceError(
            f"no word vectors at {path}; name a file of word2vec, GloVe or fastText (.vec)"
        )


def _usable(word: str) -> bool:
    """Whether a word can go or come: small letters alone, since names and phrases do neither."""
    return len(word) > 1 and word.isalpha() and word.islower()


def _convert(path: Path, limit: int, target: Path) -> None:
    log.info("converting %s to %s", path, target)
    words: dict[str, int] = {}
    matrix: Matrix | None = None
    for word, row in read_vectors(path):
        if matrix is None:
            # Pages that are never written to take no memory.
            matrix = np.empty((limit, len(row)), np.float32)
        length = np.linalg.norm(row.astype(np.float64))
        if _usable(word) and word not in words and length > 0:
            matrix[len(words)] = row / length
            words[word] = len(words)
            if len(words) == limit:
                break
    if matrix is None or not words:
        raise ResourceError(
            f"{path} has no vector of a word in small letters; name a file of word vectors"
        )
    _write(target, list(words), matrix[: len(words)])


def _write(target: Path, words: Sequence[str], matrix: Matrix) -> None:
    temporary = Path(tempfile.mkdtemp(prefix=".vectors-", dir=target.parent))
    try:
        (temporary / "words.txt").write_text("\n".join(words), encoding="utf-8")
        np.save(temporary / "vectors.npy", matrix, allow_pickle=False)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _converted(target: Path) -> tuple[list[str], Matrix] | None:
    """What was converted before; nothing where it is not there or not whole."""
    if not target.is_dir():
        return None
    try:
        words = (target / "words.txt").read_text(encoding="utf-8").split("\n")
        matrix = np.load(target / "vectors.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        log.warning("%s is damaged (%s); converting it anew", target, error)
        return None
    if matrix.ndim != 2 or len(matrix) != len(words) or matrix.dtype != np.float32:
        log.warning("%s is damaged; converting it anew", target)
        return None
    return words, matrix
