"""The command `augment`: reads arguments and the environment, runs one command, tells how it went.

Commands import what they need when they run, so that `--help` answers at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from augment import __version__
from augment.commands import doctor, expand, kinds, models, preview, replay, report, schema
from augment.commands.program import Parser, run_command

EPILOG = """\
exit codes:
  0    done
  1    an error, told on standard error
  2    wrong arguments
  3    done, but not one copy could be written
  4    done, but parts of the input got no copies, since processes died at them
  130  broken off with ctrl-C; what expand has done is kept for --resume
  141  whoever read the output went away

environment:
  AUGMENT_CACHE   folder of prepared models, in place of the user's cache folder
  NO_COLOR        if set, no colours on a terminal
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return run_command("augment", parse_arguments(argv))


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of one call; leaves with code 2 where they do not hold."""
    parser = build_parser()
    args, rest = parser.parse_known_args(argv)
    if rest:
        args.parser.error(f"unrecognized arguments: {' '.join(rest)}")
    cache = os.environ.get("AUGMENT_CACHE")
    args.cache = Path(cache).expanduser() if cache else None
    # https://no-color.org, a wish of people about all programs on their terminals.
    args.colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return args


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = Parser(
        prog="augment",
        description="Text data augmentation that keeps labels.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"augment {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (expand, preview, report, replay, kinds, schema, models, doctor):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
