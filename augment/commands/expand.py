"""`augment expand`: a data set goes in and comes out larger."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import fields
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
    whole,
)

if TYPE_CHECKING:
    from augment.datasets.expand import ExpandRequest, Progress
    from augment.datasets.summary import Summary

NO_COPIES = 3

EPILOG = """\
Every row of the input keeps its bytes and gets the columns source_id, copy (0) and trail behind
them; its copies follow, with copy 1, 2, ... and the edits that made them. What cannot be used or
made is in the rejects file, with its reason. Copies depend only on the pipeline, the seed and each
record's id: its --id column, else file name and row number.

INPUT is a file (.csv, .tsv, .jsonl, .ndjson, .conll, .iob, .bio, each also .gz), - for standard
input, or one of sample:support, sample:support/dev, sample:support/test.

Pairs are read with --text and --text-b; the trail then says in which column a step was. Tokens with
tags, and a context with its question and answers, are JSON Lines: their columns are found by their
usual names or named. Entities and answers keep their words and move with them; a copy that would
lose one is dropped. New words of tagged texts are cut at spaces and marks. In CoNLL the new columns
are comments above each sentence, and the other columns of a changed token become _.

The exit code is 3 where not one copy could be written; the output then has the originals, and does
not exist where it would have no row at all.

  augment expand sample:support -o larger.csv --preset mask --copies 2
  cat train.csv | augment expand - -o - --label intent > larger.csv
  augment expand nli.tsv -o larger.tsv --text premise --text-b hypothesis --preset paraphrase
  augment expand train.conll -o larger.conll --preset light
