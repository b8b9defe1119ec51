"""Reads word vectors as word2vec, GloVe and fastText write them, word by word.

Those in arrays (.npz, .safetensors) are read by `vector_arrays`.
"""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedIOBase
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from augment.errors import ResourceError
from augment.lexicons.vector_arrays import SUFFIXES, read_arrays

Row = npt.NDArray[np.float32]

_WIDEST = 10_000  # numbers a word; more is a damaged header
_LONGEST = 4_096  # bytes of a word in a binary file
_FASTTEXT = (793_712_314).to_bytes(4, "little")  # how fastText's own .bin models begin


def read_vectors(path: Path) -> Iterator[tuple[str, Row]]:
    """Words with their vectors as they stand in the file; all of one length, all finite.

    A file that ends in .npz or .safetensors holds arrays, one in .bin or .bin.gz is word2vec's
    binary one, and all others are text, with or without a line of counts on top.

    Raises:
        ResourceError: the file cannot be read, or a line does not hold; the message names it.
    """
    if path.suffix in SUFFIXES:
        yield from read_arrays(path)
        return
    packed = path.suffix == ".gz"
    binary = path.with_suffix("").suffix == ".bin" if packed else path.suffix == ".bin"
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            yield from _binary(file, path) if binary else _text(file, path)
    except (OSError, EOFError, zlib.error) as error:
        raise ResourceError(
            f"the word vectors {path} cannot be read: {error}; name a whole file of vectors"
        ) from error


def _text(file: BufferedIOBase, path: Path) -> Iterator[tuple[str, Row]]:
    first = file.readline()
    header = _counts(first)
    if header is None:
        width = len(first.split()) - 1
        lines = enumerate(chain([first], file), start=1)
    else:
        width, lines = header[1], enumerate(file, start=2)
    _check_width(width, path, first)
    count = 0
    for number, line in lines:
        # A word may have spaces in it (GloVe's ". . ."), so the numbers are told from the end.
        parts = line.rstrip().rsplit(b" ", width)
        row = _row(parts[1:], width, f"{path}, line {number}")
        count += 1
        yield parts[0].decode("utf-8", "replace"), row
    _check_count(count, header, path)


def _row(numbers: list[bytes], width: int, place: str) -> Row:
    if len(numbers) != width:
        raise ResourceError(
            f"{place} has {len(numbers)} numbers, expected {width} behind a word; "
            "the file is torn or no file of word vectors"
        )
    try:
        row = np.array(numbers, dtype=np.float32)
    except ValueError as error:
        raise ResourceError(
            f"{place}: {error}; a line is a word and {width} numbers, with spaces between them"
        ) from error
    return _finite(row, place)


def _binary(file: BufferedIOBase, path: Path) -> Iterator[tuple[str, Row]]:
    first = file.readline(_LONGEST)
    if first.startswith(_FASTTEXT):
        raise ResourceError(f"{path} is a model of fastText; give its word vectors, a .vec file")
    header = _counts(first)
    if header is None:
        raise ResourceError(
            f"{path} does not begin with the counts of words and numbers, as word2vec's binary "
            "files do; vectors written as text must not end in .bin"
        )
    count, width = header
    _check_width(width, path, first)
    for number in range(1, count + 1):
        place = f"{path}, word {number} of {count}"
        word = _binary_word(file, place)
        data = file.read(4 * width)
        if len(data) < 4 * width:
            raise ResourceError(f"{place}: the file ends here; it is torn, get it anew")
        yield word, _finite(np.frombuffer(data, dtype="<f4"), place)


def _binary_word(file: BufferedIOBase, place: str) -> str:
    """What stands before the next space; some writers end each vector with a line end."""
    letters = bytearray()
    while (letter := file.read(1)) != b" ":
        if not letter or len(letters) > _LONGEST:
            raise ResourceError(
                f"{place}: no word before the vector; the file is torn, get it anew"
            )
        letters += letter
    return letters.lstrip(b"\n").decode("utf-8", "replace")


def _counts(line: bytes) -> tuple[int, int] | None:
    """Words and numbers a word, where a line tells both."""
    parts = line.split()
    if len(parts) == 2 and all(part.isdigit() for part in parts):
        return int(parts[0]), int(parts[1])
    return None


def _check_width(width: int, path: Path, line: bytes) -> None:
    if not 1 <= width <= _WIDEST:
        start = line[:60].decode("utf-8", "replace")
        raise ResourceError(
            f"{path}, line 1: {start!r} is neither a word with its numbers nor a line of counts; "
            "name a file of word2vec, GloVe or fastText (.vec)"
        )


def _check_count(count: int, header: tuple[int, int] | None, path: Path) -> None:
    if header is not None and count != header[0]:
        raise ResourceError(
            f"{path}, line 1 tells of {header[0]} words, but {count} follow; the file is torn, "
            "get it anew"
        )


def _finite(row: Row, place: str) -> Row:
    if not np.isfinite(row).all():
        raise ResourceError(f"{place} has a number that is not finite; the file is damaged")
    return row
