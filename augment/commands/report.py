"""`augment report`: what an output of expand holds, as one page or as JSON."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from augment.commands.options import Commands, add_command, print_json, say, whole
from augment.commands.written import add_written, written_options

if TYPE_CHECKING:
    from augment.datasets.run_record import RunRecord
    from augment.report.figures import Figures

EPILOG = """\
The page is one file without scripts or links to anything outside; it opens from disk with no
network. It holds some of your texts. Plots need matplotlib: pip install
'text-augmentation-service[report]'. Counts are of all rows; similarity, edits, length and diversity
are measured on a random sample, as the page says.

  augment expand sample:support -o larger.csv --preset light --copies 2
  augment report larger.csv
  augment report larger.csv --json
"""


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(
        commands, "report", "tell what an output of expand holds, on one page", epilog=EPILOG
    )
    parser.set_defaults(run=run)
    add_written(parser)
    parser.add_argument(
        "-o", "--page", metavar="PAGE", type=Path, help="the page (default: OUTPUT.report.html)"
    )
    parser.add_argument("--force", action="store_true", help="replace a page that exists")
    parser.add_argument(
        "--rejects", metavar="PATH", type=Path, help="rejects file (default: OUTPUT.rejects.jsonl)"
    )
    parser.add_argument(
        "--meaning", action="store_true",
        help="score the meaning of the sample, with the models of the extra `checks` (English)",
    )  # fmt: skip
    parser.add_argument(
        "--sample", metavar="N", type=whole(1, 1_000_000), default=5000,
        help="texts of copies to measure (default: 5000)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Make the report; with --json and no page named it goes to standard output alone."""
    from contextlib import nullcontext

    from augment.datasets.output import check_output, same_file
    from augment.datasets.run_record import read_record, record_path
    from augment.errors import DataError, OutputError
    from augment.report.make import make_report
    from augment.resources import Resources

    output: Path = args.output_of_expand
    if not output.name:
        raise DataError(f"{output}: is no output of augment expand; name its file or folder")
    if not (output.is_file() or output.is_dir()):
        raise DataError(f"{output}: there is no such file; name an output of augment expand")
    place = args.page or (None if args.json else output.with_name(f"{output.name}.report.html"))
    check_output(place, force=args.force)
    record = read_record(output)
    rejects = _rejects(args, output, record)
    for other in (output, record_path(output), rejects):
        if place is not None and other is not None and same_file(place, other):
            raise OutputError(f"{place}: is the data itself; name another file with --page")
    with Resources(cache=args.cache) if args.meaning else nullcontext() as resources:
        figures = make_report(
            output,
            written_options(args, record),
            record=record,
            rejects=rejects,
            resources=resources,
            sample=args.sample,
        )
    if place is not None:
        write_page(figures, place, force=args.force)
    if args.json:
        print_json(figures.to_json())
    else:
        say(f"{figures.originals:,} originals, {figures.copies:,} copies")
        for proof in figures.proofs:
            say(f"{proof.name}: {proof.count:,} of {proof.of:,} ({proof.share:.1%})")
        for note in figures.notes:
            say(f"note: {note}")
        say(f"written to {place}")
    return 0


def write_page(figures: "Figures", place: Path, *, force: bool) -> None:
    """Write the page, whole or not at all."""
    from augment.datasets.output import OutputFile
    from augment.report.make import report_page

    with OutputFile(place, force=force) as file:
        file.write(report_page(figures).encode("utf-8", "replace"))
        file.publish()


def report_of_run(output: Path, place: Path, rejects: Path | None, *, force: bool) -> None:
    """The report that expand makes at its end."""
    from augment.datasets.run_record import read_record
    from augment.report.make import make_report
    from augment.report.reading import WrittenOptions

    record = read_record(output)
    options: WrittenOptions = WrittenOptions.of(record)
    there = rejects is not None and rejects.is_file()
    figures = make_report(output, options, record=record, rejects=rejects if there else None)
    write_page(figures, place, force=force)


def _rejects(args: argparse.Namespace, output: Path, record: "RunRecord | None") -> Path | None:
    from augment.errors import DataError

    if args.rejects is not None:
        if not args.rejects.is_file():
            raise DataError(f"{args.rejects}: there is no such file (--rejects)")
        found: Path = args.rejects
        return found
    noted = record.summary.get("rejects") if record is not None else None
    names = [f"{output.name}.rejects.jsonl", *([Path(noted).name] if noted else [])]
    beside = (output.with_name(name) for name in names)
    return next((path for path in beside if path.is_file()), None)
