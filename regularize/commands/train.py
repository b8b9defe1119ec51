"""`regularize train`: a classifier from labelled texts, or one for each fold of them."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.commands.options import Commands
from augment.errors import Cancelled
from regularize.commands.options import (
    add_command,
    add_data,
    add_folds,
    add_recipe,
    chosen_recipe,
    print_json,
    say,
    split_request,
)

if TYPE_CHECKING:
    from regularize.data import Split
    from regularize.run import Trained, TrainRequest

EPILOG = """\
DATA is a file (.csv, .tsv, .jsonl, .parquet, .conll) or sample:support. DIR becomes a model that
transformers reads as it is, with the recipe, the figures (figures.jsonl, one JSON object a line)
and the record of the run beside it. A run that is broken off goes on with `regularize resume DIR`
and gives what the unbroken run gives. With --folds DIR gets a model for each fold, and mean and
spread of their figures (folds.json, folds.md).

  regularize train sample:support -o model --recipe quick
  regularize train train.csv -o model --recipe my.yaml --dev dev.csv
  regularize train train.csv -o folds --recipe my.yaml --folds 5
  torchrun --nproc-per-node 2 -m regularize train train.csv -o model
"""


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "train", "train a classifier of texts", epilog=EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument("data", metavar="DATA", help="a file, or sample:support")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True)
    parser.add_argument("--tensorboard", action="store_true", help="also log for TensorBoard")
    add_recipe(parser)
    add_data(parser)
    add_folds(parser)


def run(args: argparse.Namespace) -> int:
    """Train, and tell what came of it."""
    from augment.resources import Resources
    from regularize.inputs import arguments_of, read_split
    from regularize.run import TrainRequest

    recipe = chosen_recipe(args)
    if args.first:
        check_output(args.output)
    data = arguments_of(split_request(args), args.unlabelled)
    split = read_split(data)
    with Resources(cache=args.cache) as resources:
        request = TrainRequest(
            split=split,
            recipe=recipe,
            output=args.output,
            resources=resources,
            data=data,
            tensorboard=args.tensorboard,
            observe=observer(args),
            key=args.key,
        )
        return told(request, args, resume=False)


def told(request: "TrainRequest", args: argparse.Namespace, *, resume: bool) -> int:
    """Train or resume, all folds or one run; the first process tells what came of it.

    Raises:
        Cancelled: ctrl-C; says how to go on.
    """
    from regularize.commands.folds import run_folds
    from regularize.folds import folds_of

    folds = folds_of(request.data)
    try:
        if folds is not None:
            return run_folds(request, args, folds)
        value = concluded(request, args, resume=resume)
    except KeyboardInterrupt as error:
        raise Cancelled(_broken_off(request.output)) from error
    if args.first and args.json:
        print_json(value)
    return 0


def concluded(request: "TrainRequest", args: argparse.Namespace, *, resume: bool) -> dict[str, Any]:
    """Train or resume one run and measure its model; lines for people, all of it to be JSON.

    Of several processes the first one tells and measures; the others have nothing to say.
    """
    from regularize.conclude import conclude
    from regularize.run import FIGURES, finished, read_result, train

    if args.first and not args.json:
        for line in data_lines(request.split):
            say(line)
    ended = resume and finished(request.output)
    trained = read_result(request.output) if ended else train(request, resume=resume)
    if not args.first:
        return {}
    found = conclude(
        request.output,
        request.split,
        request.output / FIGURES,
        updates=trained.updates,
        kept=trained.best_update,
    )
    if not args.json:
        for line in (*lines_of(trained, request.output), str(found.verdict)):
            say(line)
    return {"output": str(request.output), **asdict(trained), **asdict(found)}


def check_output(output: Path) -> None:
    """Refuse a folder in which there is something.

    Raises:
        OutputError: names the folder and what to do.
    """
    from augment.errors import OutputError
    from regularize.checkpoints import RECORD

    if output.exists() and not output.is_dir():
        raise OutputError(f"{output} is a file; name a folder with -o")
    if output.is_dir() and any(output.iterdir()):
        way = (
            f"go on with `regularize resume {output}`, or name another with -o"
            if (output / RECORD).is_file()
            else "name an empty or a new one with -o"
        )
        raise OutputError(f"{output} is not empty: {way}")


def observer(args: argparse.Namespace) -> Any:
    """Figures as they come: JSON lines for machines, a short line of each evaluation for people."""
    import json

    if args.json:
        return lambda line: say(json.dumps(line))
    return lambda line: say(_figure(line)) if "eval_loss" in line else None


def data_lines(split: "Split") -> Iterator[str]:
    """What was read."""
    unlabelled = f", {len(split.unlabelled):,} unlabelled" if split.unlabelled else ""
    yield (
        f"{len(split.train):,} texts to train on, {len(split.dev):,} dev, {len(split.test):,} test"
        f"{unlabelled}; {len(split.labels)} labels"
    )
    for removal in split.removed:
        yield f"{removal.count:,} rows of {removal.part} left out: {removal.reason}"
    for part, faults in split.rejects.items():
        yield f"{len(faults):,} rows of {part} cannot be used, the first: {faults[0].detail}"


def lines_of(trained: "Trained", output: Path) -> Iterator[str]:
    """What came of the run."""
    if trained.cut_texts:
        yield f"{trained.cut_texts:,} texts are longer than the model reads, and were cut"
    best = f", the best at {trained.best_update:,}" if trained.best_update is not None else ""
    yield f"{trained.updates:,} updates{best}"
    if "loss" in trained.metrics:
        yield "on dev: " + ", ".join(
            f"{name} {value:.4f}" for name, value in trained.metrics.items() if _measured(name)
        )
    yield f"written to {output}"


def _broken_off(output: Path) -> str:
    from regularize.checkpoints import RECORD

    way = f"go on with `regularize resume {output}`"
    return f"broken off; {way if (output / RECORD).is_file() else 'nothing was trained yet'}"


def _figure(line: dict[str, Any]) -> str:
    shown = [
        f"{name.removeprefix('eval_')} {value:.4f}"
        for name, value in line.items()
        if name.startswith("eval_") and _measured(name.removeprefix("eval_"))
    ]
    return f"update {line['step']:>6,}  dev: {', '.join(shown)}"


def _measured(name: str) -> bool:
    """Whether it says something of the model and not of the machine."""
    return name in ("loss", "accuracy", "macro_f1", "nll", "brier", "ece")
