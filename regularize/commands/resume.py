"""`regularize resume`: go on with a run that was broken off."""

import argparse
from pathlib import Path

from augment.commands.options import Commands
from regularize.commands.options import add_command
from regularize.commands.train import observer, told


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "resume", "go on with a run that was broken off")
    parser.set_defaults(run=run)
    parser.add_argument("output", metavar="DIR", type=Path, help="folder of the run")
    parser.add_argument(
        "--recipe", metavar="FILE", type=Path,
        help="the recipe that you mean; refused where it is not the run's",
    )  # fmt: skip
    parser.add_argument("--tensorboard", action="store_true", help="also log for TensorBoard")


def run(args: argparse.Namespace) -> int:
    """Go on from the last whole checkpoint with the recipe and the data of the run."""
    from augment.errors import OutputError
    from augment.resources import Resources
    from regularize.checkpoints import check_recipe, read_record
    from regularize.folds import folds_of
    from regularize.inputs import read_split
    from regularize.recipe_files import read_recipe
    from regularize.run import TrainRequest, finished
    from regularize.saved import SAVED

    record = read_record(args.output)
    if args.recipe is not None:
        check_recipe(args.output, record.recipe, read_recipe(args.recipe))
    whole = folds_of(record.data) is None
    if whole and finished(args.output) and (args.output / SAVED).is_file():
        raise OutputError(f"{args.output}: the run has ended; its model is there")
    with Resources(cache=args.cache) as resources:
        request = TrainRequest(
            split=read_split(record.data),
            recipe=record.recipe,
            output=args.output,
            resources=resources,
            data=record.data,
            tensorboard=args.tensorboard,
            observe=observer(args),
            key=args.key,
        )
        return told(request, args, resume=True)
