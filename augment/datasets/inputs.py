"""The rows of any input as bytes: a file, standard input, a folder of files, or a table's rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from augment.datasets.arrow.lines import open_rows
from augment.datasets.files import digest_of
from augment.datasets.folders import FolderLines, open_folder
from augment.datasets.formats import ARROW, Input, Kind, open_input
from augment.datasets.reader import ReadOptions
from augment.errors import DataError


@contextmanager
def open_data(path: Path | None, options: ReadOptions, also: Sequence[str] = ()) -> Iterator[Input]:
    """The rows of an input; `also` names columns of tables that are read beside the usual ones.

    Raises:
        DataError: it cannot be opened or read, or is damaged.
    """
    if path is not None and options.kind in ARROW:
        with open_rows(path, options.kind, options.columns, options.new, also) as opened:
            yield opened
    elif path is not None and path.is_dir():
        with open_folder(path, options) as opened:
            yield opened
    else:
        with open_input(path) as opened:
            yield opened


def lines_of(path: Path, options: ReadOptions) -> FolderLines | None:
    """In which file a line stands, where lines of several files are counted through."""
    return FolderLines(path, options) if path.is_dir() and options.kind not in ARROW else None


def seal(path: Path, kind: Kind) -> str | None:
    """A hash of all bytes of an input; None where the hashes of its units say as much.

    The engine sees only some columns of a table, and the output has all of them.
    """
    return digest_of(path) if kind in ARROW else None


def check_seal(path: Path, kind: Kind, before: str | None, shown: str) -> None:
    """Make sure that an input is what it was when the run began.

    Raises:
        DataError: it was changed.
    """
    if seal(path, kind) != before:
        raise DataError(
            f"{shown}: was changed since the run began; put the old one back and go on with "
            "--resume, or begin anew with --restart"
        )
