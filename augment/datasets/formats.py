"""Formats of files, by suffix or by name, and the bytes of an input whether packed or not."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Literal, cast

from augment.errors import DataError

Kind = Literal["csv", "tsv", "jsonl", "conll"]

_SUFFIXES: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".conll": "conll",
    ".iob": "conll",
    ".bio": "conll",
}
_KNOWN = f"{', '.join(_SUFFIXES)}, each also with .gz"
FLATTEN = (
    "SQuAD's nested JSON becomes rows by: python -c \"import json, sys; [print(json.dumps("
    "{'id': q['id'], 'context': p['context'], 'question': q['question'], 'answers': q['answers']}"
    ")) for a in json.load(sys.stdin)['data'] for p in a['paragraphs'] for q in p['qas']]\" "
    "< IN.json > OUT.jsonl"
)
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Input:
    """An open input: its bytes unpacked, its size on disk where it is a file.

    `position` is how far a packed file has been read; of others the rows tell it more finely.
    """

    read: Callable[[int], bytes]
    position: Callable[[], int]
    size: int | None
    packed: bool


def suffix_kind(path: Path) -> Kind | None:
    """The format that a file's name tells, with `.gz` looked through.

    >>> suffix_kind(Path("train.CSV.gz"))
    'csv'
    """
    name = path.name.lower().removesuffix(".gz")
    return _SUFFIXES.get(Path(name).suffix)


def input_kind(path: Path | None, asked: Kind | None) -> Kind:
    """The format of an input: as asked, else by suffix; CSV on standard input.

    Raises:
        DataError: the suffix names no known format.
    """
    if asked is not None:
        return asked
    if path is None:
        return "csv"
    kind = suffix_kind(path)
    if kind is None and path.suffix.lower() == ".json":
        raise DataError(
            f"{path}: a JSON file is one value and not rows; write one object a line and name it "
            f".jsonl, or --format jsonl if that is what it holds. {FLATTEN}"
        )
    if kind is None:
        raise DataError(
            f"{path}: the format cannot be told from the suffix {path.suffix!r} (known: {_KNOWN}); "
            "name it with --format csv, tsv, jsonl or conll"
        )
    return kind


def input_name(path: Path | None) -> str:
    """What row numbers are put behind to make an id; the same for a file and its packed form.

    >>> input_name(Path("data/train.csv.gz"))
    'train.csv'
    """
    return "stdin" if path is None else path.name.removesuffix(".gz")


@contextmanager
def open_input(path: Path | None) -> Iterator[Input]:
    """The bytes of a file or of standard input, unpacked if they are gzip.

    Raises:
        DataError: it cannot be opened or read, is damaged, or is UTF-16.
    """
    shown = "standard input" if path is None else str(path)
    try:
        raw = cast("BufferedReader", sys.stdin.buffer) if path is None else path.open("rb")
    except OSError as error:
        raise DataError(f"{shown}: cannot be opened: {error.strerror or error}") from error
    try:
        with reading(shown):
            start = raw.peek(2)[:2]
        if start in _UTF16:
            raise DataError(
                f"{shown}: is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 IN > OUT"
            )
        if path is not None and path.name.lower().endswith(".gz") and start not in (_GZIP, b""):
            raise DataError(f"{shown}: is named .gz but holds no gzip data; rename or pack it")
        stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw) if start == _GZIP else raw)

        def read(count: int) -> bytes:
            with reading(shown):
                return stream.read(count)

        size = path.stat().st_size if path is not None and path.is_file() else None
        yield Input(read, raw.tell, size, packed=start == _GZIP)
    finally:
        if path is not None:
            raw.close()


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Turn what goes wrong while reading into a DataError that names the input."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{shown}: the gzip data is damaged or cut off: {error}") from error
    except OSError as error:
        raise DataError(f"{shown}: cannot be read: {error.strerror or error}") from error
