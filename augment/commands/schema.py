"""`augment schema`: the JSON Schema of a pipeline spec."""

import argparse

from augment.commands.options import Commands, add_command, print_json


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "schema", "print the JSON Schema of a pipeline spec")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print it; it is JSON with and without --json."""
    from augment.spec import json_schema

    del args
    print_json(json_schema())
    return 0