"""


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(
        commands, "expand", "write a data set with copies of its texts", epilog=EPILOG
    )
    parser.set_defaults(run=run)
    parser.add_argument("input", metavar="INPUT", help="a file, - or sample:NAME")
    parser.add_argument("-o", "--output", metavar="OUTPUT", required=True, help="a file, or -")
    parser.add_argument("--force", action="store_true", help="replace an output that exists")
    parser.add_argument(
        "--rejects", metavar="PATH", type=Path,
        help="rejects file (default: OUTPUT.rejects.jsonl; standard error with -o -)",
    )  # fmt: skip
    parser.add_argument(
        "--report", metavar="PAGE", type=Path,
        help="also write a report of the output, as augment report does",
    )  # fmt: skip
    parser.add_argument(
        "--show", metavar="N", type=whole(0, 1000), default=0, help="show N examples at the end"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--keep-originals", action="store_true", help="the default")
    which.add_argument("--only-copies", action="store_true", help="leave the originals out")
    add_pipeline(parser)
    add_engine(parser)
    _add_columns(parser.add_argument_group("columns"))
    _add_tasks(parser.add_argument_group("pairs, tags and answers"))
    _add_format(parser.add_argument_group("format"))


def run(args: argparse.Namespace) -> int:
    """Expand, and tell what came of it."""
    from augment.build import build_pipeline
    from augment.commands.examples import Examples
    from augment.commands.report import report_of_run
    from augment.datasets.expand import check, expand
    from augment.samples import PREFIX, sample_file

    if args.split is not None and args.split_column is None:
        args.parser.error("--split names a part; name the column of the parts with --split-column")
    if args.report is not None:
        _check_report(args)
    sample = args.input.startswith(PREFIX)
    source = sample_file(args.input) if sample else nullcontext(_path(args.input))
    with source as path:
        request = _request(args, path)
        spec = chosen_spec(args)
        # Before a model is loaded, which takes seconds.
        check(request, spec)
        with resources(args) as shared, _bar() as progress:
            pipeline = build_pipeline(spec, shared)
            examples = Examples(args.show)
            summary = expand(request, pipeline, progress=progress, observe=examples.observe)
    to_stderr = request.output is None
    if args.report is not None and summary.output is not None:
        report_of_run(Path(args.output), args.report, request.rejects_path, force=args.force)
    if args.json:
        print_json(summary.to_json(), to_stderr=to_stderr)
    else:
        shown = examples.lines(colour=args.colour)
        for line in (*shown, *summary_lines(summary)):
            say(line, to_stderr=to_stderr)
        if not summary.asked and args.split_column is not None:
            part = request.columns.part
            say(f"no row has {part!r} in the column {args.split_column!r}; name the part with "
                "--split", to_stderr=to_stderr)  # fmt: skip
    return 0 if summary.written else NO_COPIES


def _check_report(args: argparse.Namespace) -> None:
    """Refuse a report that cannot be made before the work is done."""
    from augment.datasets.output import check_output, same_file
    from augment.errors import OutputError

    output = _path(args.output)
    if output is None or (output.exists() and not output.is_file()):
        raise OutputError(
            f"--report {args.report}: a report is made of the output as a file; name one with -o"
        )
    if same_file(args.report, output):
        raise OutputError(f"{args.report}: is the output itself; name another page with --report")
    check_output(args.report, force=args.force)


def summary_lines(summary: "Summary") -> Iterator[str]:
    """The summary for people."""
    rejected = sum(summary.rejected.values())
    yield (
        f"{summary.rows:,} rows: {summary.kept:,} kept, {rejected:,} rejected"
        f"{_why(summary.rejected)}"
    )
    dropped = sum(summary.dropped.values())
    yield (
        f"{summary.asked:,} copies asked: {summary.written:,} written, {dropped:,} dropped"
        f"{_why(summary.dropped)}"
    )
    if summary.kinds:
        yield "by kind: " + ", ".join(f"{kind} {count:,}" for kind, count in summary.kinds.items())
    if summary.stayed:
        stayed = sum(summary.stayed.values())
        yield f"in them {stayed:,} sentences stayed as they were{_why(summary.stayed)}"
    yield from _label_lines(summary)
    yield f"{summary.seconds:.1f} s, {summary.sentences_per_second:,.0f} sentences/s"
    if summary.output:
        yield f"written to {summary.output}"
    elif not summary.written:
        yield "no row could be written, so there is no output"
    if summary.rejects:
        yield f"rejects in {summary.rejects}"


def _label_lines(summary: "Summary") -> Iterator[str]:
    if len(summary.labels) > 1:
        width = max(len("label"), *(len(label) for label in summary.labels))
        yield f"{'label':{width}}  {'before':>8}  {'after':>8}"
        for label, count in summary.labels.items():
            yield f"{label:{width}}  {count.before:8,}  {count.after:8,}"
    if summary.scores is not None:
        for when, scores in (("before", summary.scores.before), ("after", summary.scores.after)):
            if scores is not None:
                yield (
                    f"scores {when}: {scores.rows:,} rows, mean {scores.mean:g}, "
                    f"from {scores.min:g} to {scores.max:g}"
                )


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
        choices=("csv", "tsv", "jsonl", "conll"),
        help="in place of the suffix (default on standard input: csv)",
    )
    group.add_argument("--delimiter", metavar="C", type=_delimiter, help="such as ';' or tab")
    group.add_argument("--no-quotes", action="store_true", help="TSV in which quotes mean nothing")


def _request(args: argparse.Namespace, source: Path | None) -> "ExpandRequest":
    from augment.datasets.columns import Columns, NewColumns
    from augment.datasets.expand import ExpandRequest
    from augment.datasets.labels import LabelShape

    return ExpandRequest(
        input=source,
        output=_path(args.output),
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
        seed=args.seed,
        keep_originals=not args.only_copies,
        force=args.force,
    )


@contextmanager
def _bar() -> "Iterator[Callable[[Progress], None] | None]":
    """A progress bar on a terminal, and none in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    began = time.monotonic()
    with tqdm(unit="B", unit_scale=True, file=sys.stderr, leave=False) as bar:

        def show(progress: "Progress") -> None:
            bar.total = progress.size
            rate = progress.copies / max(time.monotonic() - began, 1e-9)
            bar.set_postfix_str(f"{progress.copies:,} copies, {rate:,.0f}/s", refresh=False)
            bar.update(max(0, progress.position - bar.n))

        yield show
        bar.refresh()  # a run that ends before the first tick shows how far it came, too


def _why(reasons: Mapping[str, int]) -> str:
    shown = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
    return f" ({shown})" if shown else ""


def _path(given: str) -> Path | None:
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


def _delimiter(given: str) -> bytes:
    delimiter = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise argparse.ArgumentTypeError(
            f"{given!r} is not one ASCII character (write tab for a tab)"
        )
    return delimiter.encode("ascii")
