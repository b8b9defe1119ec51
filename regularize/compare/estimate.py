"""How long runs will take, from a few updates that are really made."""

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, Final

from transformers import TrainerCallback

from augment.resources import Resources
from regularize.compare.arms import Arm
from regularize.compare.single import predictor_of, request_of
from regularize.data import Split
from regularize.recipe import Recipe
from regularize.run import prepare

MEASURED_UPDATES: Final = 6
_TEXTS: Final = 96


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: to begin a run, for each epoch's copies, an update, a checkpoint, and an answer."""

    begin: float
    draw: float
    update: float
    save: float
    answer: float

    def of_run(self, recipe: Recipe, split: Split, epoch: int, *, test: bool) -> float:
        """A run whose epochs have so many updates; early stopping may make it shorter."""
        updates = recipe.updates or 0
        best = recipe.keep == "best" or recipe.stopping is not None
        evaluations = updates // (recipe.evaluate_every or updates) if best else 0
        answers = len(split.dev) * (evaluations + 1) + (len(split.test) if test else 0)
        return (
            self.begin
            + self.draw * ceil(updates / epoch)
            + self.update * updates
            + self.save * evaluations
            + self.answer * answers
        )


def measure_cost(
    arm: Arm,
    recipe: Recipe,
    split: Split,
    folder: Path,
    resources: Resources,
    *,
    key: str | None = None,
) -> tuple[Cost, int]:
    """What an arm's run costs, and how many updates its epoch has.

    Raises:
        AugmentError: the run cannot begin; better now than after hours.
    """
    began = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        request = request_of(arm, recipe, split, folder, resources, key=key)
        ready = prepare(request)
        clock = _Clock()
        trainer = ready.trainer
        trainer.add_callback(clock)
        trainer.args.eval_strategy = trainer.args.save_strategy = "no"
        trainer.args.load_best_model_at_end = False
        begin = time.perf_counter() - began
        with closing(ready.texts):
            trainer.train()
        save = _timed(lambda: trainer.save_model(str(folder / "timed")))
        predictor = predictor_of(request, trainer)
        texts = split.test[:_TEXTS]
        answer = _timed(lambda: predictor.answers(texts)) / max(1, len(texts))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    epoch = max(1, ceil(len(ready.texts) / recipe.batch))
    return Cost(begin, clock.drawn, clock.update, save, answer), epoch


def told(seconds: float) -> str:
    """Seconds as people say them.

    >>> told(4000)
    '1 h 07 min'
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


class _Clock(TrainerCallback):  # type: ignore[misc]
    """Times the draw of the first epoch and some updates, and ends the run then."""

    def __init__(self) -> None:
        self.drawn = 0.0
        self._began = 0.0
        self._times: list[float] = []

    @property
    def update(self) -> float:
        """Seconds of a usual update; the first one, which warms up, does not count."""
        gaps = [after - before for before, after in pairwise(self._times)]
        return median(gaps[1:] or gaps or [0.0])

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The first epoch is drawn between here and its beginning."""
        del args, state, control
        self._began = time.perf_counter()

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Only the first epoch is timed."""
        del args, state, control
        if not self._times:
            now = time.perf_counter()
            self.drawn = now - self._began
            self._times.append(now)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Enough is enough."""
        del args, state
        if len(self._times) <= MEASURED_UPDATES:
            self._times.append(time.perf_counter())
        control.should_training_stop = len(self._times) > MEASURED_UPDATES


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
