r"""Reads word vectors that lie in arrays: .npz of numpy, and .safetensors.

Both hold a matrix `vectors` with a row for each word. The words are an array of strings `words` in
an .npz, and in a .safetensors the entry `words` of its metadata, one on each line: so either is one
file, and its hash stands for all of it.

    np.savez("vectors.npz", words=np.array(words), vectors=matrix)
    save_file({"vectors": matrix}, "vectors.safetensors", {"words": "\n".join(words)})
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from augment.errors import ResourceError

SUFFIXES: Final = (".npz", ".safetensors")

_FLOATS: Final = frozenset({"F16", "F32", "F64"})  # of safetensors; numpy has no other ones
_BLOCK = 8_192  # rows that are read at once
_DAMAGE = (OSError, EOFError, ValueError, MemoryError, zipfile.BadZipFile, zlib.error)


def read_arrays(path: Path) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Words with their vectors in the order of the rows; nothing is unpickled.

    Raises:
        ResourceError: the file cannot be read, has not both parts, or they do not fit together.
    """
    words, matrix, shape = _npz(path) if path.suffix == ".npz" else _safetensors(path)
    _check(path, words, shape)
    for start in range(0, len(words), _BLOCK):
        with np.errstate(over="ignore"):  # what float32 cannot hold is told as not finite
            block = np.asarray(matrix[start : min(start + _BLOCK, len(words))]).astype(np.float32)
        for place, row in enumerate(block, start):
            if not np.isfinite(row).all():
                raise ResourceError(
                    f"{path}, row {place} ({words[place]!r}) has a number that is not finite; "
                    "the file is damaged, or its numbers are too great for float32"
                )
            yield words[place], row


def _npz(path: Path) -> tuple[Sequence[str], Any, tuple[int, ...]]:
    try:
        with zipfile.ZipFile(path):  # numpy also opens a single array, whatever its name
            pass
        with np.load(path, allow_pickle=False) as arrays:
            _check_names(path, arrays.files, ("vectors", "words"), "arrays")
            words, matrix = arrays["words"], arrays["vectors"]
    except _DAMAGE as error:
        raise ResourceError(
            f"the word vectors {path} cannot be read: {error}; write them by np.savez, words as "
            "an array of strings (dtype str, not object)"
        ) from error
    if words.dtype.kind != "U" or words.ndim != 1 or matrix.dtype.kind != "f":
        raise ResourceError(
            f"{path}: words has the dtype {words.dtype} and the shape {words.shape}, vectors the "
            f"dtype {matrix.dtype}; expected a list of strings and a matrix of floats"
        )
    return words.tolist(), matrix, matrix.shape


def _safetensors(path: Path) -> tuple[Sequence[str], Any, tuple[int, ...]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            _check_names(path, list(file.keys()), ("vectors",), "tensors")
            _check_names(path, list(file.metadata() or ()), ("words",), "metadata")
            words = file.metadata()["words"].removesuffix("\n").split("\n")
            matrix = file.get_slice("vectors")  # mapped into memory, and read by blocks
    except (OSError, SafetensorError) as error:
        raise ResourceError(
            f"the word vectors {path} cannot be read: {error}; name a whole file of vectors"
        ) from error
    if matrix.get_dtype() not in _FLOATS:
        raise ResourceError(
            f"{path}: vectors has the dtype {matrix.get_dtype()}; save it as float32"
        )
    return words, matrix, tuple(matrix.get_shape())


def _check_names(path: Path, found: Sequence[str], wanted: Sequence[str], what: str) -> None:
    lacking = [name for name in wanted if name not in found]
    if lacking:
        raise ResourceError(
            f"{path} has no {' and no '.join(lacking)} among its {what} "
            f"({', '.join(sorted(found)) or 'none'}); expected {' and '.join(wanted)}"
        )


def _check(path: Path, words: Sequence[str], shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or 0 in shape:
        raise ResourceError(f"{path}: vectors has the shape {shape}; expected a row for each word")
    if len(words) != shape[0]:
        raise ResourceError(
            f"{path} has {len(words)} words, but {shape[0]} rows of vectors; write one for each"
        )
    places: dict[str, int] = {}
    for place, word in enumerate(words):
        first = places.setdefault(word, place)
        if first != place:
            raise ResourceError(
                f"{path} has {word!r} twice, in the rows {first} and {place}; keep one of them"
            )
