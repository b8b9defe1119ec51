"""`regularize evaluate`: how good and how well calibrated a trained model is on labelled texts."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.commands.options import Commands
from regularize.commands.columns import add_columns, data_options
from regularize.commands.options import add_command, print_json, say
from regularize.commands.progress import bar

if TYPE_CHECKING:
    from regularize.conclude import Measured
    from regularize.data import Example, Removal
    from regularize.predictor import Predictor

EPILOG = """\
MODEL is a folder that `regularize train` made, DATA a file (.csv, .tsv, .jsonl, .parquet, .conll)
or a sample such as sample:support/test. Figures come without the temperature and with it. Texts
that are there twice count once, and copies by `augment expand` not at all.

  regularize evaluate model sample:support/test
  regularize evaluate model test.csv --reliability reliability.svg
"""


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "evaluate", "measure a trained model", epilog=EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument("model", metavar="MODEL", type=Path, help="folder of the model")
    parser.add_argument("data", metavar="DATA", help="labelled texts")
    parser.add_argument(
        "--reliability", metavar="FILE", type=Path, help="draw a diagram (.svg or .png)"
    )
    add_columns(parser, labels=True)


def run(args: argparse.Namespace) -> int:
    """Measure, and tell it."""
    from regularize.conclude import measured
    from regularize.predictor import Predictor

    predictor = Predictor.of(args.model)
    saved = predictor.saved
    examples, removed, faults = _examples(args, predictor)
    with bar(len(examples), "texts", quiet=args.json) as done:
        answers = predictor.answers(examples, done)
    found = measured(answers, saved.labels, saved.task, saved.temperature.value)
    if args.reliability is not None:
        _draw(args.reliability, predictor, answers)
    notes = [*_notes(removed, faults), *_cut(answers.cut)]
    if args.json:
        print_json(_as_json(args, found, notes, saved.temperature.value))
        return 0
    for line in (*notes, *_table(found, saved.temperature.value, len(examples))):
        say(line)
    return 0


def _examples(
    args: argparse.Namespace, predictor: "Predictor"
) -> tuple[tuple["Example", ...], tuple["Removal", ...], int]:
    """The texts to measure on, what was left out of them, and how many rows were unusable."""
    from augment.errors import DataError
    from regularize.reading import read_examples
    from regularize.splits import apart, check_known

    found = read_examples(args.data, data_options(args))
    wanted = predictor.saved.task
    if found.task != wanted:
        raise DataError(
            f"{args.data}: its labels are for the task {found.task!r}, the model's for {wanted!r}; "
            "see --label-type"
        )
    parts, removed = apart({"test": found.rows})
    if not parts["test"]:
        raise DataError(f"{args.data}: nothing is left to measure on: all rows are copies")
    check_known(parts["test"], predictor.saved.labels, "test")
    return parts["test"], removed, len(found.faults)


def _draw(path: Path, predictor: "Predictor", answers: Any) -> None:
    from regularize.conclude import bins_of
    from regularize.plots import draw_reliability

    task, temperature = predictor.saved.task, predictor.saved.temperature.value
    bins = {"without temperature": bins_of(answers, task, 1.0)}
    if temperature != 1.0:
        bins[f"temperature {temperature:.2f}"] = bins_of(answers, task, temperature)
    draw_reliability(path, bins)


def _notes(removed: tuple["Removal", ...], faults: int) -> Iterator[str]:
    for removal in removed:
        yield f"{removal.count:,} rows left out: {removal.reason}"
    if faults:
        yield f"{faults:,} rows cannot be used"


def _cut(cut: int) -> Iterator[str]:
    if cut:
        yield f"{cut:,} texts are longer than the model reads, and were cut"


def _table(found: "Measured", temperature: float, texts: int) -> Iterator[str]:
    yield f"{texts:,} texts, {found.items:,} items"
    yield f"{'':18} {'as it is':>10} {f'T = {temperature:.3f}':>12}"
    for name, before in found.before.items():
        yield f"{name:18} {before:>10.4f} {found.after[name]:>12.4f}"


def _as_json(
    args: argparse.Namespace, found: "Measured", notes: list[str], temperature: float
) -> Mapping[str, Any]:
    return {
        "model": str(args.model),
        "data": args.data,
        "items": found.items,
        "temperature": temperature,
        "before": dict(found.before),
        "after": dict(found.after),
        "notes": notes,
    }
