"""Runs of `expand` that die by SIGKILL at a chosen moment: `python -m tests.support.crash PLAN`.

PLAN is a JSON file: arguments of `augment expand`, rows of a unit and a list of moments. For each
moment a child is forked that runs the command and kills itself there: `[event, n]` is the n-th time
that the event comes. Events are those around which a commit stands: `write` (before bytes of a
batch), `sync`, `rename`, `manifest` (before each), and `any` of them. Where the run ends before the
moment comes, it ends well. The statuses of all children are printed as a JSON list.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from augment.cli import main
from augment.datasets.output import OutputFile
from augment.datasets.units import plan as units
from augment.datasets.units.manifest import Manifest


class Crash:
    """Counts events, and ends the process at the chosen one."""

    def __init__(self, event: str, number: int) -> None:
        self._event = event
        self._left = number

    def before(self, event: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if self._event in (event, "any"):
                self._left -= 1
                if self._left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return wrapped


def child(arguments: Sequence[str], event: str, number: int) -> int:
    crash = Crash(event, number)
    OutputFile.write = crash.before("write", OutputFile.write)  # type: ignore[method-assign]
    Manifest.add = crash.before("manifest", Manifest.add)  # type: ignore[method-assign]
    os.fsync = crash.before("sync", os.fsync)
    os.replace = crash.before("rename", os.replace)
    return main(arguments)


def run(plan: Path) -> list[int]:
    asked = json.loads(plan.read_text())
    units.UNIT_ROWS = asked["unit_rows"]
    statuses = []
    for event, number in asked["moments"]:
        pid = os.fork()
        if pid == 0:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            code = 1
            try:
                code = child(asked["arguments"], event, number)
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        statuses.append(os.waitstatus_to_exitcode(status))
    return statuses


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
