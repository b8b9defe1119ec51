"""The recipe as the Trainer's arguments."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import TrainingArguments

from regularize.errors import RecipeError
from regularize.metrics import GREATER_IS_BETTER
from regularize.recipe import Recipe

_EPOCHS = 10
_EVALUATION_BATCH = 64


def training_arguments(
    recipe: Recipe, output: Path, *, evaluates: bool, tensorboard: bool = False
) -> Any:
    """Arguments for a run in this process, or in as many as torchrun has started.

    Raises:
        RecipeError: the batch cannot be shared out over the processes, or tensorboard is missing.
    """
    if tensorboard and find_spec("tensorboard") is None:
        raise RecipeError(
            "--tensorboard needs the package tensorboard; run: pip install "
            "'text-augmentation-service[tensorboard]'"
        )
    every = recipe.evaluate_every
    cadence = "epoch" if every is None else "steps"
    best = evaluates and recipe.keep == "best"
    arguments = TrainingArguments(
        # Absolute: a checkpoint names the best one by its path, and a resume may start elsewhere.
        output_dir=str(output.resolve()),
        per_device_train_batch_size=1,
        per_device_eval_batch_size=_EVALUATION_BATCH,
        gradient_accumulation_steps=recipe.accumulation,
        num_train_epochs=recipe.epochs or _EPOCHS,
        max_steps=recipe.updates or -1,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=recipe.schedule if recipe.schedule != "constant" else (
            "constant_with_warmup"
        ),
        warmup_steps=recipe.warmup,
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.max_grad_norm,
        seed=recipe.seed,
        data_seed=recipe.seed,
        eval_strategy=cadence if evaluates else "no",
        eval_steps=every,
        save_strategy=cadence,
        save_steps=every or 500,
        logging_strategy=cadence,
        logging_steps=every or 500,
        # The one before stays until the new one is whole.
        save_total_limit=2,
        load_best_model_at_end=best,
        # Never guessed from the metric's name, as the Trainer would.
        metric_for_best_model=recipe.metric if best else None,
        greater_is_better=(recipe.metric in GREATER_IS_BETTER) if best else None,
        restore_callback_states_from_checkpoint=True,
        # A mean in place of a loss that is no number would hide it.
        logging_nan_inf_filter=False,
        remove_unused_columns=False,
        label_names=["labels"],
        average_tokens_across_devices=True,
        ddp_find_unused_parameters=False,
        dataloader_pin_memory=torch.cuda.is_available(),
        # Not told so, accelerate takes the processes of torchrun for runs of their own.
        use_cpu=not (torch.cuda.is_available() or torch.backends.mps.is_available()),
        report_to=["tensorboard"] if tensorboard else [],
        disable_tqdm=not sys.stderr.isatty(),
        log_level="error",
    )  # fmt: skip
    arguments.per_device_train_batch_size = _batch_of_one(recipe, arguments.world_size)
    return arguments


def _batch_of_one(recipe: Recipe, processes: int) -> int:
    """Texts that go through the model at once in each process."""
    share, rest = divmod(recipe.batch, recipe.accumulation * processes)
    if rest:
        raise RecipeError(
            f"batch: {recipe.batch} cannot be shared out over {processes} processes with "
            f"accumulation {recipe.accumulation}; give a multiple of "
            f"{recipe.accumulation * processes}"
        )
    return share
