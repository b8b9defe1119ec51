"""What a recipe costs: its step beside a bare Trainer's, and fresh copies beside the epoch.

    make bench-training
    python -m tests.bench.training --rounds 7 --json

The step: the packaged MiniLM, batches of 16 texts of 32 pieces each (so that every batch is the
same work), a plain recipe and transformers' Trainer with the same arguments, in turns; the median
over the rounds of the ratio of CPU time for an update, the first update of a run left out.
The copies: the share of an epoch's CPU time that goes by between the end of one epoch and the
beginning of the next, when they are drawn; a copy beside every text. Asked are at most 1.05 and
10 %.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from transformers import DataCollatorWithPadding, PrinterCallback, Trainer, TrainerCallback

from augment.resources import Resources
from regularize.arguments import training_arguments
from regularize.compare.samples import write_plain_copies
from regularize.data import Example, Split
from regularize.loading import SplitRequest, load_split
from regularize.models import load_model
from regularize.recipe import Recipe
from regularize.recipe_files import parse_recipe
from regularize.run import TrainRequest, prepare

BATCH: Final = 16
PIECES: Final = 32
ASKED_STEP: Final = 1.05
ASKED_SHARE: Final = 0.10
PLAIN: Final = {"weight_decay": 0.0, "warmup": 0.0, "keep": "last", "batch": BATCH,
                "max_length": PIECES}  # fmt: skip


class Clock(TrainerCallback):
    """CPU seconds at the end of each update, and at both ends of each epoch."""

    def __init__(self) -> None:
        self.updates: list[float] = []
        self.begins: list[float] = []
        self.ends: list[float] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """An update is done."""
        del args, state, control
        self.updates.append(time.process_time())

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Copies are drawn by now: this clock is the last to be asked."""
        del args, state, control
        self.begins.append(time.process_time())

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The last update of the epoch is done."""
        del args, state, control
        self.ends.append(time.process_time())

    @property
    def step(self) -> float:
        """Of the usual update, from the end of one to the end of the next."""
        return statistics.median(after - before for before, after in pairwise(self.updates))

    @property
    def draws(self) -> float:
        """The share of an epoch that goes by before it begins; of the epochs but the first."""
        shares = [
            (begin - before) / (end - before)
            for before, begin, end in zip(self.ends, self.begins[1:], self.ends[1:], strict=False)
        ]
        return statistics.median(shares)


@dataclass(frozen=True)
class Bare:
    """What the Trainer reads without this package."""

    ids: Sequence[Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        return self.ids[index]


def long_texts(texts: int) -> Split:
    """The sample's texts, each said again until it has more pieces than are read."""
    split = load_split(SplitRequest(data="sample:support", dev_share=0.0))
    rows = tuple(replace(one, text=" ".join([one.text] * PIECES)) for one in split.train[:texts])
    return replace(split, train=rows, dev=(), test=())


def bare_step(split: Split, recipe: Recipe, folder: Path) -> float:
    """An update of transformers' Trainer."""
    model, tokenizer = load_model(recipe, split.labels, split.task)
    numbers = {label: number for number, label in enumerate(split.labels)}
    rows = [
        {
            **tokenizer(one.text, truncation=True, max_length=PIECES),
            "labels": numbers[str(one.label)],
        }
        for one in split.train
    ]
    clock = Clock()
    trainer = Trainer(
        model=model,
        args=training_arguments(recipe, folder, evaluates=False),
        train_dataset=Bare(rows),
        data_collator=DataCollatorWithPadding(tokenizer),
        callbacks=[clock],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.args.save_strategy = "no"
    trainer.train()
    return clock.step


def our_clock(split: Split, recipe: Recipe, folder: Path, resources: Resources) -> Clock:
    """A run of ours."""
    request = TrainRequest(split=split, recipe=recipe, output=folder, resources=resources, data={})
    ready = prepare(request)
    clock = Clock()
    ready.trainer.add_callback(clock)
    ready.trainer.args.save_strategy = "no"
    with closing(ready.texts):
        ready.trainer.train()
    return clock


def steps(rounds: int, updates: int, folder: Path, resources: Resources) -> dict[str, float]:
    """Both in turns; the median over the rounds of what one costs against the other."""
    split = long_texts(updates * BATCH)
    recipe = parse_recipe({**PLAIN, "updates": updates})
    pairs = []
    for _ in range(rounds):
        ours = our_clock(split, recipe, folder / "ours", resources).step
        pairs.append((ours, bare_step(split, recipe, folder / "bare")))
    return {
        "a plain recipe's update, CPU ms": round(1000 * statistics.median(a for a, _ in pairs), 1),
        "a bare Trainer's update, CPU ms": round(1000 * statistics.median(b for _, b in pairs), 1),
        "ratio": round(statistics.median(ours / bare for ours, bare in pairs), 3),
        "asked at most": ASKED_STEP,
    }


def shares(epochs: int, texts: int, folder: Path, resources: Resources) -> dict[str, float]:
    """What drawing copies takes of an epoch."""
    split = load_split(SplitRequest(data="sample:support", dev_share=0.0))
    split = replace(split, train=split.train[:texts], dev=(), test=())
    found = {}
    for name, augmentation in _sources(split.train, folder):
        recipe = parse_recipe({**PLAIN, "epochs": epochs, "augmentation": augmentation})
        clock = our_clock(split, recipe, folder / "copies", resources)
        found[f"{name}, share of the epoch"] = round(clock.draws, 4)
    return {**found, "asked at most": ASKED_SHARE}


def _sources(texts: Sequence[Example], folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for preset in ("light", "eda", "mask"):
        yield f"{preset}, fresh", {"preset": preset}
    file = folder / "copies.jsonl"
    write_plain_copies(file, texts, 1)
    yield "a file of copies", {"file": str(file)}


def main() -> None:
    """Measure both and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--updates", type=int, default=12, help="of a round (default: 12)")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--texts", type=int, default=160, help="of an epoch (default: 160)")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Resources() as resources:
        folder = Path(name)
        figures = {
            "step": steps(given.rounds, given.updates, folder, resources),
            "copies": shares(given.epochs, given.texts, folder, resources),
        }
    if given.json:
        print(json.dumps(figures, indent=2))
        return
    for part, values in figures.items():
        print(part)
        for what, value in values.items():
            print(f"  {what:<44}{value:>10}")


if __name__ == "__main__":
    main()
