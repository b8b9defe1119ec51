"""A whole data set through a pipeline: a labelled file goes in and comes out larger.

The input is cut into units by position. Each unit is worked off on its own, by this process or by
several, and is on disk before it counts as done; so a run that was broken off goes on where it was.
At the end the units are put together in the order of the input, and the output gets its name when
all of it is on disk. Memory does not grow with the data set.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

from augment.datasets.formats import ARROW, Kind, input_kind, suffix_kind
from augment.datasets.inputs import open_data
from augment.datasets.output import check_output, same_file
from augment.datasets.output_folder import check_folder
from augment.datasets.packed import suffix_packing
from augment.datasets.request import ExpandRequest
from augment.datasets.run_record import record_path
from augment.datasets.summary import Summary
from augment.datasets.tasks.suits import check_suits
from augment.datasets.units.generate import Observe
from augment.datasets.units.run import Progress, Run, Workers, open_reader
from augment.datasets.units.work import is_kept, is_publishing
from augment.errors import Cancelled, DataError, OutputError
from augment.pipeline import Pipeline
from augment.spec import PipelineSpec

__all__ = ["ExpandRequest", "Progress", "Workers", "check", "expand"]


def check(
    request: ExpandRequest, spec: PipelineSpec | None = None, *, reads: Sequence[Path] = ()
) -> None:
    """Find what is wrong with a request before any model is loaded.

    `reads` are files beside the input that the run reads, such as that of the spec: like the input
    they are never written over.

    Raises:
        DataError: the input is missing, has no known format, or no column for the text.
        OutputError: the output exists, is or holds what is read, or is named as another format.
        SpecError: the spec does not suit what the data's labels are for.
    """
    _check_outputs(request, reads)
    if request.balance is not None and request.copies is not None:
        raise DataError("--balance says how many copies each row gets; leave out --copies")
    # Standard input can be read only once, so its head is looked at when the run starts.
    if request.input is not None and is_kept(request.input):
        with open_data(request.input, request.options) as opened:
            reader = open_reader(opened, request)
        if spec is not None:
            check_suits(spec, reader.layout.task)
    elif request.input is not None and not request.input.exists():
        raise DataError(f"{request.input}: there is no such file")


def expand(
    request: ExpandRequest,
    pipeline: Pipeline,
    *,
    workers: Workers | None = None,
    progress: Callable[[Progress], None] | None = None,
    observe: Observe | None = None,
) -> Summary:
    """Write the rows of the input with copies of each; rejects go to a file of their own.

    Without `workers` this process does all the work; the bytes are the same. `observe` is given the
    outcome of each text that this process made. Where no row of the output came about there is no
    output, and the summary's is None.

    Raises:
        DataError: the input as a whole is unusable, or was changed while it was read.
        OutputError: the output cannot be written, or exists.
        RunError: a run of this output is going on, or was broken off and asked for otherwise.
        Cancelled: the user broke the run off.
    """
    check(request, pipeline.spec)
    run = Run(request, pipeline, workers, progress or (lambda _: None), observe)
    try:
        return run.run()
    except KeyboardInterrupt:
        raise Cancelled(f"cancelled{run.left}") from None


def _check_outputs(request: ExpandRequest, reads: Sequence[Path]) -> None:
    output = request.output
    if output is not None:
        _check_name(output, input_kind(request.input, request.kind))
    rejects = request.rejects_path
    # A device keeps no bytes, so there is nothing to record beside it.
    kept = output is not None and (is_kept(output) or not output.exists())
    record = record_path(output) if output is not None and kept else None
    written = [path for path in (output, rejects, record) if path is not None]
    _check_distinct(written, request, reads)
    # What a run that ended while it gave the output its name left there is this run's.
    ours = request.resume and output is not None and is_publishing(output)
    if request.in_folder:
        if output is None:
            raise OutputError("the output is a folder of files; name one with -o")
        _check_empty_of([request.input, *reads, Path.cwd()], output)
        check_folder(output, force=request.force or ours)
    for path in (rejects, record) if request.in_folder else (output, rejects, record):
        check_output(path, force=request.force or ours)


def _check_name(output: Path, kind: Kind) -> None:
    """Refuse a name that no output of this format can have."""
    if not output.name:
        raise OutputError(f"{output}: is a folder; name a file or a new folder in it")
    named = suffix_kind(output)
    if named is not None and named != kind:
        raise OutputError(
            f"{output}: is named as {named}, but the input is {kind}, and rows keep their "
            f"bytes; give the output the suffix .{kind}"
        )
    if kind in ARROW and suffix_packing(output):
        raise OutputError(
            f"{output}: Parquet packs its columns itself, and the file is not packed once more; "
            f"leave out {output.suffix}"
        )


def _check_distinct(written: Sequence[Path], request: ExpandRequest, reads: Sequence[Path]) -> None:
    """Refuse to write one file twice, or over what is read."""
    for path in written:
        if request.input is not None:
            _check_apart(path, request.input)
        if any(same_file(path, other) for other in reads):
            raise OutputError(f"{path}: is read by this run; write to another file")
    for one, other in combinations(written, 2):
        if same_file(one, other):
            rejects = request.rejects_path
            whose = "output itself" if one == request.output else "record of the run"
            raise OutputError(f"{rejects}: is the {whose}; name another file with --rejects")


def _check_empty_of(paths: Sequence[Path | None], output: Path) -> None:
    """Refuse a folder that would be replaced with what the run reads, or where it works, in it."""
    for path in paths:
        if path is not None and path.resolve().is_relative_to(output.resolve()):
            raise OutputError(
                f"{output}: holds {path}, and is replaced as a whole; write to another folder"
            )


def _check_apart(path: Path, source: Path) -> None:
    """Refuse to write into what is read."""
    if same_file(path, source):
        raise OutputError(f"{path}: is the input itself; write to another file")
    if source.is_dir() and path.resolve().is_relative_to(source.resolve()):
        raise OutputError(
            f"{path}: lies in the folder that is read ({source}), and would become part of the "
            "data; write to another folder"
        )
