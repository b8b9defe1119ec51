"""`augment preview`: copies of one text, with what changed marked."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from augment.commands.learning import SAMPLE, ready
from augment.commands.options import (
    Commands,
    add_command,
    add_engine,
    add_pipeline,
    chosen_spec,
    print_json,
    resources,
    say,
)

if TYPE_CHECKING:
    from augment.record import Outcome

NO_COPIES = 3


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "preview",
        "show copies of one text, with the changes marked",
        epilog='  augment preview "Where is my parcel now?" --preset light --copies 3\n',
    )
    parser.set_defaults(run=run)
    parser.add_argument("text", metavar="TEXT", help="a text, or - for standard input")
    parser.add_argument(
        "--fit", metavar="DATA", type=Path,
        help="the data set that steps and checks read which must know one "
        f"(default: {SAMPLE})",
    )  # fmt: skip
    add_pipeline(parser)
    add_engine(parser)


def run(args: argparse.Namespace) -> int:
    """Show the copies; code 3 where there is none."""
    from augment.build import build_pipeline
    from augment.record import Record

    spec = chosen_spec(args)
    text = _standard_input() if args.text == "-" else _sound(args.text)
    with resources(args) as shared:
        built = build_pipeline(spec, shared)
        with ready(built, args.fit) as pipeline:
            (outcome,) = pipeline.augment([Record(text)], copies=args.copies, seed=args.seed)
    if args.json:
        print_json(_as_json(outcome))
    else:
        if built.unfitted and args.fit is None:
            told = ", ".join(dict.fromkeys(built.unfitted))
            say(f"({told} read {SAMPLE}, for want of --fit DATA)")
        _show(outcome, colour=args.colour)
    return 0 if outcome.copies else NO_COPIES


def _standard_input() -> str:
    from augment.errors import DataError

    try:
        return sys.stdin.buffer.read().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise DataError(f"standard input is not UTF-8: {error}") from error


def _sound(text: str) -> str:
    from augment.errors import DataError

    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError(f"the text is not UTF-8: {error}") from error
    return text


def _show(outcome: "Outcome", *, colour: bool) -> None:
    from augment.preview import marked_copy

    for copy in outcome.copies:
        kinds = ", ".join(step.path.rpartition(".")[2] for step in copy.trail)
        shown = marked_copy(outcome.record.text, copy, colour=colour)
        say(f"{copy.number} ({kinds}): {shown}")
    for number, refusal in outcome.missing:
        say(f"{number}: no copy: {refusal}")


def _as_json(outcome: "Outcome") -> dict[str, object]:
    from augment.preview import marked_copy
    from augment.record import trail_to_json

    text = outcome.record.text
    return {
        "text": text,
        "copies": [
            {
                "copy": copy.number,
                "text": copy.record.text,
                "marked": marked_copy(text, copy),
                "trail": trail_to_json(copy.trail),
                "exact": copy.exact,
            }
            for copy in outcome.copies
        ],
        "missing": [
            {"copy": number, "reason": refusal.reason, "detail": refusal.detail}
            for number, refusal in outcome.missing
        ],
    }
