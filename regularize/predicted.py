"""A file with predictions: each row as it is in the input, byte for byte, with new columns behind.

The columns are `prediction`, `probability` and `probabilities` (of all labels). Rows that cannot be
read go to the rejects file, as those of `augment expand` do.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from augment.datasets.delimited import encode_field
from augment.datasets.formats import ARROW, suffix_kind
from augment.datasets.json_lines import JsonLines
from augment.datasets.output import OutputFile, check_output, same_file
from augment.datasets.reader import Layout, Reader
from augment.datasets.rejects import Rejects
from augment.datasets.rows import Fault, Raw, Row
from augment.datasets.tables import Table
from augment.datasets.tasks.texts import TextTask
from augment.datasets.values import compact
from augment.datasets.writer import RowWriter
from augment.errors import DataError, OutputError
from regularize.data import Example
from regularize.metrics import Floats
from regularize.predictor import Predictor, blank
from regularize.reading import ABSENT, DataOptions, cells, opened
from regularize.saved import Saved
from regularize.tokens import TokensTask

NEW: Final = ("prediction", "probability", "probabilities")
AT_ONCE: Final = 512
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictRequest:
    """What to answer, and where to."""

    source: str
    output: Path
    options: DataOptions
    force: bool = False

    @property
    def rejects(self) -> Path:
        """Where rows go that cannot be read."""
        return self.output.with_name(f"{self.output.name}.rejects.jsonl")


@dataclass(frozen=True, slots=True)
class Predicted:
    """How many rows were answered and how many could not be; `cut` texts were too long."""

    rows: int
    rejects: int
    cut: int


def predict(
    request: PredictRequest, predictor: Predictor, progress: Callable[[int], object] | None = None
) -> Predicted:
    """Write the input with predictions; memory does not grow with it.

    Raises:
        DataError: the input is unusable, or of another task than the model.
        OutputError: the output exists, is the input, or cannot be written.
    """
    check(request)
    rows = rejects = cut = 0
    with (
        _opened(request, predictor.saved) as reader,
        Rejects(request.rejects, force=request.force) as faults,
        OutputFile(request.output, force=request.force) as file,
    ):
        file.write(reader.bom + _header(reader.layout))
        writer = RowWriter(file.write, reader.layout.ended)
        for found in _pieces(_usable(reader, request.source), AT_ONCE):
            good = [row for row in found if isinstance(row, Row)]
            answered, shortened = _answered(good, predictor, reader, progress)
            for row, values in zip(good, answered, strict=True):
                writer.row(_with_values(row, values, reader.layout), row.end)
            for fault in found:
                if isinstance(fault, Fault):
                    faults.row(fault)
            rows, rejects, cut = rows + len(good), rejects + len(found) - len(good), cut + shortened
        writer.close(reader.final_end())
        faults.publish()
        file.publish()
    return Predicted(rows, rejects, cut)


def values_of(saved: Saved, probabilities: Floats, there: Sequence[bool] = ()) -> tuple[Any, ...]:
    """Prediction, its probability, and those of all labels, of one text.

    With several labels the probability is that of the least certain of the choices. Of tags there
    is one of each a token; a token behind the end of what the model reads gets `O` and null.
    """
    names = saved.labels
    if saved.task == "tags":
        return _tag_values(names, probabilities, there)
    each = {n: round(float(p), _DIGITS) for n, p in zip(names, probabilities, strict=True)}
    if saved.task == "several":
        chosen = [name for name, p in zip(names, probabilities, strict=True) if p > 0.5]
        sure = float(np.maximum(probabilities, 1 - probabilities).min())
        return chosen, round(sure, _DIGITS), each
    best = int(probabilities.argmax())
    return names[best], round(float(probabilities[best]), _DIGITS), each


def _tag_values(
    names: Sequence[str], probabilities: Floats, there: Sequence[bool]
) -> tuple[Any, ...]:
    tags, sure = [], []
    read = iter(probabilities)
    for seen in there:
        row = next(read) if seen else None
        tags.append("O" if row is None else names[int(row.argmax())])
        sure.append(None if row is None else round(float(row.max()), _DIGITS))
    return tags, sure, None


def _answered(
    rows: Sequence[Row],
    predictor: Predictor,
    reader: Reader,
    progress: Callable[[int], object] | None,
) -> tuple[list[tuple[Any, ...]], int]:
    saved = predictor.saved
    examples = [blank(saved, _example(row, reader)) for row in rows]
    if not examples:
        return [], 0
    answers = predictor.answers(examples, progress)
    probabilities = predictor.probabilities(answers.logits)
    if saved.task != "tags":
        return [values_of(saved, one) for one in probabilities], answers.cut
    found = []
    for example, table in zip(examples, probabilities, strict=True):
        read = predictor.read_tokens(example.tokens)
        there = [place in read for place in range(len(example.tokens))]
        found.append(values_of(saved, table[: len(read)], there))
    return found, answers.cut


def _example(row: Row, reader: Reader) -> Example:
    task, text = reader.layout.task, row.records[0].text
    tokens = tuple(row.values[task.tokens]) if isinstance(task, TokensTask) else ()
    return Example(row.id, text, "", tokens)


def _usable(reader: Reader, source: str) -> Iterator[Row | Fault]:
    """All rows; those without a text, or with columns of our names, are faults."""
    for number, raw in reader.scan():
        row = reader.row(raw, number)
        if isinstance(row, Fault):
            yield row
        elif row is not None:
            assert isinstance(raw, Raw)
            yield _checked(row, [name for name in NEW if name in cells(reader, raw)], source)


def _checked(row: Row, taken: Sequence[str], source: str) -> Row | Fault:
    if taken:
        detail = f"{source} has a column {taken[0]!r} already; rename it, or predict on the input"
        return Fault(row.line, "name_taken", detail, row.content)
    if not row.records[0].text.strip():
        return Fault(row.line, "empty_text", "the text is empty", row.content)
    return row


def _pieces(rows: Iterator[Row | Fault], size: int) -> Iterator[list[Row | Fault]]:
    while piece := list(islice(rows, size)):
        yield piece


def _with_values(row: Row, values: Sequence[Any], layout: Layout) -> bytes:
    """The row's bytes with the new values where the format puts them, without its end."""
    new = b"".join(_cells(values, layout))
    return row.content[: row.insert] + new + row.content[row.insert : row.stop]


