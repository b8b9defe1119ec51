"""One run of a comparison: trained, measured, and nothing of it kept but its figures."""

import shutil
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augment.errors import DataError
from augment.resources import Resources
from regularize.calibrate import Temperature, fit_temperature
from regularize.compare.arms import Arm, with_plain_copies
from regularize.compare.samples import permuted, write_plain_copies
from regularize.conclude import measured
from regularize.data import Split, split_digest
from regularize.models import text_limit
from regularize.predictor import Predictor
from regularize.recipe import Recipe
from regularize.run import TrainRequest, prepare
from regularize.saved import Saved
from regularize.trainer import RegularizedTrainer, writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run gave.

    `before` and `after` are the figures on test without the temperature and with it. They are empty
    in a run for tuning, which never looks at test. `dev` has the figures without the temperature.
    """

    arm: Arm
    seed: int
    learning_rate: float
    updates: int
    kept: int | None
    """The update whose weights were kept, where a recipe keeps the best."""
    temperature: float
    dev: Mapping[str, float]
    before: Mapping[str, float]
    after: Mapping[str, float]
    seconds: float


def execute(
    arm: Arm,
    recipe: Recipe,
    split: Split,
    folder: Path,
    resources: Resources,
    *,
    key: str | None = None,
    test: bool,
) -> Run:
    """Train one arm at one seed and measure it; the folder is gone afterwards.

    Raises:
        AugmentError: see `regularize.run.train`.
    """
    began = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        request = request_of(arm, recipe, split, folder, resources, key=key)
        ready = prepare(request)
        with closing(ready.texts):
            _spare_the_disk(ready.trainer.args, recipe)
            ready.trainer.train()
        figures = _figures(request, ready.trainer, test=test)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    state = ready.trainer.state
    return Run(
        arm=arm,
        seed=recipe.seed,
        learning_rate=recipe.learning_rate,
        updates=state.global_step,
        kept=state.best_global_step if recipe.keep == "best" and split.dev else None,
        seconds=round(time.perf_counter() - began, 2),
        **figures,
    )


def request_of(
    arm: Arm,
    recipe: Recipe,
    split: Split,
    folder: Path,
    resources: Resources,
    *,
    key: str | None = None,
) -> TrainRequest:
    """The run of an arm; what a control changes in the data is changed here.

    Raises:
        OutputError: the folder cannot be written.
        DataError: labels cannot be permuted.
    """
    if arm == "permuted":
        split = permuted(split, recipe.seed)
    if arm == "copies" and recipe.augmentation is not None:
        if split.task == "tags":
            raise DataError("the control `copies` is of texts without tags; leave it out")
        with writing(folder):
            folder.mkdir(parents=True)
        file = folder / "copies.jsonl"
        write_plain_copies(file, split.train, recipe.augmentation.copies)
        recipe = with_plain_copies(recipe, file)
    return TrainRequest(
        split=split, recipe=recipe, output=folder, resources=resources, data={}, key=key
    )


def predictor_of(request: TrainRequest, trainer: RegularizedTrainer) -> Predictor:
    """The model as it is in memory, ready to answer."""
    recipe, split = request.recipe, request.split
    model, tokenizer = trainer.model, trainer.processing_class
    if recipe.lora is not None:
        model = model.merge_and_unload()
    saved = Saved(
        task=split.task,
        labels=split.labels,
        max_length=text_limit(recipe, model, tokenizer),
        temperature=Temperature(1.0, 0, "not fitted yet"),
        recipe=recipe.model_dump(mode="json"),
        digest=split_digest(split),
        python="",
    )
    return Predictor(model, tokenizer, saved)


def _spare_the_disk(args: Any, recipe: Recipe) -> None:
    """A run starts anew where it was broken off, so only what `keep: best` reads is written."""
    if recipe.keep == "last" and recipe.stopping is None:
        args.eval_strategy = args.save_strategy = "no"
    args.save_only_model = True


def _figures(request: TrainRequest, trainer: RegularizedTrainer, *, test: bool) -> dict[str, Any]:
    split = request.split
    predictor = predictor_of(request, trainer)
    fitted, dev = Temperature(1.0, 0), {}
    if split.dev:
        answers = predictor.answers(split.dev)
        fitted = fit_temperature(answers.logits, answers.labels, split.task)
        dev = dict(measured(answers, split.labels, split.task, 1.0).before)
    before: Mapping[str, float] = {}
    after: Mapping[str, float] = {}
    if test:
        found = measured(
            predictor.answers(split.test), split.labels, split.task, fitted.value
        )  # fmt: skip
        before, after = found.before, found.after
    return {"temperature": fitted.value, "dev": dev, "before": before, "after": after}
