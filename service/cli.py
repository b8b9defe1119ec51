"""The command `augment-service`: serve, print the OpenAPI document, manage client keys."""

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment import __version__
from augment.commands.program import Parser, run_command

if TYPE_CHECKING:
    from service.keys import KeyFile
    from service.settings import Settings

EPILOG = """\
Every setting can also stand in a YAML file (--config) or in the environment, as AUGMENT_SERVICE_
and its name in capitals: AUGMENT_SERVICE_TEXTS=64. `augment-service settings` lists them.

exit codes:
  0    done; for serve: ended by SIGTERM or ctrl-C, and what was accepted is finished
  1    an error, told on standard error
  2    wrong arguments
  3    the server could not start; its log says why
  130  broken off with ctrl-C before it served
  141  whoever read the output went away
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    return run_command("augment-service", build_parser().parse_args(argv))


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = Parser(
        prog="augment-service",
        description="Text data augmentation over HTTP.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"augment-service {__version__}")
    parser.add_argument("--debug", action="store_true", help="show where an unexpected error arose")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _declare_serve(commands)
    settings = commands.add_parser("settings", help="list all settings with their defaults")
    settings.set_defaults(run=_settings)
    document = commands.add_parser("openapi", help="print the OpenAPI document")
    document.set_defaults(run=_openapi)
    _declare_keys(commands)
    return parser


def _declare_serve(commands: Any) -> None:
    serve = commands.add_parser("serve", help="serve until SIGTERM or ctrl-C")
    serve.set_defaults(run=_serve)
    serve.add_argument("--config", metavar="FILE", type=Path, help="settings, as YAML")
    serve.add_argument("--host", metavar="ADDRESS", help="default: 127.0.0.1")
    serve.add_argument("--port", metavar="N", type=int, help="default: 8000; 0: a free one")
    serve.add_argument("--keys", metavar="FILE", type=Path, help="file of client keys")
    serve.add_argument("--cache", metavar="DIR", type=Path, help="folder of prepared models")
    serve.add_argument("--data", metavar="DIR", type=Path, help="folder of uploads and jobs")
    serve.add_argument(
        "--insecure",
        action="store_true",
        default=None,
        help="listen at any address without a client key",
    )
    serve.add_argument("--log-level", choices=("debug", "info", "warning", "error"))


def _declare_keys(commands: Any) -> None:
    from service.keys import SCOPES

    keys = commands.add_parser("keys", help="make, list, rotate and revoke client keys")
    actions = keys.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = actions.add_parser("add", help="make a key for a client, and show it this once")
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "--scope", action="append", choices=SCOPES, help="what it opens (default: augment, jobs)"
    )
    add.add_argument(
        "--days", type=_span(1 / 1440, 36_500), metavar="N", help="end it after so many days"
    )
    rotate = actions.add_parser("rotate", help="make a new key; the old one ends later")
    rotate.add_argument("name", metavar="NAME")
    rotate.add_argument(
        "--hours",
        type=_span(0, 876_000),
        default=24,
        metavar="N",
        help="the old one ends then (default: 24)",
    )
    revoke = actions.add_parser("revoke", help="end the keys of a client at once")
    revoke.add_argument("name", metavar="NAME", help="of a client, or the id of one key")
    listed = actions.add_parser("list", help="list all keys, without their secrets")
    listed.add_argument("--json", action="store_true")
    runs = {add: _keys_add, rotate: _keys_rotate, revoke: _keys_revoke, listed: _keys_list}
    for parser, run in runs.items():
        parser.set_defaults(run=run)
        parser.add_argument("--keys", metavar="FILE", type=Path, help="file of client keys")


def _span(low: float, high: float) -> Callable[[str], float]:
    """An argument type: a number of days or hours that a date can be told from."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not low <= number <= high:  # nor is anything that is no number
            raise argparse.ArgumentTypeError(f"{text!r} is no number from {low:.2g} to {high:,g}")
        return number

    return read


def _serve(args: argparse.Namespace) -> int:
    from service.errors import SettingsError
    from service.keys import KeyFile
    from service.security import may_listen

    settings = _read(args, "host", "port", "keys", "cache", "data", "insecure", "log_level")
    file = KeyFile(settings.keys)
    if not may_listen(settings, has_keys=bool(file.read())):
        raise SettingsError(
            f"{settings.host} is reached from other machines, and there is no client key in "
            f"{file.path}: make one (augment-service keys add NAME), listen at 127.0.0.1, or say "
            "--insecure"
        )
    _run(settings, file)
    return 0


def _run(settings: "Settings", file: "KeyFile") -> None:
    from service import logs, server
    from service.app import create_app
    from service.engine.engine import Engine
    from service.jobs.jobs import Jobs

    logs.set_up(settings.log_level)
    server.run(create_app(settings, Engine(cache=settings.cache), file, Jobs(settings)))


def _settings(args: argparse.Namespace) -> int:
    from service.settings import Settings

    del args
    for name, field in Settings.model_fields.items():
        about = " ".join((field.description or "").split())
        print(f"{name}: {_shown(field.default)}\n    {about}")
    return 0


def _shown(value: object) -> str:
    return "none" if value in (None, ()) else str(value)


def _openapi(args: argparse.Namespace) -> int:
    from service.document import document

    del args
    print(json.dumps(document(), indent=1, ensure_ascii=False))
    return 0


def _keys_add(args: argparse.Namespace) -> int:
    file = _key_file(args)
    print(file.add(args.name, args.scope or ("augment", "jobs"), args.days))
    print(f"kept as a hash in {file.path}; it cannot be shown again", file=sys.stderr)
    return 0


def _keys_rotate(args: argparse.Namespace) -> int:
    print(_key_file(args).rotate(args.name, hours=args.hours))
    print(f"the old key of {args.name} ends in {args.hours:g} hours", file=sys.stderr)
    return 0


def _keys_revoke(args: argparse.Namespace) -> int:
    count = _key_file(args).revoke(args.name)
    print(f"revoked {count} key{'s' if count > 1 else ''} of {args.name}")
    return 0


def _keys_list(args: argparse.Namespace) -> int:
    from service.keys import now

    keys = _key_file(args).read()
    if args.json:
        told = [asdict(key) | {"active": key.active(now())} for key in keys]
        for one in told:
            del one["sha256"]
        print(json.dumps(told, indent=1))
        return 0
    for key in keys:
        state = "active" if key.active(now()) else "ended"
        until = f", until {key.expires}" if key.expires else ""
        print(f"{key.id}  {key.name}  {state}  {','.join(key.scopes)}{until}")
    return 0


def _key_file(args: argparse.Namespace) -> "KeyFile":
    from service.keys import KeyFile

    return KeyFile(_read(args, "keys").keys)


def _read(args: argparse.Namespace, *names: str) -> "Settings":
    from service.settings import read_settings

    return read_settings(
        environment=os.environ,
        file=getattr(args, "config", None),
        arguments={name: getattr(args, name) for name in names},
    )


if __name__ == "__main__":
    sys.exit(main())
