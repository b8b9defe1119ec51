"""transformers' Trainer, with the traps of 5.23 closed; the loop stays its own.

What is measured about it, and done here:

- it smooths the evaluation loss, too: `compute_loss` is plain outside training;
- it takes the mean of each accumulated part: the sum is divided by the items of the whole update;
- it passes over non-finite losses: they end the run at once;
- a checkpoint that was broken off looks like any other: a whole one has a record, written last.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import Trainer, TrainerCallback

from augment.errors import OutputError
from regularize.checkpoints import RECORD, RunRecord, load_live, save_live, write_record
from regularize.ema import Average
from regularize.errors import TrainingError
from regularize.losses import item_losses, items
from regularize.objective import Objective, Teacher
from regularize.optim import decayed_names, groups, l2_term
from regularize.stopping import EarlyStopping
from regularize.texts import BeginEpoch, EpochOrder, EpochTexts

_REMEDY = "lower learning_rate, or raise warmup; the checkpoints before it are as they were"


class RegularizedTrainer(Trainer):  # type: ignore[misc]
    """A Trainer that follows a recipe."""

    # The loss comes divided by the items of the whole update.
    loss_is_scaled_for_ga = True
    # What the Trainer has; its annotations are not read (see pyproject).
    optimizer: Any
    state: Any

    def __init__(
        self,
        *,
        record: RunRecord,
        objective: Objective,
        train_dataset: EpochTexts,
        order: EpochOrder,
        **options: Any,
    ) -> None:
        """`options` are those of the Trainer."""
        super().__init__(train_dataset=train_dataset, **options)
        # Count items for every model, not only for those that say they want to know.
        self.model_accepts_loss_kwargs = True
        self._record = record
        self._recipe = record.recipe
        self._objective = objective
        self._order = order
        self._average: Average | None = None
        self.add_callback(BeginEpoch(train_dataset))
        if (stopping := self._recipe.stopping) is not None:
            self.add_callback(EarlyStopping(**stopping.model_dump()))
        if self._recipe.ema is not None:
            self._average = Average(self.model, self._recipe.ema)
            self.add_callback(_KeepAverage(self._average))
        self._decayed = decayed_names(self.model)

    # What an update is made of

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | None = None,
    ) -> Any:
        """In training the recipe's objective by item, in evaluation the plain loss."""
        if model.training:
            return self._training_loss(model, inputs, num_items_in_batch)
        texts = {name: value for name, value in inputs.items() if name != "labels"}
        outputs = model(**texts)
        logits, labels = items(outputs.logits, inputs["labels"], self._record.task)
        loss = item_losses(logits, labels, self._record.task).mean()
        return (loss, outputs) if return_outputs else loss

    def _training_loss(
        self, model: nn.Module, inputs: dict[str, Tensor], count: Tensor | None
    ) -> Tensor:
        assert count is not None
        progress = self.state.global_step / self.state.max_steps
        loss = self._objective(model, inputs, self._teacher(), progress) / count
        if self.args.average_tokens_across_devices:
            # The gradients of the processes are averaged, and each has only its part of the sum.
            loss = loss * self.accelerator.num_processes
        if self._recipe.l2:
            decayed = [p for name, p in self._learnt() if name in self._decayed]
            term = l2_term(decayed, self._recipe.l2)
            loss = loss + term / self.current_gradient_accumulation_steps
        return loss

    def training_step(
        self, model: nn.Module, inputs: dict[str, Tensor], num_items_in_batch: Any = None
    ) -> Tensor:
        """One part of an update; a loss that is no number ends the run before weights change."""
        loss: Tensor = super().training_step(model, inputs, num_items_in_batch)
        if not torch.isfinite(loss):
            raise TrainingError(
                f"the training loss is {loss.item()} at update {self.state.global_step + 1}; "
                f"{_REMEDY}"
            )
        return loss

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """The Trainer's optimizer with the recipe's groups."""
        model = self.model if model is None else model
        if self.optimizer is None:
            kind, options = self.get_optimizer_cls_and_kwargs(self.args, model)
            found = groups(model, self._recipe)
            self.optimizer = kind([group.for_torch() for group in found], **options)
        made: torch.optim.Optimizer = self.optimizer
        return made

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochOrder:
        del train_dataset
        return self._order

    def _teacher(self) -> Teacher:
        """The model without dropout, by its own weights or by their average."""
        averaged = (
            self._average.weights
            if self._average is not None and self._recipe.consistency is not None
            and self._recipe.consistency.teacher == "ema"
            else {}
        )  # fmt: skip

        @torch.no_grad()
        def answer(texts: Mapping[str, Tensor]) -> Tensor:
            self.model.eval()
            try:
                found = torch.func.functional_call(self.model, averaged, kwargs=dict(texts))
            finally:
                self.model.train()
            logits: Tensor = found.logits
            return logits

        return answer

    def _learnt(self) -> list[tuple[str, nn.Parameter]]:
        return [(name, p) for name, p in self.model.named_parameters() if p.requires_grad]

    # Evaluation and checkpoints

    def evaluate(self, *args: Any, **options: Any) -> dict[str, float]:
        """Evaluate the weights that would be kept; a loss that is no number ends the run."""
        with self._kept_weights():
            metrics: dict[str, float] = super().evaluate(*args, **options)
        if not all(map(isfinite, metrics.values())):
            raise TrainingError(
                f"the evaluation at update {self.state.global_step} gave numbers that are not "
                f"finite; {_REMEDY}"
            )
        return metrics

    def train(self, resume_from_checkpoint: str | None = None, **options: Any) -> Any:
        """Train, and end with the weights that the recipe keeps."""
        done = super().train(resume_from_checkpoint=resume_from_checkpoint, **options)
        self._settle()
        return done

    def conclude(self, checkpoint: Path) -> None:
        """End a run that was broken off after its last update: only its model was not written."""
        self.state = type(self.state).load_from_json(str(checkpoint / "trainer_state.json"))
        self._load_from_checkpoint(str(checkpoint))
        if self.args.load_best_model_at_end and self.state.best_model_checkpoint is not None:
            self._load_best_model()
        self._settle()

    def _settle(self) -> None:
        """The best checkpoint holds averaged weights already; else they come in here."""
        if self._average is not None and not self.args.load_best_model_at_end:
            self._average.settle(self.model)
        self._average = None

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        folder = Path(self.args.output_dir, f"checkpoint-{self.state.global_step}")
        with writing(folder):
            with self._kept_weights():
                super()._save_checkpoint(model, trial)
            if self.args.should_save:
                if self._average is not None:
                    save_live(folder, self.model, self._average.updates)
                write_record(folder, self._record)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        super()._load_from_checkpoint(resume_from_checkpoint, model)
        if self._average is not None:
            self._average.weights = {n: p.detach().clone() for n, p in self._learnt()}
            self._average.updates = load_live(Path(resume_from_checkpoint), self.model)

    @contextmanager
    def _kept_weights(self) -> Iterator[None]:
        with self._average.in_place(self.model) if self._average is not None else nullcontext():
            yield


class _KeepAverage(TrainerCallback):  # type: ignore[misc]
    """Takes each update's weights into the average."""

    def __init__(self, average: Average) -> None:
        self._average = average

    def on_step_end(self, args: Any, state: Any, control: Any, model: Any, **_: Any) -> None:
        """After the update, before it is evaluated."""
        del args, state, control
        self._average.update(model)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Tell in our own words that a checkpoint cannot be written.

    Raises:
        OutputError: names the folder and what to do.
    """
    try:
        yield
    except (OSError, SafetensorError, RuntimeError) as error:
        # A full disk is an OSError, a SafetensorError or torch's RuntimeError, by the file.
        run = folder.parent if folder.name.startswith("checkpoint-") else folder
        way = (
            f"free some space, then go on with `regularize resume {run}`"
            if (run / RECORD).is_file()
            else "free some space, or name another folder with -o"
        )
        raise OutputError(f"{folder}: cannot be written: {error}; {way}") from error
