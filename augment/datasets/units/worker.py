"""A process that works off units: `python -m augment.datasets.units.worker FOLDER`.

It reads a unit a line on standard input and answers in lines of JSON; see `messages`. When its
standard input ends, so does it, whatever it is doing: nobody would note what it wrote.
"""

import json
import os
import queue
import signal
import sys
import threading
import traceback
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from augment.build import build_pipeline
from augment.datasets.inputs import open_data
from augment.datasets.reader import Reader
from augment.datasets.units.generate import Generator
from augment.datasets.units.job import Job, read_job
from augment.datasets.units.plan import Unit
from augment.errors import AugmentError
from augment.resources import Resources


def main(folder: Path) -> None:
    """Work until there is nothing more to do."""
    # Ctrl-C reaches all processes of a terminal; the one that leads the run decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _own_output()
    units: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin, units), daemon=True).start()
    try:
        with ExitStack() as stack:
            generator = _generator(read_job(folder), folder, stack)
            _answer(answers, {"ready": os.getpid()})
            while True:
                _work(generator, units.get(), answers)
    except Exception as error:  # a bug as well is told by the process that leads the run
        _answer(answers, {"error": told(error)})


def told(error: Exception) -> dict[str, str]:
    """An error as JSON; one of our own making needs no trace."""
    said = {"type": type(error).__name__, "message": str(error)}
    if not isinstance(error, AugmentError):
        said["trace"] = "".join(traceback.format_exception(error))
    return said


def _work(generator: Generator, asked: dict[str, Any], answers: TextIO) -> None:
    unit = Unit.from_json(asked["unit"])
    done = generator.generate(
        unit,
        asked["name"],
        lambda step: _answer(answers, asdict(step)),
    )
    _answer(answers, {"done": done.to_json()})


def _generator(job: Job, folder: Path, stack: ExitStack) -> Generator:
    resources = stack.enter_context(Resources.of(job.resources))
    pipeline = build_pipeline(job.spec, resources)
    if job.fit:
        pipeline = stack.enter_context(pipeline.restored(folder / "fit"))
    options = job.request.options
    head = stack.enter_context(open_data(job.source, options))
    reader = Reader(head.read, job.request.name, options)
    units = stack.enter_context(open_data(job.source, options))
    return Generator(job, pipeline, reader, units, folder / "units")


def _listen(source: TextIO, units: "queue.SimpleQueue[dict[str, Any]]") -> None:
    for line in source:
        units.put(json.loads(line))
    os._exit(0)


def _own_output() -> TextIO:
    """Standard output for answers alone: what libraries print there goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, value: dict[str, Any]) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