def _cells(values: Sequence[Any], layout: Layout) -> Iterator[bytes]:
    for name, value in zip(NEW, values, strict=True):
        if isinstance(layout, Table):
            text = value if isinstance(value, str) else compact(value)
            cell = encode_field(text, layout.dialect)
            if cell is None:
                raise DataError(f"{text!r} cannot be written without quotes; leave out --no-quotes")
            yield layout.dialect.delimiter + cell
        elif value is not None:
            yield f", {compact(name)}: {compact(value)}".encode()


def _header(layout: Layout) -> bytes:
    """The header with our columns in place of those that the reader would add."""
    if not isinstance(layout, Table):
        return b""
    delimiter = layout.dialect.delimiter
    absent = b"".join(delimiter + name.encode() for name in ABSENT.names)
    ours = b"".join(delimiter + name.encode() for name in NEW)
    return layout.header.removesuffix(absent) + ours + layout.newline


@contextmanager
def _opened(request: PredictRequest, saved: Saved) -> Iterator[Reader]:
    """The rows without their labels, and of tokens without tags: what they are matters not here."""
    columns = replace(request.options.columns, label=None)
    if saved.task == "tags":
        # Tokens are asked for as the text, since a file of tokens alone has no tags to be found.
        name = columns.tokens or "tokens"
        columns = replace(columns, text=name, tokens=None, tags=None, scheme=None)
    with opened(request.source, replace(request.options, columns=columns)) as reader:
        layout = reader.layout
        if saved.task == "tags":
            if not isinstance(layout, JsonLines):
                raise DataError(
                    f"{request.source}: the model gives tags to tokens; write them as .jsonl, such "
                    'as {"tokens": ["Play", "it"]}'
                )
            reader.layout = replace(layout, task=TokensTask(columns.text or ""))
        elif not isinstance(layout.task, TextTask):
            raise DataError(
                f"{request.source}: the model was trained on one text a row; name its column with "
                "--text"
            )
        if isinstance(layout, Table) and (taken := [n for n in NEW if n in layout.names]):
            raise DataError(
                f"{request.source}: has a column {taken[0]!r} already, and the output needs that "
                "name; rename it, or give the data without predictions"
            )
        yield reader


def check(request: PredictRequest) -> None:
    """Find what is wrong with the names of files.

    Raises:
        DataError: the input has a format that cannot be written.
        OutputError: the output exists, is the input, or is named as another format.
    """
    if request.output.name in ("", "-"):  # a folder, or standard output
        raise OutputError(f"{request.output}: predictions go to a file; name one")
    for path in (request.output, request.rejects):
        check_output(path, force=request.force)
    source = Path(request.source)
    if source.is_file() and same_file(source, request.output):
        raise OutputError(f"{request.output}: is the input itself; write to another file")
    named, given = suffix_kind(request.output), request.options.kind or suffix_kind(source)
    if given in ARROW:
        raise DataError(
            f"{source}: predictions stand behind each row's own bytes, which {given} has not; "
            "convert it to .jsonl first"
        )
    if named is not None and given is not None and named != given:
        raise OutputError(
            f"{request.output}: is named as {named}, but the input is {given}, and rows keep their "
            f"bytes; give the output the suffix .{given}"
        )
