"""Options that say how a file is read, for commands that read one."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regularize.reading import DataOptions


def add_columns(parser: argparse.ArgumentParser, *, labels: bool) -> None:
    """Options for the columns of a file; with `labels` for what is to be predicted as well."""
    group = parser.add_argument_group("columns", "those not named are found by their usual names")
    group.add_argument("--text", metavar="NAME", help="column of the text")
    group.add_argument("--tokens", metavar="NAME", help="column of the tokens, of a model for tags")
    if labels:
        group.add_argument("--label", metavar="NAME", help="column of the label")
        group.add_argument("--tags", metavar="NAME", help="column of the tags")
        group.add_argument(
            "--label-type", choices=("auto", "class", "classes"), default="auto",
            help="what the label is (auto: JSON lists are several classes)",
        )  # fmt: skip
        group.add_argument("--label-separator", metavar="C", help="what parts several classes")
    group.add_argument("--format", choices=("csv", "tsv", "jsonl", "conll"), help="of the file")
    group.add_argument("--delimiter", metavar="C", help="what parts the fields of a table")
    group.add_argument("--no-quotes", action="store_true", help="of a TSV: quotes are characters")


def data_options(args: argparse.Namespace) -> "DataOptions":
    """How the file is to be read.

    Raises:
        DataError: the delimiter is no single byte.
    """
    from augment.datasets.columns import Columns
    from augment.datasets.labels import LabelShape
    from augment.errors import DataError
    from regularize.reading import DataOptions

    given: str | None = args.delimiter
    if given is not None and (len(given) != 1 or not given.isascii()):
        raise DataError(f"--delimiter {given!r} is not one ASCII character")
    shape = LabelShape(getattr(args, "label_type", "auto"), getattr(args, "label_separator", None))
    columns = Columns(
        text=args.text,
        tokens=args.tokens,
        label=getattr(args, "label", None),
        tags=getattr(args, "tags", None),
        labels=shape,
    )
    return DataOptions(
        kind=args.format,
        columns=columns,
        delimiter=given.encode("ascii") if given else None,
        quotes=not args.no_quotes,
    )
