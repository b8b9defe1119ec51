"""The process of a job: `python -m service.jobs.child FOLDER`.

It runs `expand` by the plan in the folder, or goes on where a run before it was broken off, and
tells its progress in JSON, a line each, on standard output; the last line says what came of it.
When its standard input ends, so does it: whoever watched it is gone.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

from filelock import FileLock, Timeout

from augment.build import build_pipeline
from augment.datasets.expand import Progress, Workers, expand
from augment.datasets.output import OutputFile
from augment.datasets.run_record import read_record, record_path
from augment.datasets.summary import Summary
from augment.datasets.units.work import work_path
from augment.errors import AugmentError
from augment.resources import Resources
from service import logs
from service.jobs.plan import REPORT, SUMMARY, Plan, read_plan

_EVERY: Final = 0.2
_ORPHAN: Final = 3
_PRIVATE: Final = ("output", "rejects")

Say = Callable[[dict[str, Any]], None]


def main(folder: Path) -> None:
    """Work, and say what came of it."""
    _end_with_parent()
    say = _speaker()
    try:
        with _alone(folder, say):
            say({"done": run(folder, say)})
    except AugmentError as error:
        message = str(error).replace(f"{folder}{os.sep}", "")
        say({"failed": {"code": error.code, "message": message}})
    except Exception as error:
        # Without its message, which may quote a text.
        say({"failed": {"code": "internal_error", "message": "a bug in a step; see the server's "
             "log"}, "bug": logs.described(error)})  # fmt: skip


def run(folder: Path, say: Say) -> dict[str, Any]:
    """The summary of the run; one that had ended before its end was told is not run again.

    Raises:
        AugmentError: the run failed.
    """
    plan = read_plan(folder)
    summary = _ended(folder, plan)
    if summary is None:
        summary = _expanded(plan, say)
        with OutputFile(folder / SUMMARY, force=True) as file:
            file.write(json.dumps(summary).encode())
            file.publish()
    output = plan.request.output
    if output is not None and output.exists() and not (folder / REPORT).exists():
        _report(output, folder / REPORT, plan.request.rejects_path)
    return {name: value for name, value in summary.items() if name not in _PRIVATE}


def _ended(folder: Path, plan: Plan) -> dict[str, Any] | None:
    """The summary of a run that was whole, whenever its process died after that."""
    output = plan.request.output
    assert output is not None
    if (folder / SUMMARY).exists():
        found: dict[str, Any] = json.loads((folder / SUMMARY).read_bytes())
        return found
    # The record comes after the output and before the end of the work folder.
    if not record_path(output).exists():
        return None
    record = read_record(output)
    rmtree(work_path(output), ignore_errors=True)
    return None if record is None else dict(record.summary)


def _expanded(plan: Plan, say: Say) -> dict[str, Any]:
    with Resources(
        cache=plan.resources.cache,
        engine=plan.resources.engine,
        translations=plan.resources.translations,
    ) as resources:
        pipeline = build_pipeline(plan.spec, resources)
        workers = Workers(plan.workers, plan.resources.single) if plan.workers > 1 else None
        request = replace(plan.request, resume=True)
        teller = _Teller(say)
        summary = expand(request, pipeline, workers=workers, progress=teller.tell)
        teller.end(summary)
    return summary.to_json()


def _report(output: Path, page: Path, rejects: Path | None) -> None:
    from augment.report.make import make_report, report_page
    from augment.report.reading import WrittenOptions

    record = read_record(output)
    there = rejects is not None and rejects.is_file()
    figures = make_report(
        output, WrittenOptions.of(record), record=record, rejects=rejects if there else None
    )
    with OutputFile(page, force=True) as file:
        file.write(report_page(figures).encode("utf-8", "replace"))
        file.publish()


class _Teller:
    """Tells progress a few times a second, with the time left by the speed since it began."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._began = self._told = time.monotonic()
        self._size = 0
        self._first: int | None = None

    def tell(self, progress: Progress) -> None:
        """Tell how far the run is."""
        now = time.monotonic()
        self._size = progress.size
        if self._first is None:
            self._first, self._began = progress.position, now
        elif now - self._told < _EVERY and progress.position < progress.size:
            return
        self._told = now
        speed = (progress.position - self._first) / max(now - self._began, 1e-9)
        left = round((progress.size - progress.position) / speed, 1) if speed else None
        self._tell(progress.rows, progress.copies, progress.position, left)

    def end(self, summary: Summary) -> None:
        """Tell that all is done; what went before this process is counted, too."""
        self._tell(summary.rows, summary.written, self._size, 0.0)

    def _tell(self, rows: int, copies: int, position: int, left: float | None) -> None:
        told = {
            "rows": rows, "copies": copies, "position": position, "size": self._size,
            "seconds_left": left,
        }  # fmt: skip
        self._say({"progress": told})


class _alone:  # noqa: N801  (used as a function)
    """Waits until no other process works in the folder, as one of a server that hangs may."""

    def __init__(self, folder: Path, say: Say) -> None:
        self._lock = FileLock(folder / "process.lock")
        self._say = say

    def __enter__(self) -> None:
        while True:
            with suppress(Timeout):
                self._lock.acquire(timeout=1)
                return
            self._say({"waiting": True})

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _speaker() -> Say:
    """What goes to standard output; nothing else may."""
    lock = threading.Lock()
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def say(value: dict[str, Any]) -> None:
        with lock:
            out.write(json.dumps(value).encode() + b"\n")

    return say


def _end_with_parent() -> None:
    def watch() -> None:
        with suppress(OSError):
            while os.read(0, 1 << 10):
                pass
        os._exit(_ORPHAN)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
