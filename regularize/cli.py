"""The command `regularize`: reads arguments and the environment, runs one command, tells of it.

Commands import what they need when they run, so that `--help` answers at once.
"""

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from augment import __version__
from augment.errors import AugmentError, Cancelled
from regularize.commands import compare, evaluate, explain, predict, resume, train

CANCELLED = 130
TERMINATED = 143
BROKEN_PIPE = 141

EPILOG = """\
exit codes:
  0    done
  1    an error, told on standard error
  2    wrong arguments
  130  broken off with ctrl-C; `regularize resume DIR` goes on

environment:
  AUGMENT_CACHE   folder of prepared models, in place of the user's cache folder
  RANK            number of the process, as torchrun sets it; the first one writes
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = parse_arguments(argv)
    with suppress(ValueError):  # only the main thread may set it
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (KeyboardInterrupt, Cancelled) as error:
        return _tell(f"regularize: {str(error) or 'cancelled'}", CANCELLED)
    except AugmentError as error:
        return _fail(str(error), error.code, args)
    except BrokenPipeError:
        return BROKEN_PIPE
    except OSError as error:
        return _fail(str(error), "system_error", args)
    except Exception as error:  # a bug, but its traceback tells a user nothing
        if args.debug:
            traceback.print_exc()
        message = f"{type(error).__name__}: {error}; this is a bug, --debug shows where"
        return _fail(message, "internal_error", args)
    return code


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of one call; leaves with code 2 where they do not hold."""
    args = build_parser().parse_args(argv)
    cache = os.environ.get("AUGMENT_CACHE")
    args.cache = Path(cache).expanduser() if cache else None
    args.first = os.environ.get("RANK", "0") == "0"
    return args


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
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


def _fail(message: str, code: str, args: argparse.Namespace) -> int:
    """Tell an error: a line for people, or with --json an object for machines as well."""
    if args.json:
        with suppress(OSError):
            print(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=True))
    return _tell(f"regularize: error: {message} [{code}]", 1)


def _tell(line: str, code: int) -> int:
    with suppress(OSError):
        print(line.encode("utf-8", "backslashreplace").decode("utf-8"), file=sys.stderr, flush=True)
    return code


def _terminate(number: int, frame: FrameType | None) -> None:
    """Leave by an exception, so that what is open is closed."""
    del number, frame
    raise SystemExit(TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
