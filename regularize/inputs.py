"""The data of a run from the arguments that its record keeps, so that a resume reads the same."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from augment.datasets.rows import Row
from regularize.data import Example, Split
from regularize.loading import SplitRequest, load_split
from regularize.reading import DataOptions, opened
from regularize.splits import apart

_UNLABELLED = "unlabelled"


def arguments_of(request: SplitRequest, unlabelled: str | None) -> dict[str, str | None]:
    """What a record keeps of the data."""
    path = None if unlabelled is None else str(Path(unlabelled).resolve())
    return {**request.arguments(), _UNLABELLED: path}


def read_split(arguments: Mapping[str, str | None]) -> Split:
    """The data that these arguments name.

    Raises:
        DataError: a file is unusable, or there is nothing to learn.
    """
    kept = {name: value for name, value in arguments.items() if name != _UNLABELLED}
    request = SplitRequest.of_arguments(kept)
    split = load_split(request)
    source = arguments.get(_UNLABELLED)
    return split if source is None else _with_texts(split, source, request.options)


def _with_texts(split: Split, source: str, options: DataOptions) -> Split:
    """The split with the texts of a file as well, those left out that another part has."""
    open_label = replace(options, columns=replace(options.columns, label=None))
    with opened(source, open_label) as reader:
        texts = tuple(
            Example(record.id, record.text, "")
            for row in reader
            if isinstance(row, Row)
            for record in row.records[:1]
        )
    parts, removed = apart(
        {
            "train": split.train,
            "dev": split.dev,
            "test": split.test,
            "unlabelled": (*split.unlabelled, *texts),
        }
    )
    return replace(split, unlabelled=parts["unlabelled"], removed=(*split.removed, *removed))
