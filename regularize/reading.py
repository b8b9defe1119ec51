"""One file as examples, through the readers of `augment`.

Columns are found as `augment expand` finds them, so what was expanded is read here with the same
options. Rows that cannot be used are faults with their line and all their bytes.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from augment.datasets.columns import Columns, NewColumns
from augment.datasets.conll import Conll
from augment.datasets.delimited import decode_field
from augment.datasets.formats import Kind, input_kind, input_name
from augment.datasets.ids import SeenIds
from augment.datasets.inputs import open_data
from augment.datasets.json_lines import scan_object
from augment.datasets.labels import LabelTally
from augment.datasets.reader import Reader, ReadOptions, second
from augment.datasets.rows import Fault, Raw, Row, decoded
from augment.datasets.tables import Table
from augment.datasets.tasks.schemes import read_tags, write_tags
from augment.datasets.tasks.tagging import TaggingTask
from augment.datasets.tasks.texts import TextTask
from augment.errors import DataError
from augment.samples import PREFIX, sample_file
from regularize.data import Example, Task

# A reader is asked for new columns that no file has, since those of an output may be there already.
ABSENT = NewColumns("\x1fsource_id", "\x1fcopy", "\x1ftrail")
_COPIES = NewColumns()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataOptions:
    """How a file is read; what stays open is told by its name and its head."""

    kind: Kind | None = None
    columns: Columns = field(default_factory=Columns)
    delimiter: bytes | None = None
    quotes: bool = True
    row_limit: int = 16 << 20


@dataclass(frozen=True, slots=True)
class Examples:
    """What a file holds; `faults` are the rows that cannot be used."""

    rows: tuple[Example, ...]
    task: Task
    faults: tuple[Fault, ...]


class _Candidate(NamedTuple):
    """A row before it is known what labels the others have."""

    row: Row
    example: Example
    shape: str


def read_examples(source: str, options: DataOptions | None = None) -> Examples:
    """The labelled texts of a file, or of a sample such as `sample:support/dev`.

    Raises:
        DataError: the input as a whole is unusable, has no label column, or is of another task.
    """
    with opened(source, options or DataOptions()) as reader, SeenIds() as ids:
        task = reader.layout.task
        if isinstance(task, TaggingTask):
            return _tagged(reader, task, ids, source)
        if not isinstance(task, TextTask):
            raise DataError(
                f"{source}: its rows have two texts each; a classifier is trained on one text a "
                "row: join them in one column and name it with --text"
            )
        found = getattr(reader.layout, "found", None)
        if found is None or found.label is None:
            raise DataError(
                f"{source}: no column has a usual name for the label; name it with --label"
            )
        return _labelled(reader, found.label, ids, source)


@contextmanager
def opened(source: str, options: DataOptions) -> Iterator[Reader]:
    """The rows of a file.

    Raises:
        DataError: the file is missing or unusable; the message begins with its name.
    """
    sample = sample_file(source) if source.startswith(PREFIX) else nullcontext(Path(source))
    with sample as path:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "there is no such file"
            raise DataError(f"{source}: {what}; name a data set, or {PREFIX}support")
        read_options = ReadOptions(
            kind=input_kind(path, options.kind),
            columns=options.columns,
            new=ABSENT,
            delimiter=options.delimiter,
            quotes=options.quotes,
            row_limit=options.row_limit,
        )
        with open_data(path, read_options, _COPIES.names[:2]) as found:
            try:
                reader = Reader(found.read, input_name(path), read_options)
            except DataError as error:
                told = str(error)
                raise DataError(told if told.startswith(source) else f"{source}: {told}") from error
            yield reader


def cells(reader: Reader, raw: Raw) -> Mapping[str, Any]:
    """All values of a row that was read before, by column; of CoNLL the comments above it."""
    layout = reader.layout
    if isinstance(layout, Table):
        values = (decode_field(raw.content[slice(*f)], layout.dialect) for f in raw.fields)
        return dict(zip(layout.names, values, strict=True))
    if isinstance(layout, Conll):
        head = raw.content[: raw.fields[0].start].decode("utf-8")
        return dict(re.findall(r"^# (\S.*?) = (.*?)\r?$", head, re.MULTILINE))
    return {name: member.value for name, member in scan_object(decoded(raw.content))[0].items()}


def _rows(reader: Reader, ids: SeenIds) -> Iterator[tuple[Row, Mapping[str, Any], Example] | Fault]:
    """Rows with all their values and, as an example still without label, id and text."""
    for number, raw in reader.scan():
        row = reader.row(raw, number)
        if isinstance(row, Fault):
            yield row
        elif row is not None:
            assert isinstance(raw, Raw)
            values = cells(reader, raw)
            example = _with_source(row, values)
            if not example.text.strip():
                yield Fault(row.line, "empty_text", "the text is empty", row.content)
            elif ids.claim(example.id):
                yield row, values, example
            else:
                yield second(row)


def _with_source(row: Row, values: Mapping[str, Any]) -> Example:
    """Of a copy, as `augment expand` writes it, the original's id."""
    text, source = row.records[0].text, values.get(_COPIES.source_id)
    if source in (None, ""):
        return Example(row.id, text, "")
    copy = str(values.get(_COPIES.copy, ""))
    if copy == "0" or (copy == "" and source == row.id):
        return Example(str(source), text, "")
    return Example(f"{source}#{copy or row.id}", text, "", source_id=str(source))


