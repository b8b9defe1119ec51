"""Formats of files, by suffix or by name, and the bytes of an input whether packed or not."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal, cast

from augment.datasets.packed import damage, packing, suffix_packing, unpacked, without_packing
from augment.errors import DataError

Kind = Literal["csv", "tsv", "jsonl", "conll", "parquet", "arrow"]

_SUFFIXES: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".conll": "conll",
    ".iob": "conll",
    ".bio": "conll",
    ".parquet": "parquet",
}
# Formats whose rows are no stretches of the file's bytes.
ARROW: frozenset[Kind] = frozenset({"parquet", "arrow"})
_KNOWN = f"{', '.join(_SUFFIXES)}, all but the last also with .gz or .zst"
FLATTEN = (
    "SQuAD's nested JSON becomes rows by: python -c \"import json, sys; [print(json.dumps("
    "{'id': q['id'], 'context': p['context'], 'question': q['question'], 'answers': q['answers']}"
    ")) for a in json.load(sys.stdin)['data'] for p in a['paragraphs'] for q in p['qas']]\" "
    "< IN.json > OUT.jsonl"
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Input:
    """An open input: its bytes unpacked, its size on disk where it is a file.

    `seek` goes to a place in the unpacked bytes, at which begins the row behind so many. It takes
    long only backwards in a packed file.
    `position` is how far a packed file has been read; of others the rows tell it more finely.
    """

    read: Callable[[int], bytes]
    seek: Callable[[int, int], object]
    position: Callable[[], int]
    size: int | None
    packed: bool


def suffix_kind(path: Path) -> Kind | None:
    """The format that a file's name tells, with `.gz` and `.zst` looked through.

    >>> suffix_kind(Path("train.CSV.gz"))
    'csv'
    """
    kind = _SUFFIXES.get(Path(without_packing(path.name).lower()).suffix)
    # Parquet packs its columns itself, and cannot be read from the start on.
    return None if kind == "parquet" and suffix_packing(path) else kind


def input_kind(path: Path | None, asked: Kind | None) -> Kind:
    """The format of an input: as asked, else by suffix; CSV on standard input.

    Raises:
        DataError: the suffix names no known format.
    """
    if asked is not None:
        return asked
    if path is None:
        return "csv"
    if path.is_dir():
        return _folder_kind(path)
    kind = suffix_kind(path)
    if kind is None and path.suffix.lower() == ".json":
        raise DataError(
            f"{path}: a JSON file is one value and not rows; write one object a line and name it "
            f".jsonl, or --format jsonl if that is what it holds. {FLATTEN}"
        )
    if kind is None:
        raise DataError(
            f"{path}: the format cannot be told from the suffix {path.suffix!r} (known: {_KNOWN}); "
            "name it with --format csv, tsv, jsonl, conll or parquet"
        )
    return kind


def input_name(path: Path | None) -> str:
    """What row numbers are put behind to make an id; the same for a file and its packed form.

    >>> input_name(Path("data/train.csv.gz"))
    'train.csv'
    """
    return "stdin" if path is None else without_packing(path.name or path.resolve().name)


def _folder_kind(path: Path) -> Kind:
    """The format of a folder: what Hugging Face `datasets` saved, or that of its first file."""
    names = sorted(entry.name for entry in os.scandir(path) if not entry.name.startswith("."))
    if "dataset_dict.json" in names:
        parts = [name for name in names if (path / name).is_dir()]
        raise DataError(
            f"{path}: is a data set of several parts ({', '.join(parts)}); name one of them, such "
            f"as {path / parts[0] if parts else path}"
        )
    if "state.json" in names:
        return "arrow"
    if not names:
        raise DataError(f"{path}: the folder has no files")
    kind = suffix_kind(path / names[0])
    if kind is None:
        raise DataError(
            f"{path / names[0]}: the format of the folder's files cannot be told from the suffix "
            f"(known: {_KNOWN}); move it elsewhere, or name the format with --format"
        )
    return kind


@contextmanager
def open_input(path: Path | None, *, unpack: bool = True) -> Iterator[Input]:
    """The bytes of a file or of standard input, unpacked if they are gzip or zstd.

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
            start = raw.peek(4)[:4]
        if start[:2] in _UTF16:
            raise DataError(
                f"{shown}: is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 IN > OUT"
            )
        how, named = packing(start), suffix_packing(path) if path is not None else None
        if path is not None and start and named not in (None, how):
            suffix = path.suffix.lower()
            raise DataError(
                f"{shown}: is named {suffix} but holds no {named} data; rename or pack it"
            )
        packed = unpack and how is not None
        stream = unpacked(raw, how, shown) if unpack and how else raw

        def read(count: int) -> bytes:
            with reading(shown):
                return stream.read(count)

        def seek(place: int, row: int) -> None:
            del row
            with reading(shown):
                stream.seek(place)

        size = path.stat().st_size if path is not None and path.is_file() else None
        yield Input(read, seek, raw.tell, size, packed)
    finally:
        if path is not None:
            raw.close()


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Turn what goes wrong while reading into a DataError that names the input."""
    try:
        yield
    except damage() as error:
        raise DataError(f"{shown}: the packed data is damaged or cut off: {error}") from error
    except OSError as error:
        raise DataError(f"{shown}: cannot be read: {error.strerror or error}") from error
