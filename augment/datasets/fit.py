"""The pass over a data set before copies are made, for checks that must know all of it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from augment.datasets.rows import Fault, Row
from augment.errors import DataError
from augment.pipeline import Pipeline
from augment.record import Record
from augment.spec import Leak

OpenRows = Callable[[Path], AbstractContextManager[Iterable[Row | Fault]]]


def fitted(pipeline: Pipeline, source: Path | None, rows_of: OpenRows) -> Pipeline:
    """The pipeline with its checks ready; without a check that asks for it nothing is read.

    Raises:
        DataError: the input cannot be read twice, a data set that a check names cannot be read, or
            there is nothing that a check could go by.
    """
    if not pipeline.unfitted:
        return pipeline
    if source is None or not source.is_file():
        shown = "standard input" if source is None else str(source)
        raise DataError(
            f"{shown}: {', '.join(pipeline.unfitted)} must read the data set before copies "
            "are made, and this can be read only once; save it as a file first"
        )
    return pipeline.fitted(
        _records(source, rows_of, training=True), _held_out(pipeline, source, rows_of)
    )


def fit_into(folder: Path, pipeline: Pipeline, source: Path, rows_of: OpenRows) -> None:
    """Let all that must know the data set read it, and leave what it learnt in a folder.

    Raises:
        DataError: a data set that a check names cannot be read, or there is nothing that a check
            could go by.
    """
    pipeline.fit(
        _records(source, rows_of, training=True), _held_out(pipeline, source, rows_of), folder
    )


def _records(path: Path, rows_of: OpenRows, *, training: bool) -> Iterator[Record]:
    with rows_of(path) as rows:
        for row in rows:
            if isinstance(row, Row) and row.training == training:
                yield from row.records


def _held_out(pipeline: Pipeline, source: Path, rows_of: OpenRows) -> Iterator[Record]:
    yield from _records(source, rows_of, training=False)
    for check in pipeline.spec.checks:
        for path in check.files if isinstance(check, Leak) else ():
            with rows_of(path) as rows:
                for row in rows:
                    if isinstance(row, Row):
                        yield from row.records
