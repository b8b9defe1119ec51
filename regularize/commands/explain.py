"""`regularize explain`: what a recipe does to its model."""

import argparse
from dataclasses import asdict

from augment.commands.options import Commands
from regularize.commands.options import (
    add_command,
    add_recipe,
    chosen_recipe,
    print_json,
    say,
    whole,
)


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(
        commands, "explain", "show every site, layer and group that a recipe sets in its model"
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--classes", metavar="N", type=whole(2, 100_000), default=2, help="labels (default: 2)"
    )
    parser.add_argument(
        "--task", choices=("single", "several", "tags"), default="single", help="default: single"
    )
    add_recipe(parser)


def run(args: argparse.Namespace) -> int:
    """Build the model, follow the recipe, tell what became of it."""
    from regularize.explain import explain, told

    found = explain(chosen_recipe(args), classes=args.classes, task=args.task)
    if args.json:
        print_json(asdict(found))
    else:
        for line in told(found):
            say(line)
    return 0
