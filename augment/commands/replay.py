"""`augment replay`: proof that every copy of an output follows from its original."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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
from augment.commands.written import add_written, written_options

if TYPE_CHECKING:
    from augment.datasets.run_record import RunRecord
    from augment.report.reading import WrittenOptions
    from augment.report.replay import Difference, Replayed
    from augment.report.rerun import Redrawn
    from augment.spec import PipelineSpec

DIFFERENT = 1

EPILOG = """\
Without --rerun no model is loaded: the edits of each trail are applied to the original, and what
comes out must be the copy, with its label, its spans and its answers. The exit code is 1 if
anything differs; the first differences are told with their lines.

With --rerun the copies are also drawn again, with the spec and seed of OUTPUT.run.json or with
those named. Exact copies must come out equal; of others (translation in int8) it is only told how
many did. Give the same --engine, --strict and so on as for the run.

  augment replay larger.csv
  augment replay copies.csv --originals train.csv
  augment replay larger.csv --rerun
"""


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(
        commands, "replay", "prove that copies follow from their originals", epilog=EPILOG
    )
    parser.set_defaults(run=run)
    add_written(parser)
    parser.add_argument(
        "--originals", metavar="INPUT", type=Path, help="input of a run with --only-copies"
    )
    parser.add_argument("--rerun", action="store_true", help="draw all copies again as well")
    add_pipeline(parser)
    add_engine(parser)


def run(args: argparse.Namespace) -> int:
    """Replay; code 1 where anything differs."""
    from augment.datasets.run_record import read_record
    from augment.errors import DataError
    from augment.report.replay import replay

    if not args.rerun and (args.spec or args.preset or args.seed is not None or args.copies):
        args.parser.error("--spec, --preset, --seed and --copies say what to draw: give --rerun")
    output: Path = args.output_of_expand
    if not output.name:
        raise DataError(f"{output}: is no output of augment expand; name its file or folder")
    record = read_record(output)
    options = written_options(args, record)
    name = record.input.name if record is not None and record.input is not None else None
    done = replay(output, options, originals=args.originals, input_name=name)
    redrawn = _rerun(args, output, options, record) if args.rerun else None
    if args.json:
        print_json(
            {**done.to_json(), **({"rerun": redrawn.to_json()} if redrawn is not None else {})}
        )
    else:
        _show(done, redrawn)
    return 0 if done.holds and (redrawn is None or redrawn.holds) else DIFFERENT


def _rerun(
    args: argparse.Namespace,
    output: Path,
    options: "WrittenOptions",
    record: "RunRecord | None",
) -> "Redrawn":
    from augment.build import build_pipeline
    from augment.report.rerun import rerun

    with resources(args) as shared:
        pipeline = build_pipeline(_spec(args, output, record), shared)
        limit = record.text_limit if record is not None else 1_000_000
        balanced = record is not None and record.balance is not None
        return rerun(output, options, pipeline, text_limit=limit, balanced=balanced)


def _spec(args: argparse.Namespace, output: Path, record: "RunRecord | None") -> "PipelineSpec":
    from augment.datasets.run_record import record_path, spec_as_run
    from augment.errors import DataError

    named = args.spec is not None or args.preset is not None
    if not named and record is None:
        raise DataError(
            f"{record_path(output)}: there is no record of the run; name what it drew with "
            "--spec or --preset, and --seed and --copies if they were given"
        )
    spec = chosen_spec(args) if named or record is None else record.spec
    return spec_as_run(spec, args.copies, args.seed)


def _show(done: "Replayed", redrawn: "Redrawn | None") -> None:
    say(
        f"{done.originals:,} originals, {done.copies:,} copies: {done.equal:,} follow from their "
        f"originals, {done.differing:,} lines differ"
    )
    _differences(done.differences, done.differing)
    if redrawn is not None:
        say(
            f"drawn again: of {redrawn.exact:,} exact copies {redrawn.exact_equal:,} are equal, "
            f"of {redrawn.others:,} others {redrawn.others_equal:,}"
        )
        _differences(redrawn.broken, redrawn.exact - redrawn.exact_equal)


def _differences(shown: "Sequence[Difference]", count: int) -> None:
    for one in shown:
        say(str(one))
    if count > len(shown):
        say(f"and {count - len(shown):,} more")
