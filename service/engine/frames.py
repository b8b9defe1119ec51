"""Frames on a pipe: the length in four bytes, big end first, then JSON in UTF-8.

Never pickle: what comes over a pipe is data and nothing else. Both ends bound what they read, so a
torn or foreign length cannot take all memory.
"""

import asyncio
import json
import struct
from typing import Any, BinaryIO, Final

# Bytes; a text of 10,000 characters with ten copies and its trail takes about one hundredth.
LARGEST: Final = 64 * 2**20

_LENGTH: Final = struct.Struct(">I")


class FrameError(ValueError):
    """A frame that is too large, or none."""


def encode(value: object) -> bytes:
    """A frame; lone surrogates are written as escapes and come back.

    Raises:
        FrameError: it would be larger than any end reads.
    """
    body = json.dumps(value, separators=(",", ":")).encode("ascii")
    if len(body) > LARGEST:
        raise FrameError(f"a frame of {len(body)} bytes; at most {LARGEST}")
    return _LENGTH.pack(len(body)) + body


def read(source: BinaryIO) -> Any:
    """The next value.

    Raises:
        EOFError: there is none.
        FrameError: the length or the body does not hold.
    """
    size = _size(_exactly(source, _LENGTH.size))
    return _value(_exactly(source, size))


async def receive(source: asyncio.StreamReader) -> Any:
    """The next value.

    Raises:
        EOFError: there is none.
        FrameError: the length or the body does not hold.
    """
    size = _size(await source.readexactly(_LENGTH.size))
    return _value(await source.readexactly(size))


def _exactly(source: BinaryIO, size: int) -> bytes:
    body = source.read(size)
    if len(body) < size:
        raise EOFError(f"{len(body)} of {size} bytes")
    return body


def _size(head: bytes) -> int:
    size: int = _LENGTH.unpack(head)[0]
    if size > LARGEST:
        raise FrameError(f"a frame of {size} bytes; at most {LARGEST}")
    return size


def _value(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise FrameError(f"a frame of {len(body)} bytes is no JSON") from error
