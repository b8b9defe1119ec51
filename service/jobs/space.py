"""What the disk refuses, told as a problem; a full one by its own code, so clients come again."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError

from augment.errors import OutputError
from service.errors import Problem

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DISK_FULL: Final = "53100"  # SQLSTATE of PostgreSQL
_RETRY: Final = 60


@contextmanager
def written() -> Iterator[None]:
    """Around what writes to the data folder or the table of jobs.

    Raises:
        Problem: `disk_full`, or `output_unusable` where files cannot be written for another reason.
    """
    try:
        yield
    except (OSError, OutputError, DBAPIError) as error:
        if _is_full(error):
            raise Problem("disk_full", "the server's disk is full", retry_after=_RETRY) from error
        if isinstance(error, DBAPIError):
            raise
        raise Problem("output_unusable", "the server cannot write to its data folder") from error


def _is_full(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        told = getattr(error.orig, "sqlite_errorcode", None)
        return told == sqlite3.SQLITE_FULL or getattr(error.orig, "sqlstate", None) == _DISK_FULL
    found = error.__cause__ if isinstance(error, OutputError) else error
    return isinstance(found, OSError) and found.errno in _FULL
