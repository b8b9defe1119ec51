"""A process that works off batches: `python -m service.engine.worker SETTINGS`.

It reads frames on standard input and answers in frames; see `wire`. When its standard input ends,
so does it, whatever it is doing. A text that makes a step raise is found by halving its batch, and
fails alone.
"""

import ctypes
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from augment.build import build_pipeline
from augment.counts import StepCounts
from augment.errors import AugmentError
from augment.pipeline import Pipeline
from augment.record import Outcome
from augment.spec import PipelineSpec
from augment.translation.settings import EngineSettings
from service.engine import frames
from service.engine.items import ItemError
from service.engine.stopwatch import Stopwatch, TimedResources
from service.engine.wire import Task, end_to_json, task_from_json

# Pipelines that are kept; models and lexicons are shared by all and loaded once.
_KEPT: Final = 64

_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of prctl(2)

log = logging.getLogger(__name__)


class Pipelines:
    """Pipelines by spec, the last used ones kept, over one set of resources each way."""

    def __init__(self, cache: Path | None, threads: int) -> None:
        self.stopwatch = Stopwatch()
        self._resources = {
            strict: TimedResources(
                self.stopwatch,
                cache=cache,
                engine=EngineSettings(
                    compute_type="float32" if strict else "auto", threads=threads
                ),
            )
            for strict in (False, True)
        }
        self._kept: OrderedDict[tuple[str, bool], Pipeline] = OrderedDict()

    def get(self, spec: str, *, strict: bool) -> Pipeline:
        """The pipeline of a spec in JSON; built if need be.

        Raises:
            AugmentError: something that it needs is missing or altered.
        """
        key = (spec, strict)
        if key not in self._kept:
            parsed = PipelineSpec.model_validate_json(spec)
            self._kept[key] = build_pipeline(parsed, self._resources[strict])
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def main(settings: str) -> None:
    """Work until there is nothing more to do; `settings` is JSON."""
    # Ctrl-C reaches all processes of a terminal; the server decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    found = json.loads(settings)
    answers = _own_output()
    batches: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, batches), daemon=True).start()
    cache = Path(found["cache"]) if found["cache"] is not None else None
    pipelines = Pipelines(cache, found["threads"])
    _answer(answers, [{"ready": os.getpid()}])
    while True:
        work(batches.get(), pipelines, answers)


def work(asked: dict[str, Any], pipelines: Pipelines, answers: BinaryIO) -> None:
    """One batch, from the frame that asks for it to the frames that answer."""
    number, came = asked["batch"], time.monotonic()
    _answer(answers, [{"taken": number}])
    tasks = [task_from_json(one) for one in asked["items"]]
    pipeline = _pipeline(asked, pipelines)
    began, clock = time.monotonic(), pipelines.stopwatch
    tokenized, translated = clock.tokenizing, clock.translating
    _answer(answers, [{"begun": number}])
    counts = StepCounts()
    ends: Iterable[Outcome | ItemError] = (
        [pipeline] * len(tasks)
        if isinstance(pipeline, ItemError)
        else _ends(pipeline, tasks, counts)
    )
    for index, end in enumerate(ends):
        models = [clock.tokenizing - tokenized, clock.translating - translated]
        seconds = [began - came, *models, time.monotonic() - began]
        _answer(answers, [_end(index, end) | {"seconds": seconds}])
    done = {"done": number, "preparing": began - came, "counts": counts.to_json()}
    _answer(answers, [done])


def _pipeline(asked: dict[str, Any], pipelines: Pipelines) -> Pipeline | ItemError:
    """The pipeline of a batch; if it cannot be had, what is told to each item."""
    try:
        return pipelines.get(asked["spec"], strict=asked["strict"])
    except Exception as error:  # the process itself stays sound
        return _fault(error)


def _ends(
    pipeline: Pipeline, tasks: Sequence[Task], counts: StepCounts
) -> Iterator[Outcome | ItemError]:
    """What becomes of each; where the whole raises, each half on its own."""
    try:
        yield from _outcomes(pipeline, tasks, counts)
    except Exception as error:  # of any kind: it must not touch the other items
        if len(tasks) == 1:
            yield _fault(error)
            return
        middle = len(tasks) // 2
        yield from _ends(pipeline, tasks[:middle], counts)
        yield from _ends(pipeline, tasks[middle:], counts)


def _outcomes(pipeline: Pipeline, tasks: Sequence[Task], counts: StepCounts) -> list[Outcome]:
    own = StepCounts()  # those of a call that raises count for nothing
    outcomes = pipeline.augment_batch(
        [task.record for task in tasks],
        copies=[task.copies for task in tasks],
        seed=[task.seed for task in tasks],
        counts=own,
    )
    counts.add(own)
    return outcomes


def _fault(error: Exception) -> ItemError:
    """An error for an item; the message of a bug may hold texts, so only its place is told."""
    if isinstance(error, AugmentError):
        return ItemError(error.code, str(error), retryable=False)
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("%s in %s:%s", type(error).__name__, Path(place.filename).name, place.lineno)
    return ItemError("item_failed", f"the text made a step fail ({type(error).__name__})", False)


def _end(index: int, end: Outcome | ItemError) -> dict[str, Any]:
    head = {"item": index}
    value = head | end_to_json(end)
    try:
        frames.encode(value)
    except frames.FrameError as error:
        return head | end_to_json(ItemError("item_too_large", str(error), retryable=False))
    return value


def _listen(source: BinaryIO, batches: "queue.SimpleQueue[dict[str, Any]]") -> None:
    try:
        while True:
            batches.put(frames.read(source))
    except (EOFError, frames.FrameError):
        os._exit(0)


def _end_with_parent() -> None:
    """Die with the server even inside a call that never gives the interpreter back."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)


def _own_output() -> BinaryIO:
    """Standard output for answers alone: what libraries print there goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _answer(answers: BinaryIO, values: Sequence[dict[str, Any]]) -> None:
    answers.writelines(frames.encode(value) for value in values)
    answers.flush()


if __name__ == "__main__":
    # One worker for each core: threads of a model inside it would only be in each other's way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(sys.argv[1])
