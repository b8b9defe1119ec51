"""`augment expand`: a data set goes in and comes out larger."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from augment.commands.expand_options import (
    add_options,
    path_of,
    ray_of,
    request_of,
    workers_of,
)
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
    from augment.pipeline import Pipeline

NO_COPIES = 3
PARTS_LOST = 4

EPILOG = """\
Every row of the input keeps its bytes and gets the columns source_id, copy (0) and trail behind
them; its copies follow, with copy 1, 2, ... and the edits that made them. What cannot be used or
made is in the rejects file, with its reason. Copies depend only on the pipeline, the seed and each
record's id: its --id column, else file name and row number.

INPUT is a file (.csv, .tsv, .jsonl, .ndjson, .conll, .iob, .bio, each also .gz or .zst; .parquet),
a folder of such files, a folder that save_to_disk of Hugging Face datasets wrote, - for standard
input, or one of sample:support, sample:support/dev, sample:support/test. The files of a folder are
read in the order of their names. With --shard-rows, or an OUTPUT that ends with /, the output is a
folder as well, which load_dataset reads.

Pairs are read with --text and --text-b; the trail then says in which column a step was. Tokens with
tags, and a context with its question and answers, are JSON Lines: their columns are found by their
usual names or named. Entities and answers keep their words and move with them; a copy that would
lose one is dropped. New words of tagged texts are cut at spaces and marks. In CoNLL the new columns
are comments above each sentence, and the other columns of a changed token become _.

A run lies in OUTPUT.work until its output is whole. One that was broken off, by whatever, goes on
with --resume and the same options; its output has the bytes of an unbroken run. Copies made in
parallel or after a restart are the same, with --strict also those by translation; int8 keeps them
for the same parts of the input.

The exit code is 3 where not one copy could be written; the output then has the originals, and does
not exist where it would have no row at all.

  augment expand sample:support -o larger.csv --preset mask --copies 2
  cat train.csv | augment expand - -o - --label intent > larger.csv
  augment expand nli.tsv -o larger.tsv --text premise --text-b hypothesis --preset paraphrase
  augment expand train.conll -o larger.conll --preset light
  augment expand train.parquet -o larger/ --shard-rows 1000000 --preset light
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
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Expand, and tell what came of it."""
    from augment.build import build_pipeline
    from augment.commands.examples import Examples, written_examples
    from augment.commands.report import report_of_run
    from augment.datasets.expand import check, expand
    from augment.samples import PREFIX, sample_file

    if args.split is not None and args.split_column is None:
        args.parser.error("--split names a part; name the column of the parts with --split-column")
    sample = args.input.startswith(PREFIX)
    source = sample_file(args.input) if sample else nullcontext(path_of(args.input))
    with source as path:
        request = request_of(args, path)
        spec = chosen_spec(args)
        # Before a model is loaded, which takes seconds.
        check(request, spec, reads=[one for one in (args.spec, args.translations) if one])
        if args.report is not None:
            _check_report(args, request)
        ray_of(args)
        with resources(args) as shared, _bar() as progress:
            pipeline = build_pipeline(spec, shared)
            if args.dry_run:
                return _dry_run(args, request, pipeline)
            workers = workers_of(args, shared.settings)
            examples = Examples(args.show)
            summary = expand(
                request, pipeline, workers=workers, progress=progress, observe=examples.observe
            )
    to_stderr = request.output is None
    if args.report is not None and summary.output is not None:
        report_of_run(Path(args.output), args.report, request.rejects_path, force=args.force)
    if workers is not None and args.show and summary.output is not None:
        examples = written_examples(Path(args.output), args.show)
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
    balanced = summary.balance is not None and not summary.balance
    if not summary.written and not balanced:  # a data set that is balanced needs no copies
        return NO_COPIES
    return PARTS_LOST if summary.lost_units else 0


def _dry_run(args: argparse.Namespace, request: "ExpandRequest", pipeline: "Pipeline") -> int:
    """Tell what a run would take, and write nothing."""
    from augment.datasets.units.estimate import estimate

    found = estimate(request, pipeline, workers=args.workers)
    if args.json:
        print_json(found.to_json())
        return 0
    say(f"{found.rows:,} rows, {found.copies:,} copies of {found.words:,} words")
    say(f"about {found.seconds:,.0f} s with {args.workers} process(es), told from "
        f"{found.sample:,} rows; loading models comes on top")  # fmt: skip
    say(f"about {found.disk / 1e6:,.1f} MB of disk while it runs, half of that for the output")
    say("nothing was written")
    return 0


def _check_report(args: argparse.Namespace, request: "ExpandRequest") -> None:
    """Refuse a report that cannot be made before the work is done."""
    from augment.datasets.output import check_output, same_file
    from augment.datasets.run_record import record_path
    from augment.errors import OutputError

    output = request.output
    if output is None or (output.exists() and not (output.is_file() or output.is_dir())):
        raise OutputError(
            f"--report {args.report}: a report is made of the output as a file; name one with -o"
        )
    own = (output, request.rejects_path, record_path(output), args.spec, request.input)
    if any(same_file(args.report, other) for other in own if other is not None):
        raise OutputError(
            f"{args.report}: is read or written by the run itself; name another page with --report"
        )
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
    yield from _balance_lines(summary)
    if summary.lost_units:
        yield (
            f"{summary.lost_units:,} parts of the input got no copies: two processes died at each"
        )
    yield f"{summary.seconds:.1f} s, {summary.sentences_per_second:,.0f} sentences/s"
    if summary.output:
        yield f"written to {summary.output}"
    elif not summary.written:
        yield "no row could be written, so there is no output"
    if summary.rejects:
        yield f"rejects in {summary.rejects}"


def _balance_lines(summary: "Summary") -> Iterator[str]:
    if summary.balance is None:
        return
    short = {label: share for label, share in summary.balance.items() if share.short}
    yield f"balance: {len(summary.balance):,} labels needed copies, {len(short):,} fell short"
    for label, share in short.items():
        yield f"  {label}: {share.written:,} of {share.needed:,} copies, {share.short:,} missing"


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
            kinds = ", ".join(f"{kind} {count:,}" for kind, count in progress.kinds.most_common(3))
            shown = f"{progress.copies:,} copies, {rate:,.0f}/s: {kinds}"
            bar.set_postfix_str(shown, refresh=False)
            bar.update(max(0, progress.position - bar.n))

        yield show
        bar.refresh()  # a run that ends before the first tick shows how far it came, too


def _why(reasons: Mapping[str, int]) -> str:
    shown = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
    return f" ({shown})" if shown else ""
