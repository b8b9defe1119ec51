"""The command `regularize`: reads arguments and the environment, runs one command, tells of it.

Commands import what they need when they run, so that `--help` answers at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from augment import __version__
from augment.commands.program import Parser, run_command
from regularize.commands import compare, evaluate, explain, predict, resume, train

# Not AUGMENT_SERVICE_...: these are the settings of a server, which refuses those it does not know.
KEY = "AUGMENT_CLIENT_KEY"

EPILOG = """\
exit codes:
  0    done
  1    an error, told on standard error
  2    wrong arguments
  130  broken off with ctrl-C; `regularize resume DIR` goes on
  141  whoever read the output went away

environment:
  AUGMENT_CACHE   folder of prepared models, in place of the user's cache folder
  AUGMENT_CLIENT_KEY
                  key of the service that a recipe names; it is written nowhere
  RANK            number of the process, as torchrun sets it; the first one writes
  WORLD_SIZE      how many processes there are, as torchrun sets it
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return run_command("regularize", parse_arguments(argv))


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of one call; leaves with code 2 where they do not hold."""
    parser = build_parser()
    args, rest = parser.parse_known_args(argv)
    if rest:
        args.parser.error(f"unrecognized arguments: {' '.join(rest)}")
    cache = os.environ.get("AUGMENT_CACHE")
    args.cache = Path(cache).expanduser() if cache else None
    args.key = os.environ.get(KEY) or None
    args.first = os.environ.get("RANK", "0") == "0"
    processes = os.environ.get("WORLD_SIZE", "1")
    args.processes = int(processes) if processes.isdecimal() else 1
    return args


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = Parser(
        prog="regularize",
        description="Fine-tuning of text classifiers that is honest about what it brings.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"regularize {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (train, resume, evaluate, predict, compare, explain):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
