"""Data sets written for this project, so that a first run needs no data of one's own."""

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

from augment.errors import DataError

PREFIX = "sample:"
_PARTS = ("train", "dev", "test")


def sample_file(name: str) -> AbstractContextManager[Path]:
    """The file behind `sample:support`, `sample:support/dev` or `sample:support/test`.

    Raises:
        DataError: there is no such sample.
    """
    data_set, _, part = name.removeprefix(PREFIX).partition("/")
    entry = files(__name__) / data_set / f"{part or 'train'}.csv"
    if not data_set.isidentifier() or (part or "train") not in _PARTS or not entry.is_file():
        raise DataError(
            f"no sample {name!r}; there are: "
            "sample:support, sample:support/dev, sample:support/test"
        )
    return as_file(entry)