def _tagged(reader: Reader, task: TaggingTask, ids: SeenIds, source: str) -> Examples:
    """Sentences with a tag a token, in IOB2 whatever scheme the file has."""
    assert task.scheme is not None, "the reader settled it"
    examples, faults = [], []
    for found in _rows(reader, ids):
        if isinstance(found, Fault):
            faults.append(found)
            continue
        row, _, example = found
        tokens, tags = tuple(row.values[task.tokens]), row.values[task.tags]
        iob2 = write_tags(read_tags(tags, task.scheme), len(tags), "bio")
        examples.append(
            Example(example.id, example.text, tuple(iob2), tokens, source_id=example.source_id)
        )
    return _checked(Examples(tuple(examples), "tags", tuple(faults)), source)


def _labelled(reader: Reader, column: str, ids: SeenIds, source: str) -> Examples:
    candidates: list[_Candidate] = []
    faults: list[Fault] = []
    for found in _rows(reader, ids):
        candidate = found if isinstance(found, Fault) else _candidate(*found, column, reader)
        if isinstance(candidate, Fault):
            faults.append(candidate)
        else:
            candidates.append(candidate)
    # The first row of a file may be the odd one: what most rows have is what is meant.
    shapes = Counter(candidate.shape for candidate in candidates)
    main = max(shapes, key=lambda shape: shapes[shape], default="a name")
    examples = []
    for row, example, shape in candidates:
        if shape == main:
            examples.append(example)
        else:
            detail = f"the label in {column!r} is {shape}, where most rows have {main}"
            faults.append(Fault(row.line, "mixed_labels", detail, row.content))
    task: Task = "several" if main == _SEVERAL else "single"
    _refuse_scores(examples, task, reader, source, column)
    ordered = sorted(faults, key=lambda fault: fault.line)
    return _checked(Examples(tuple(examples), task, tuple(ordered)), source)


_SEVERAL = "a list of names"


def _candidate(
    row: Row, values: Mapping[str, Any], example: Example, column: str, reader: Reader
) -> _Candidate | Fault:
    """The row with its label, if it has one."""
    shape, value = reader.options.columns.labels, values.get(column)
    several = shape.type != "class" and (isinstance(value, list) or shape.separator is not None)
    if value is None or (value == "" and not several):
        return Fault(row.line, "no_label", f"{column!r} is empty", row.content)
    if isinstance(value, dict) or (isinstance(value, list) and not several):
        detail = f"{column!r} is {str(value)[:80]}, not a name"
        return Fault(row.line, "bad_label", detail, row.content)
    if several:
        return _Candidate(row, _labelled_as(example, row.labels), _SEVERAL)
    name = "true or false" if isinstance(value, bool) else "a number"
    return _Candidate(
        row,
        _labelled_as(example, row.labels[0]),
        "a name" if isinstance(value, str) else name,
    )


def _labelled_as(example: Example, label: str | tuple[str, ...]) -> Example:
    return Example(example.id, example.text, label, source_id=example.source_id)


def _refuse_scores(
    examples: list[Example], task: Task, reader: Reader, source: str, column: str
) -> None:
    tally = LabelTally(reader.options.columns.labels.type)
    for example in examples if task == "single" else ():
        assert isinstance(example.label, str)
        tally.add((example.label,), before=True)
    if tally.scores() is not None:
        raise DataError(
            f"{source}: {column!r} holds scores, and a classifier needs classes; put the scores "
            "into classes, or name another column with --label (whole numbers are classes)"
        )


def _checked(found: Examples, source: str) -> Examples:
    if found.rows:
        return found
    reasons = Counter(fault.reason for fault in found.faults)
    told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    raise DataError(f"{source}: no row can be used ({told or 'there is none'})")
