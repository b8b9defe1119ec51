"""`regularize predict`: the labels of texts, with probabilities that can be believed."""

import argparse
from pathlib import Path

from augment.commands.options import Commands
from regularize.commands.columns import add_columns, data_options
from regularize.commands.options import add_command, print_json, say
from regularize.commands.progress import bar

EPILOG = """\
MODEL is a folder that `regularize train` made, DATA a .csv, .tsv or .jsonl file, which may be
packed (.gz), or a sample. The output has each row as it is, byte for byte, with the columns
prediction, probability and probabilities behind it. The temperature that was fitted in training is
applied. Rows that cannot be read go to OUTPUT.rejects.jsonl.

  regularize predict model inbox.csv -o answered.csv
"""


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "predict", "give texts the labels of a model", epilog=EPILOG)
    parser.set_defaults(run=run)
    parser.add_argument("model", metavar="MODEL", type=Path, help="folder of the model")
    parser.add_argument("data", metavar="DATA", help="texts")
    parser.add_argument("-o", "--output", metavar="OUTPUT", type=Path, required=True)
    parser.add_argument("--force", action="store_true", help="replace an output that exists")
    add_columns(parser, labels=False)


def run(args: argparse.Namespace) -> int:
    """Predict, and tell how many."""
    from dataclasses import asdict

    from regularize.predicted import PredictRequest, check, predict
    from regularize.predictor import Predictor

    request = PredictRequest(
        source=args.data, output=args.output, options=data_options(args), force=args.force
    )
    check(request)  # before a model is loaded in vain
    predictor = Predictor.of(args.model)
    with bar(None, "texts", quiet=args.json) as done:
        found = predict(request, predictor, done)
    if args.json:
        print_json({"output": str(args.output), **asdict(found)})
        return 0
    temperature = predictor.saved.temperature
    told = f"temperature {temperature.value:.3f}"
    if temperature.note:
        told += f": {temperature.note}"
    say(f"{found.rows:,} rows written to {args.output} ({told})")
    if found.cut:
        say(f"{found.cut:,} texts are longer than the model reads, and were cut")
    if found.rejects:
        say(f"{found.rejects:,} rows could not be read: {request.rejects}")
    return 0
