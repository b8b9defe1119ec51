"""One training run, from its data to the model on disk."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from transformers import PrinterCallback

from augment.resources import Resources
from regularize.arguments import training_arguments
from regularize.checkpoints import (
    RunRecord,
    check_place,
    check_same,
    clear_broken,
    last_whole,
    state_of,
    write_record,
)
from regularize.data import Split, split_digest
from regularize.encoding import Collator
from regularize.evaluation import evaluate_predictions
from regularize.figures import Figures
from regularize.models import load_model, with_adapters
from regularize.objective import Objective
from regularize.preparation import check_suits, encoding_for, shape_model, training_data
from regularize.recipe import Recipe
from regularize.recipe_files import to_yaml
from regularize.stopping import EarlyStopping
from regularize.texts import EpochTexts
from regularize.trainer import RegularizedTrainer, writing

RESULT = "result.json"
RECIPE = "recipe.yaml"
FIGURES = "figures.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRequest:
    """What a run is made of. `data` has the arguments by which the split is read again."""

    split: Split
    recipe: Recipe
    output: Path
    resources: Resources
    data: Mapping[str, str | None]
    observe: Callable[[dict[str, Any]], None] | None = None
    """Is called with each line of figures."""
    tensorboard: bool = False
    key: str | None = field(default=None, repr=False)
    """For a service that asks for one; it is written nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What came of a run; `metrics` are those of the kept weights on the development set."""

    updates: int
    best_update: int | None
    cut_texts: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ready:
    """A run that can begin."""

    trainer: RegularizedTrainer
    texts: EpochTexts
    figures: Figures
    cut_texts: int


def train(request: TrainRequest, *, resume: bool = False) -> Trained:
    """Train, or go on where a run was broken off; the result is that of an unbroken one.

    Raises:
        DataError: nothing can be learnt from the data.
        RecipeError: the model or the data cannot follow the recipe.
        ModelError: the model cannot be loaded.
        TrainingError: numbers are not finite, or the run to resume is another one.
        OutputError: the run cannot be written.
    """
    ready = prepare(request)
    with closing(ready.texts):
        _go(ready, request, resume=resume)
    trained = _told(ready, request)
    if ready.trainer.args.should_save:
        with writing(request.output):
            _finish(ready.trainer, request, trained)
    if ready.trainer.args.world_size > 1:
        ready.trainer.end()
    return trained


def prepare(request: TrainRequest) -> Ready:
    """Everything that a run needs, from top to bottom; nothing but the folder is written yet.

    Raises:
        AugmentError: see `train`.
    """
    recipe, split = request.recipe, request.split
    check_suits(recipe, split)
    with writing(request.output):
        request.output.mkdir(parents=True, exist_ok=True)

    model, tokenizer = load_model(recipe, split.labels, split.task)
    shape_model(model, recipe)
    encoding = encoding_for(recipe, model, tokenizer, split)
    data = training_data(recipe, split, encoding, tokenizer, request.resources, key=request.key)
    dev = [encoding.example(example) for example in split.dev]
    cut = encoding.cut
    if recipe.lora is not None:
        model = with_adapters(model, recipe.lora, split.task, recipe.seed)

    figures = Figures(request.output / FIGURES, request.observe)
    trainer = RegularizedTrainer(
        record=record_of(request),
        objective=Objective(recipe, split.task, len(split.labels), data.weights),
        order=data.order,
        model=model,
        args=training_arguments(
            recipe, request.output, evaluates=bool(dev), tensorboard=request.tensorboard
        ),
        train_dataset=data.texts,
        eval_dataset=dev or None,
        data_collator=Collator(encoding.padding, split.task),
        processing_class=tokenizer,
        compute_metrics=evaluate_predictions(split.task, split.labels),
        callbacks=[figures],
    )
    trainer.remove_callback(PrinterCallback)
    return Ready(trainer, data.texts, figures, cut)


def read_result(output: Path) -> Trained:
    """What came of a run that has ended."""
    return Trained(**json.loads((output / RESULT).read_text(encoding="utf-8")))


def finished(output: Path) -> bool:
    """Whether a run has ended and its model is whole."""
    return (output / RESULT).is_file()


def record_of(request: TrainRequest) -> RunRecord:
    """What the run is made of, as it is noted in its folder."""
    split = request.split
    return RunRecord.of(
        request.recipe,
        data=request.data,
        digest=split_digest(split),
        labels=split.labels,
        task=split.task,
    )


def _go(ready: Ready, request: TrainRequest, *, resume: bool) -> None:
    """Train from the start, from the last whole checkpoint, or not at all if nothing is left."""
    trainer, figures = ready.trainer, ready.figures
    checkpoint = last_whole(request.output) if resume else None
    if checkpoint is not None:
        check_same(checkpoint, record_of(request))
        check_place(checkpoint)
    if trainer.args.should_save:
        clear_broken(request.output)
        with writing(request.output):
            write_record(request.output, record_of(request))
    if checkpoint is None:
        if trainer.args.should_save:
            figures.begin()
        trainer.train()
    elif _had_ended(checkpoint):
        trainer.conclude(checkpoint)
    else:
        if trainer.args.should_save:
            figures.go_on_after(int(checkpoint.name.rpartition("-")[2]))
        trainer.train(resume_from_checkpoint=str(checkpoint))


def _had_ended(checkpoint: Path) -> bool:
    """Whether a checkpoint is the run's last: all updates are done, or it had stopped early."""
    state = state_of(checkpoint)
    if state["global_step"] >= state["max_steps"]:
        return True
    kept = state["stateful_callbacks"].get(EarlyStopping.__name__)
    kept = kept[-1] if isinstance(kept, list) else kept
    if kept is None:
        return False
    stopping = EarlyStopping(**kept["args"])
    stopping.values = kept["attributes"]["values"]
    return stopping.over


def _told(ready: Ready, request: TrainRequest) -> Trained:
    state, kept = ready.trainer.state, request.recipe.keep
    best = state.best_global_step if request.split.dev and kept == "best" else None
    return Trained(
        updates=state.global_step,
        best_update=best,
        cut_texts=ready.cut_texts,
        metrics=_evaluated(ready.trainer, state.global_step if best is None else best),
    )


def _evaluated(trainer: RegularizedTrainer, update: int) -> dict[str, float]:
    """What was measured at an update; nothing without development data."""
    lines = [line for line in trainer.state.log_history if line["step"] == update]
    found: dict[str, float] = next((x for x in reversed(lines) if "eval_loss" in x), {})
    return {
        name.removeprefix("eval_"): value
        for name, value in found.items()
        if name.startswith("eval_")
    }


def _finish(trainer: RegularizedTrainer, request: TrainRequest, trained: Trained) -> None:
    """Write the model as transformers reads it, the recipe and, last, the result."""
    output = request.output
    model = trainer.model
    if request.recipe.lora is not None:
        model = model.merge_and_unload()
    model.save_pretrained(output)
    trainer.processing_class.save_pretrained(output)
    (output / RECIPE).write_text(to_yaml(request.recipe), encoding="utf-8")
    part = output / f"{RESULT}.part"
    part.write_text(json.dumps(asdict(trained), indent=2) + "\n", encoding="utf-8")
    os.replace(part, output / RESULT)
    for checkpoint in output.glob("checkpoint-*"):
        shutil.rmtree(checkpoint)
