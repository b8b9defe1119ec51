"""The runs of a cross-validation, one after the other, and what they say together."""

import argparse
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from regularize.commands.options import print_json, say

if TYPE_CHECKING:
    from regularize.run import TrainRequest


def run_folds(request: "TrainRequest", args: argparse.Namespace, folds: int) -> int:
    """Train on each fold that has no model yet, going on where one was broken off.

    `request` is that of the whole: its folder gets one for each fold, its data name no fold.

    Raises:
        TrainingError: the folder is of another recipe or other data, or several processes share it.
        OutputError: a folder cannot be written.
    """
    from regularize.checkpoints import RECORD
    from regularize.commands.train import concluded
    from regularize.folds import ended, fold_data, fold_folder, page, summarize, write_summary
    from regularize.inputs import read_split

    _begin(request, args, folds)
    for fold in range(1, folds + 1):
        folder = fold_folder(request.output, fold)
        if ended(folder):
            continue
        if not args.json:
            say(f"fold {fold} of {folds}")
        data = fold_data(request.data, fold)
        one = replace(request, output=folder, data=data, split=read_split(data))
        concluded(one, args, resume=(folder / RECORD).is_file())
    summary = summarize(request.output, folds)
    write_summary(request.output, summary)
    if args.json:
        print_json({"output": str(request.output), **asdict(summary)})
    else:
        for line in (*page(summary), f"written to {request.output}"):
            say(line)
    return 0


def _begin(request: "TrainRequest", args: argparse.Namespace, folds: int) -> None:
    """Note what the folds are of, or hold that against what an earlier call noted."""
    from regularize.checkpoints import RECORD, check_same, write_record
    from regularize.errors import TrainingError
    from regularize.run import record_of
    from regularize.trainer import writing

    if args.processes > 1:
        raise TrainingError(
            f"{args.processes} processes share one run, not several: train one fold a call, with "
            f"--folds {folds} --fold 1, then --fold 2 and so on, each into a folder of its own"
        )
    record = record_of(request)
    if (request.output / RECORD).is_file():
        check_same(request.output, record)
        return
    with writing(request.output):
        request.output.mkdir(parents=True, exist_ok=True)
        write_record(request.output, record)
