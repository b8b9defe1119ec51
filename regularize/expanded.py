"""Copies in a file that `augment expand` wrote, by the id of their original.

Only text, id and number of a copy are asked for. `augment.report.reading` also wants its trail,
which files made otherwise (a control's plain copies) lack, and nothing here uses.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from augment.datasets.columns import Columns, NewColumns, find_text
from augment.errors import DataError

_NEW = NewColumns()


def read_copies(path: Path) -> dict[str, tuple[str, ...]]:
    """The copies in a file that `augment expand` wrote, by the id of their original.

    Raises:
        DataError: the file cannot be read, or is no output of `augment expand`.
    """
    rows = read_rows(path)
    missing = [name for name in (_NEW.source_id, _NEW.copy) if rows and name not in rows[0]]
    if not rows or missing:
        what = f"has no column {missing[0]!r}" if missing else "has no row"
        raise DataError(f"{path} {what}: name an output of `augment expand`")
    text = find_text(Columns(), list(rows[0]))
    found: dict[str, list[str]] = {}
    for row in rows:
        if str(row[_NEW.copy]) != "0":
            found.setdefault(str(row[_NEW.source_id]), []).append(str(row[text]))
    return {source: tuple(copies) for source, copies in found.items()}


def read_rows(path: Path) -> Sequence[dict[str, Any]]:
    """All rows of a .csv, .tsv or .jsonl file.

    Raises:
        DataError: names the file and what is wrong.
    """
    match path.suffix.lower():
        case ".csv" | ".tsv":
            delimiter = "," if path.suffix.lower() == ".csv" else "\t"
            lines = io.StringIO(_text_of(path), newline="")
            try:
                return list(csv.DictReader(lines, delimiter=delimiter, strict=True))
            except csv.Error as error:
                raise DataError(f"{path}: {error}") from error
        case ".jsonl" | ".ndjson":
            return list(_objects(path))
        case suffix:
            raise DataError(f"{path}: the suffix {suffix!r} is none of .csv, .tsv, .jsonl")


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise DataError(f"{path}:{number}: not valid JSON: {error}") from error
        if not isinstance(value, dict):
            raise DataError(f"{path}:{number}: expected an object, not {type(value).__name__}")
        yield value


def _text_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
