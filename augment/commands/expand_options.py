"""The options of `augment expand`, and the request that they make."""

import argparse
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from augment.commands.options import whole

if TYPE_CHECKING:
    from augment.datasets.balance import Balance
    from augment.datasets.expand import ExpandRequest, Workers
    from augment.datasets.units.on_ray import OnRay
    from augment.resources import ResourceSettings

SHARD_ROWS: Final = 100_000


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare what is read and written, and how the work is done."""
    _add_run(parser.add_argument_group("run"))
    _add_columns(parser.add_argument_group("columns"))
    _add_tasks(parser.add_argument_group("pairs, tags and answers"))
    _add_format(parser.add_argument_group("format"))


def _add_run(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--workers", metavar="N", type=whole(1, 1024), default=1,
        help="processes that make copies side by side; the output is the same (default: 1)",
    )  # fmt: skip
    group.add_argument(
        "--on", choices=("local", "ray"), default="local",
        help="what runs them: processes of this machine, or a pool of Ray that grows up to "
        "--workers; the output is the same (default: local)",
    )  # fmt: skip
    group.add_argument(
        "--ray-address", metavar="ADDRESS",
        help="with --on ray: HOST:PORT of a cluster's head, or auto, on one of its machines "
        "(default: Ray of its own on this machine)",
    )  # fmt: skip
    for name, what, usual in (("cpus", "processors", 1.0), ("gpus", "GPUs", 0.0)):
        group.add_argument(
            f"--ray-{name}", metavar="X", type=_share,
            help=f"with --on ray: {what} of each worker (default: {usual:g})",
        )  # fmt: skip
    broken = group.add_mutually_exclusive_group()
    broken.add_argument(
        "--resume", action="store_true",
        help="go on with a run of this output that was broken off, or begin if there is none",
    )  # fmt: skip
    broken.add_argument(
        "--restart", action="store_true",
        help="drop what a run that was broken off did, and begin anew",
    )  # fmt: skip
    broken.add_argument(
        "--dry-run", action="store_true",
        help="make copies of a sample of rows, and tell what time and disk all would take",
    )  # fmt: skip
    group.add_argument(
        "--balance", metavar="TO", type=_balance,
        help="copies for labels with few rows, up to max (as many as the largest has), a number of "
        "rows, or a ratio to the largest such as 0.5; in place of --copies",
    )  # fmt: skip


def _add_columns(group: "argparse._ArgumentGroup") -> None:
    group.add_argument("--text", metavar="NAME", help="column of the text (else by usual names)")
    group.add_argument("--label", metavar="NAME", help="column of the label (else by usual names)")
    group.add_argument("--id", metavar="NAME", help="column of a unique id; doubles are rejects")
    group.add_argument("--split-column", metavar="NAME", help="column that names the part of a row")
    group.add_argument(
        "--split",
        metavar="PART",
        help="with --split-column: copies are made of this part only (default: train)",
    )
    group.add_argument(
        "--label-type", choices=("auto", "class", "classes", "score"), default="auto",
        help="what the label is (auto: JSON lists are several classes, broken numbers scores)",
    )  # fmt: skip
    group.add_argument(
        "--label-separator", metavar="C", help="what parts several classes of a label, such as ';'"
    )
    spans = group.add_mutually_exclusive_group()
    spans.add_argument(
        "--spans", metavar="NAME", help="JSON key of labelled spans (default: spans)"
    )
    spans.add_argument("--no-spans", action="store_true", help="leave the JSON key spans as it is")
    group.add_argument(
        "--rename",
        metavar="OLD=NEW",
        type=renamed,
        action="append",
        default=[],
        help="another name for source_id, copy or trail; can be repeated",
    )


def _add_tasks(group: "argparse._ArgumentGroup") -> None:
    from augment.datasets.tasks.schemes import SCHEMES

    group.add_argument(
        "--text-b", metavar="NAME", help="second text of a pair; --text is the first"
    )
    group.add_argument(
        "--sides", choices=("first", "second", "context", "question", "both"),
        help="which texts of a pair, or of a question and its context, are copied (default: both)",
    )  # fmt: skip
    group.add_argument(
        "--tokens", metavar="NAME", help="JSON key of the tokens; in CoNLL the column's number (1)"
    )
    group.add_argument(
        "--tags", metavar="NAME", help="JSON key of their tags; in CoNLL the column's number (last)"
    )
    group.add_argument(
        "--tags-scheme", choices=SCHEMES,
        help="scheme of the tags, in and out; bio is IOB2 (default: told from the first rows)",
    )  # fmt: skip
    group.add_argument("--context", metavar="NAME", help="JSON key of the text with the answers")
    group.add_argument("--question", metavar="NAME", help="JSON key of the question")
    group.add_argument(
        "--answers", metavar="NAME", help="JSON key of the answers, with text and answer_start"
    )


def _add_format(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--format",
        choices=("csv", "tsv", "jsonl", "conll", "parquet"),
        help="in place of the suffix (default on standard input: csv)",
    )
    group.add_argument("--delimiter", metavar="C", type=_delimiter, help="such as ';' or tab")
    group.add_argument("--no-quotes", action="store_true", help="TSV in which quotes mean nothing")
    group.add_argument(
        "--shard-rows", metavar="N", type=whole(1, 1 << 40),
        help="write a folder of files with so many rows each (default for an OUTPUT that ends with "
        f"/: {SHARD_ROWS:,}, but all rows in one file where the input is a datasets folder)",
    )  # fmt: skip


def request_of(args: argparse.Namespace, source: Path | None) -> "ExpandRequest":
    """What the options ask for."""
    from augment.datasets.columns import Columns, NewColumns
    from augment.datasets.expand import ExpandRequest
    from augment.datasets.labels import LabelShape

    return ExpandRequest(
        input=source,
        output=path_of(args.output),
        rejects=args.rejects,
        kind=args.format,
        columns=Columns(
            text=args.text,
            label=args.label,
            id=args.id,
            split=args.split_column,
            part="train" if args.split is None else args.split,
            spans=None if args.no_spans else args.spans or "spans",
            text_b=args.text_b,
            sides=args.sides,
            tokens=args.tokens,
            tags=args.tags,
            scheme=args.tags_scheme,
            context=args.context,
            question=args.question,
            answers=args.answers,
            labels=LabelShape(args.label_type, args.label_separator),
        ),
        new=NewColumns(**dict(args.rename)),
        delimiter=args.delimiter,
        quotes=not args.no_quotes,
        copies=args.copies,
        balance=args.balance,
        seed=args.seed,
        keep_originals=not args.only_copies,
        force=args.force,
        resume=args.resume,
        restart=args.restart,
        shard_rows=_shard_rows(args, source),
    )


def _shard_rows(args: argparse.Namespace, source: Path | None) -> int | None:
    from augment.datasets.formats import input_kind

    asked: int | None = args.shard_rows
    if asked is None and args.output.endswith("/") and input_kind(source, args.format) != "arrow":
        return SHARD_ROWS
    return asked


def path_of(given: str) -> Path | None:
    """A file, or None for standard input or output."""
    return None if given == "-" else Path(given)


def renamed(given: str) -> tuple[str, str]:
    """What --rename says: the usual name of a new column, and the one it has."""
    from augment.datasets.columns import NewColumns

    old, _, new = given.partition("=")
    names = [field.name for field in fields(NewColumns)]
    if old not in names or not new:
        raise argparse.ArgumentTypeError(
            f"{given!r} is not OLD=NEW with OLD one of {', '.join(names)}"
        )
    return old, new


def workers_of(args: argparse.Namespace, settings: "ResourceSettings") -> "Workers | None":
    """Who makes the copies beside this process; None for nobody."""
    from augment.datasets.expand import Workers

    ray = ray_of(args)
    if ray is None and args.workers == 1:
        return None
    return Workers(args.workers, settings.single, ray=ray)


def ray_of(args: argparse.Namespace) -> "OnRay | None":
    """Where Ray is to run, if it is asked for.

    Raises:
        ResourceError: it is not installed, or cannot be had in this way.
    """
    asked = {"address": args.ray_address, "cpus": args.ray_cpus, "gpus": args.ray_gpus}
    given = {name: value for name, value in asked.items() if value is not None}
    if args.on != "ray":
        if given:
            args.parser.error(f"--ray-{next(iter(given))} is of use with --on ray only")
        return None
    from augment.datasets.units.on_ray import OnRay, check_ray

    ray = OnRay(**given)
    check_ray(ray)
    return ray


def _share(given: str) -> float:
    """An amount of a resource; Ray takes parts of one, and whole numbers above."""
    try:
        value = float(given)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1024 or (value > 1 and value % 1):
        raise argparse.ArgumentTypeError(
            f"{given!r} is no part of one, such as 0.5, and no whole number up to 1024"
        )
    return value


def _delimiter(given: str) -> bytes:
    delimiter = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise argparse.ArgumentTypeError(
            f"{given!r} is not one ASCII character (write tab for a tab)"
        )
    return delimiter.encode("ascii")


def _balance(given: str) -> "Balance":
    from augment.datasets.balance import Balance

    try:
        return Balance.parse(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
