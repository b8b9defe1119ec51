"""Reader of Marian's binary model format, version 1, with 8-bit matrices read back as float32.

Layout, all little-endian: a header of two uint64 (version, number of items); for each item four
uint64 (length of the name, type, number of dimensions, bytes of data); the names; the shapes as
int32; a uint64 of padding and that many bytes; then the data. An 8-bit item ends with one float32
multiplier: value = int8 / multiplier. The item `special:model.yml` holds the settings the model was
trained with. Source: marian-dev, `src/common/binary.cpp`.

No size in the file is trusted: each is held against the bytes that are there.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from augment.errors import ModelError

Matrix = NDArray[np.float32]

SETTINGS = "special:model.yml"

_FLOAT32 = 0x404
_INTGEMM8 = 0x4101
_MOST_DIMENSIONS = 8
_REMEDY = "it is of another format, cut short or damaged"


@dataclass(frozen=True)
class MarianFile:
    """What a model file holds: matrices by name, and the settings it was trained with, if told."""

    matrices: Mapping[str, Matrix]
    settings: Mapping[str, Any]


class _Header(NamedTuple):
    name_length: int
    kind: int
    dimensions: int
    size: int


def read_marian(path: Path) -> MarianFile:
    """All matrices, as float32 and in their logical shape, and the settings.

    Weight matrices (`*_W*`) lie transposed in the file; `Wemb` does not.

    Raises:
        ModelError: the file is not a Marian binary model of version 1, is cut short or damaged, or
            holds weights of a type that is not read.
    """
    try:
        return _read(_Bytes(path.read_bytes()))
    except (ValueError, yaml.YAMLError) as error:
        raise ModelError(
            f"{path} is not a readable Marian binary model: {error}; {_REMEDY}"
        ) from error


class _Bytes:
    """Bytes that are taken from the front; asking for more than there are is an error."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int, what: str) -> bytes:
        rest = len(self._data) - self._at
        if count > rest:
            raise ValueError(f"{what} takes {count:,} bytes, and {rest:,} are left")
        self._at += count
        return self._data[self._at - count : self._at]

    def numbers(self, layout: str, what: str) -> tuple[Any, ...]:
        return struct.unpack(layout, self.take(struct.calcsize(layout), what))


def _read(data: _Bytes) -> MarianFile:
    version, count = data.numbers("<QQ", "the header")
    if version != 1:
        raise ValueError(f"version {version}, expected 1")
    # Item by item: a wrong count ends at the end of the file, not in a huge list.
    headers = [_Header(*data.numbers("<QQQQ", f"header {i + 1} of {count}")) for i in range(count)]
    names = [data.take(h.name_length, "a name").rstrip(b"\0").decode() for h in headers]
    if len(set(names)) < len(names):
        raise ValueError("two items have the same name")
    shapes = [_shape(data, name, h.dimensions) for name, h in zip(names, headers, strict=True)]
    (padding,) = data.numbers("<Q", "the padding")
    data.take(padding, "the padding")
    matrices: dict[str, Matrix] = {}
    settings: Mapping[str, Any] = {}
    for name, shape, header in zip(names, shapes, headers, strict=True):
        content = data.take(header.size, f"item {name}")
        if name == SETTINGS:
            settings = _settings(content)
        elif not name.startswith("special:"):
            matrices[name] = _matrix(name, shape, header.kind, content)
    return MarianFile(matrices, settings)


def _shape(data: _Bytes, name: str, dimensions: int) -> tuple[int, ...]:
    if dimensions > _MOST_DIMENSIONS:
        raise ValueError(f"item {name} has {dimensions} dimensions")
    shape = data.numbers(f"<{dimensions}i", f"the shape of {name}")
    if any(length < 1 for length in shape):
        raise ValueError(f"item {name} has the shape {shape}")
    return shape


def _settings(content: bytes) -> Mapping[str, Any]:
    value = yaml.safe_load(content.rstrip(b"\0").decode())
    if not isinstance(value, dict):
        raise ValueError(f"{SETTINGS} is no mapping")  # noqa: TRY004 - the file is wrong, no caller
    return value


def _matrix(name: str, shape: tuple[int, ...], kind: int, content: bytes) -> Matrix:
    count = math.prod(shape)
    if kind not in (_FLOAT32, _INTGEMM8):
        raise ValueError(f"item {name} has the type {kind:#x}; read are float32 and 8-bit intgemm")
    needed = 4 * count if kind == _FLOAT32 else count + 4
    if needed > len(content):
        raise ValueError(f"item {name} of shape {shape} takes {needed:,} bytes, not {len(content)}")
    if kind == _FLOAT32:
        matrix = np.frombuffer(content, np.float32, count).reshape(shape).copy()
    else:
        matrix = _from_8_bit(name, shape, content)
    if not np.isfinite(matrix).all():
        raise ValueError(f"item {name} holds values that are no numbers")
    return matrix


def _from_8_bit(name: str, shape: tuple[int, ...], content: bytes) -> Matrix:
    count = math.prod(shape)
    (multiplier,) = struct.unpack_from("<f", content, count)
    if not math.isfinite(multiplier) or multiplier <= 0:
        raise ValueError(f"item {name} has the multiplier {multiplier}")
    values = np.frombuffer(content, np.int8, count).astype(np.float32) / np.float32(multiplier)
    if "_W" in name:
        return np.ascontiguousarray(values.reshape(shape[::-1]).T)
    return values.reshape(shape)
