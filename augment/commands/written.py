"""Options of the commands that read an output of expand, and what they mean."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from augment.datasets.run_record import RunRecord
    from augment.report.reading import WrittenOptions


def add_written(parser: argparse.ArgumentParser) -> None:
    """Options that say how the output is to be read, where no record of the run says it."""
    parser.add_argument("output_of_expand", metavar="OUTPUT", type=Path,
                        help="what augment expand wrote")  # fmt: skip
    group = parser.add_argument_group(
        "columns and format (else as OUTPUT.run.json says, else by their usual names)"
    )
    for name, what in (("text", "text"), ("label", "label"), ("text-b", "second text of a pair")):
        group.add_argument(f"--{name}", metavar="NAME", help=f"column of the {what}")
    group.add_argument("--format", choices=("csv", "tsv", "jsonl", "conll", "parquet"))
    group.add_argument("--delimiter", metavar="C", help="such as ';' or tab")
    group.add_argument("--no-quotes", action="store_true", help="TSV in which quotes mean nothing")
    group.add_argument(
        "--rename", metavar="OLD=NEW", type=_renamed, action="append", default=[],
        help="the name that the output has for source_id, copy or trail; can be repeated",
    )  # fmt: skip


def written_options(args: argparse.Namespace, record: "RunRecord | None") -> "WrittenOptions":
    """How to read the output: the record of the run, with the options over it."""
    from augment.datasets.columns import NewColumns
    from augment.report.reading import WrittenOptions

    options = WrittenOptions.of(record)
    named = {"text": args.text, "label": args.label, "text_b": args.text_b}
    columns = replace(options.columns, **{key: one for key, one in named.items() if one})
    delimiter = {"tab": "\t"}.get(args.delimiter, args.delimiter)
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii()):
        args.parser.error(f"--delimiter {delimiter!r} is not one ASCII character")
    return replace(
        options,
        kind=args.format or options.kind,
        columns=columns,
        new=NewColumns(**dict(args.rename)) if args.rename else options.new,
        delimiter=delimiter.encode("ascii") if delimiter else options.delimiter,
        quotes=options.quotes and not args.no_quotes,
    )


def _renamed(given: str) -> tuple[str, str]:
    # Expand's own option, so that a call can be repeated; imported late, as it is when it runs.
    from augment.commands.expand_options import renamed

    return renamed(given)
