"""A process that runs contenders when told to, so that several can be timed in turns.

The worker reads one JSON request a line and answers with one line: wall and CPU seconds of the call
alone, and what came out. Contenders stay loaded and warm between requests, and do nothing then.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

WARM = 16  # texts for the first call, which is not counted

# A contender gets the texts, prepares what shall not be timed, and gives back what shall.
Run = Callable[[], Sequence[str | None]]
Contender = Callable[[Sequence[str]], Run]


@dataclass(frozen=True)
class Timed:
    """One call: its seconds, and for each text what came out, if anything."""

    wall: float
    cpu: float
    outputs: list[str | None]


class Worker:
    """The caller's end. Use as a context manager."""

    def __init__(self, python: str, module: str, *arguments: str) -> None:
        # One thread is set for tests; here every library takes as many as it likes.
        free = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
        command = [python, "-m", module, *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=free
        )

    def run(self, kind: str, texts: Sequence[str], **options: object) -> Timed:
        """Let a contender work; it is loaded and warmed up when first named.

        Raises:
            RuntimeError: the process ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"kind": kind, "options": options, "texts": list(texts)}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process of {kind} ended with {self._process.wait()}")
        return Timed(**json.loads(answer))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def serve(kinds: Mapping[str, Callable[..., Contender]]) -> None:
    """The worker's end: answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to standard error
    loaded: dict[str, Contender] = {}
    prepared: dict[str, Run] = {}
    for line in sys.stdin:
        request = json.loads(line)
        texts = request["texts"]
        place = json.dumps([request["kind"], request["options"]])
        if place not in loaded:
            loaded[place] = kinds[request["kind"]](**request["options"])
            loaded[place](texts[:WARM])()
        key = place + json.dumps(texts)
        if key not in prepared:
            prepared[key] = loaded[place](texts)
        print(json.dumps(timed(prepared[key])), file=answers, flush=True)


def timed(run: Run) -> dict[str, Any]:
    """The fields of `Timed` for one call, with the CPU time of processes that it started."""
    cpu, wall = _cpu(), time.perf_counter()
    outputs = list(run())
    return {
        "wall": time.perf_counter() - wall,
        "cpu": _cpu() - cpu,
        "outputs": outputs,
    }


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
