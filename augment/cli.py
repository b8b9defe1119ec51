"""The command `augment`: reads arguments and the environment, runs one command, tells how it went.

Commands import what they need when they run, so that `--help` answers at once.
"""

import argparse
import difflib
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from augment import __version__
from augment.commands import doctor, expand, kinds, models, preview, replay, report, schema
from augment.errors import AugmentError, Cancelled

USAGE = 2
CANCELLED = 130
TERMINATED = 143
BROKEN_PIPE = 141

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


class Parser(argparse.ArgumentParser):
    """An argument parser that proposes what may have been meant."""

    def error(self, message: str) -> NoReturn:
        """Tell usage and message, and leave."""
        known = list(self._option_string_actions)
        for action in self._actions:
            known += [str(choice) for choice in action.choices or ()]
        # Only words that the message names as wrong: those behind its last colon.
        named = message.rpartition(":")[2].split()
        wrong = [word.strip("',:") for word in named if word.strip("',:") not in known]
        found = [match for word in wrong for match in difflib.get_close_matches(word, known, 1)]
        hint = f"; did you mean {found[0]}?" if found and _names_a_choice(message) else ""
        super().error(message + hint)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = parse_arguments(argv)
    with suppress(ValueError):  # only the main thread may set it
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (KeyboardInterrupt, Cancelled) as error:
        return _tell(f"augment: {str(error) or 'cancelled'}", CANCELLED)
    except AugmentError as error:
        return _fail(str(error), error.code, args)
    except BrokenPipeError:
        _drop_stdout()
        return BROKEN_PIPE
    except OSError as error:
        _drop_stdout()
        return _fail(str(error), "system_error", args)
    except Exception as error:  # a bug, but its traceback tells a user nothing
        if args.debug:
            traceback.print_exc()
        message = f"{type(error).__name__}: {error}; this is a bug, --debug shows where"
        return _fail(message, "internal_error", args)
    return code


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


def _names_a_choice(message: str) -> bool:
    return "invalid choice" in message or "unrecognized arguments" in message


def _fail(message: str, code: str, args: argparse.Namespace) -> int:
    """Tell an error: a line for people, or with --json an object for machines as well."""
    # Where data goes to standard output nothing else does.
    if getattr(args, "json", False) and getattr(args, "output", None) != "-":
        with suppress(OSError):
            print(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=True))
    return _tell(f"augment: error: {message} [{code}]", 1)


def _tell(line: str, code: int) -> int:
    with suppress(OSError):
        print(line.encode("utf-8", "backslashreplace").decode("utf-8"), file=sys.stderr, flush=True)
    return code


def _drop_stdout() -> None:
    """Point standard output at nothing, or Python tells of the failed flush when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _terminate(number: int, frame: FrameType | None) -> None:
    """Leave by an exception, so that temporary files are removed."""
    del number, frame
    raise SystemExit(TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
