"""Reader of Marian's binary model format, version 1, with 8-bit matrices read back as float32.

Layout, all little-endian: a header of two uint64 (version, number of items); for each item four
uint64 (length of the name, type, number of dimensions, bytes of data); the names; the shapes as
int32; a uint64 of padding and that many bytes; then the data. An 8-bit item ends with one float32
multiplier: value = int8 / multiplier. Source: marian-dev, `src/common/binary.cpp`.
"""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from augment.errors import ModelError

Matrix = NDArray[np.float32]

_FLOAT32 = 0x404
_INTGEMM8 = 0x4101


def read_matrices(path: Path) -> Mapping[str, Matrix]:
    """All numeric items by name, as float32 and in their logical shape.

    Weight matrices (`*_W*`) lie transposed in the file; `Wemb` does not.

    Raises:
        ModelError: the file is not a Marian binary model of version 1, or is cut short.
    """
    data = path.read_bytes()
    try:
        return _matrices(data)
    except (struct.error, ValueError) as error:
        raise ModelError(f"{path} is not a readable Marian binary model: {error}") from error


def _matrices(data: bytes) -> dict[str, Matrix]:
    version, count = struct.unpack_from("<QQ", data)
    if version != 1:
        raise ValueError(f"version {version}, expected 1")
    at = 16
    headers = [struct.unpack_from("<QQQQ", data, at + 32 * i) for i in range(count)]
    at += 32 * count
    names = []
    for name_length, *_ in headers:
        names.append(data[at : at + name_length].rstrip(b"\0").decode())
        at += name_length
    shapes = []
    for _, _, dimensions, _ in headers:
        shapes.append(struct.unpack_from(f"<{dimensions}i", data, at))
        at += 4 * dimensions
    (padding,) = struct.unpack_from("<Q", data, at)
    at += 8 + padding
    matrices = {}
    for name, shape, (_, kind, _, size) in zip(names, shapes, headers, strict=True):
        if kind in (_FLOAT32, _INTGEMM8):
            matrices[name] = _matrix(name, shape, kind, data[at : at + size])
        at += size
    return matrices


def _matrix(name: str, shape: tuple[int, ...], kind: int, data: bytes) -> Matrix:
    count = int(np.prod(shape))
    if kind == _FLOAT32:
        return np.frombuffer(data, np.float32, count).reshape(shape).copy()
    (multiplier,) = struct.unpack_from("<f", data, count)
    values = np.frombuffer(data, np.int8, count).astype(np.float32) / np.float32(multiplier)
    if "_W" in name:
        return np.ascontiguousarray(values.reshape(shape[::-1]).T)
    return values.reshape(shape)
