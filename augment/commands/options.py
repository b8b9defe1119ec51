"""Options that several commands have, and what they mean."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from augment.errors import SpecError

if TYPE_CHECKING:
    from augment.spec import PipelineSpec

P = TypeVar("P", bound=argparse.ArgumentParser)

# What add_subparsers gives; argparse has no public name for it.
Commands = Any


def add_command(
    commands: Commands, name: str, summary: str, *, epilog: str | None = None
) -> argparse.ArgumentParser:
    """A command with what all of them have."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(parser=parser)
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    parser.add_argument("--debug", action="store_true", help="show where an unexpected error arose")
    return parser


def add_pipeline(parser: argparse.ArgumentParser) -> None:
    """Options that choose the pipeline."""
    group = parser.add_argument_group("pipeline")
    which = group.add_mutually_exclusive_group()
    which.add_argument("--preset", metavar="NAME", help="a shipped pipeline (default: default)")
    which.add_argument(
        "--spec", metavar="FILE", type=Path, help="a pipeline of your own, YAML or JSON"
    )
    group.add_argument(
        "--copies",
        metavar="N",
        type=whole(1, 1000),
        help="copies of each text, in place of the spec's",
    )
    group.add_argument(
        "--seed",
        metavar="S",
        type=whole(0, 2**63 - 1),
        help="seed of all draws, in place of the spec's",
    )


def chosen_spec(args: argparse.Namespace) -> "PipelineSpec":
    """The pipeline that the options name.

    Raises:
        SpecError: there is no such preset, or the spec does not hold.
    """
    from augment.presets import preset
    from augment.spec import read_spec

    if args.spec is not None:
        if not args.spec.is_file():
            raise SpecError(f"{args.spec}: there is no such file")
        return read_spec(args.spec)
    return preset(args.preset or "default")


def whole(low: int, high: int) -> Any:
    """An argument type: a whole number within bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(
                f"{text!r} is no whole number between {low} and {high}"
            )
        return number

    return read


def print_json(value: Any, *, to_stderr: bool = False) -> None:
    """One JSON value; half surrogate pairs and the like come as escapes."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    say(text, to_stderr=to_stderr)


def say(text: str, *, to_stderr: bool = False) -> None:
    """A line for the user; what the terminal's encoding lacks comes as escapes."""
    stream = sys.stderr if to_stderr else sys.stdout
    encoding = stream.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)
