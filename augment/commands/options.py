"""Options that several commands have, and what they mean."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from augment.errors import ResourceError, SpecError

if TYPE_CHECKING:
    from augment.resources import Resources
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


def add_spec(parser: Any, what: str = "", default: str = "") -> None:
    """Options that choose a spec; `what` begins their help."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--preset", metavar="NAME", help=f"{what}a shipped pipeline{default}")
    which.add_argument(
        "--spec", metavar="FILE", type=Path, help=f"{what}a pipeline of your own, YAML or JSON"
    )


def add_pipeline(parser: argparse.ArgumentParser) -> None:
    """Options that choose the pipeline."""
    group = parser.add_argument_group("pipeline")
    add_spec(group, default=" (default: default)")
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


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Options that say how translation runs on this machine."""
    group = parser.add_argument_group("translation")
    group.add_argument(
        "--engine", choices=("auto", "ctranslate2", "transformers"), default="auto",
        help="default: ctranslate2 where it is installed",
    )  # fmt: skip
    group.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    precision = group.add_mutually_exclusive_group()
    precision.add_argument(
        "--compute-type",
        choices=("auto", "float32", "int8", "float16", "int8_float16", "bfloat16"),
        default="auto",
        help="default: int8 on a CPU, float16 on a GPU",
    )
    precision.add_argument(
        "--strict", action="store_true",
        help="float32: a translation never depends on the texts beside it; slower",
    )  # fmt: skip
    group.add_argument(
        "--threads", metavar="N", type=whole(1, 1024), default=0,
        help="translations side by side (default: one a core)",
    )  # fmt: skip
    group.add_argument(
        "--batch-tokens", metavar="N", type=whole(1, 1_000_000), default=None,
        help="pieces in a batch, with padding",
    )  # fmt: skip
    group.add_argument(
        "--translations", metavar="FILE", type=Path,
        help="keep translations for later runs in this file (with --strict; holds your texts)",
    )  # fmt: skip


def resources(args: argparse.Namespace) -> "Resources":
    """Resources with the settings that the options name."""
    from augment.resources import Resources
    from augment.translation.settings import EngineSettings

    if args.translations is not None:
        _check_translations(args.translations)
    engine = EngineSettings(
        engine=args.engine,
        device=args.device,
        compute_type="float32" if args.strict else args.compute_type,
        threads=args.threads,
        batch_tokens=args.batch_tokens or EngineSettings.batch_tokens,
    )
    return Resources(cache=args.cache, engine=engine, translations=args.translations)


def _check_translations(path: Path) -> None:
    """Refuse a file that never was a cache: one that is damaged is set aside for a new one."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ResourceError(f"--translations {path}: cannot be read: {error.strerror}") from error
    if head and head != b"SQLite format 3\0":
        raise ResourceError(
            f"--translations {path}: is no file of translations, and would be written over; name "
            "a new file"
        )


def chosen_spec(args: argparse.Namespace) -> "PipelineSpec":
    """The pipeline that the options name.

    Raises:
        SpecError: there is no such preset, or the spec does not hold.
    """
    from augment.presets import preset
    from augment.spec import read_spec

    if args.spec is not None:
        if not args.spec.exists():
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
