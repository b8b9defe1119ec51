"""What all our programs do around a command: errors become a line and an exit code."""

import argparse
import difflib
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from augment.errors import AugmentError, Cancelled

CANCELLED = 130
TERMINATED = 143
BROKEN_PIPE = 141

# Arguments that are files, but are read as strings: they may be `-` or `sample:NAME` as well.
_FILES: Final = ("input", "output", "data")


class Parser(argparse.ArgumentParser):
    """An argument parser that proposes what may have been meant, and takes no empty file names."""

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

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        # Else "$FILE" without a FILE would be the folder where one is.
        if not arg_string and (action.type is Path or action.dest in _FILES):
            raise argparse.ArgumentError(action, "is empty; name a file or folder")
        return super()._get_value(action, arg_string)


def run_command(program: str, args: argparse.Namespace) -> int:
    """Run the command of these arguments (`args.run`), and return the exit code of the program.

    SIGTERM ends a command as ctrl-C does, by an exception, so that what is open is closed; a
    command that serves sets handlers of its own.
    """
    with suppress(ValueError):  # only the main thread may set it
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (KeyboardInterrupt, Cancelled) as error:
        return _tell(f"{program}: {str(error) or 'cancelled'}", CANCELLED)
    except AugmentError as error:
        return _fail(program, str(error), error.code, args)
    except BrokenPipeError:
        drop_stdout()
        return BROKEN_PIPE
    except OSError as error:
        drop_stdout()
        return _fail(program, str(error), "system_error", args)
    except Exception as error:  # a bug, but its traceback tells a user nothing
        if args.debug:
            traceback.print_exc()
        message = f"{type(error).__name__}: {error}; this is a bug, --debug shows where"
        return _fail(program, message, "internal_error", args)
    return code


def drop_stdout() -> None:
    """Point standard output at nothing, or Python tells of the failed flush when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _names_a_choice(message: str) -> bool:
    return "invalid choice" in message or "unrecognized arguments" in message


def _fail(program: str, message: str, code: str, args: argparse.Namespace) -> int:
    """Tell an error: a line for people, or with --json an object for machines as well."""
    # Where data goes to standard output nothing else does.
    if getattr(args, "json", False) and str(getattr(args, "output", None)) != "-":
        with suppress(OSError):
            print(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=True))
    return _tell(f"{program}: error: {message} [{code}]", 1)


def _tell(line: str, code: int) -> int:
    with suppress(OSError):
        print(line.encode("utf-8", "backslashreplace").decode("utf-8"), file=sys.stderr, flush=True)
    return code


def _terminate(number: int, frame: FrameType | None) -> None:
    """Leave by an exception, so that temporary files are removed."""
    del number, frame
    raise SystemExit(TERMINATED)
