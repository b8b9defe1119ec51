"""The rejects file: what did not make it into the output, one JSON object a line, with the reason.

Of a row all bytes are kept: as `raw`, or as `raw_base64` where they are not UTF-8.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from augment.datasets.output import OutputFile, check_output
from augment.datasets.rows import Fault
from augment.record import Refusal


class Place(Protocol):
    """Where a row stands in the input."""

    @property
    def line(self) -> int:
        """Its first line."""
        ...

    @property
    def id(self) -> str:
        """Its id."""
        ...


class Rejects:
    """Opens its file at the first reject only, so that without rejects there is no file."""

    def __init__(
        self,
        path: Path | None,
        *,
        force: bool = False,
        within: Path | None = None,
        place: Callable[[int], tuple[str, int]] | None = None,
    ) -> None:
        """`path` None: lines go to standard error, since the output is standard output.

        `within`: where the file lies until it has its name, see `OutputFile`.
        `place`: the file and the line in it for a line of the input, if that is many files.

        Raises:
            OutputError: there is a file of this name already and `force` is not set.
        """
        check_output(path, force=force)
        self._path = path
        self._force = force
        self._within = within
        self._place = place
        self._file: OutputFile | None = None

    def row(self, fault: Fault) -> None:
        """A row of the input that cannot be used."""
        entry: dict[str, Any] = {"kind": "row", "line": fault.line}
        if fault.part > 1 or fault.parts_follow:
            entry["part"] = fault.part
        entry |= {"reason": fault.reason, "detail": fault.detail}
        try:
            entry["raw"] = fault.content.decode("utf-8")
        except UnicodeDecodeError:
            entry["raw_base64"] = b64encode(fault.content).decode("ascii")
        self._write(entry)

    def copy(self, row: Place, number: int, refusal: Refusal) -> None:
        """A copy that was asked for and not made."""
        self._write(
            {
                "kind": "copy",
                "line": row.line,
                "source_id": row.id,
                "copy": number,
                "reason": refusal.reason,
                "detail": refusal.detail,
                **({} if refusal.score is None else {"score": refusal.score}),
                **({} if refusal.step is None else {"step": refusal.step}),
            }
        )

    def lines(self, pieces: Iterable[bytes]) -> None:
        """Lines that were written before, as bytes."""
        if self._place is None:
            for piece in pieces:
                self._put(piece)
            return
        left = b""
        for piece in pieces:
            *whole, left = (left + piece).split(b"\n")
            for line in whole:
                self._write(json.loads(line))

    def publish(self) -> bool:
        """Give the file its name; whether there is one.

        A file that an earlier run left under the name would tell of rows that are fine now.
        """
        if self._file is not None:
            self._file.publish()
            return True
        if self._path is not None and self._force and self._path.is_file():
            self._path.unlink()
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.__exit__(kind, error, trace)

    def _write(self, entry: dict[str, Any]) -> None:
        if self._place is not None:
            file, number = self._place(entry["line"])
            entry = {"kind": entry["kind"], "file": file, **entry, "line": number}
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        self._put(line.encode("utf-8", "backslashreplace"))

    def _put(self, data: bytes) -> None:
        if self._path is None:
            sys.stderr.buffer.write(data)
            return
        if self._file is None:
            self._file = OutputFile(self._path, force=self._force, within=self._within)
        self._file.write(data)
