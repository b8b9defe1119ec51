"""From what was asked to a `Split`: files are read, parts made, doubles taken out and counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from augment.datasets.columns import Columns
from augment.datasets.formats import Kind
from augment.datasets.labels import LabelShape, LabelType
from augment.datasets.rejects import Rejects
from augment.datasets.rows import Fault
from augment.datasets.tasks.schemes import Scheme
from augment.errors import DataError
from augment.plain import first_fault
from augment.samples import PREFIX
from regularize.data import Example, Part, Reason, Removal, Split, Task
from regularize.reading import DataOptions, read_examples
from regularize.splits import (
    Parts,
    apart,
    check_folds,
    check_known,
    few_shot,
    hold_out,
    k_fold,
    learnable,
)

MEASURED: tuple[Part, ...] = ("dev", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRequest:
    """Where the texts are and how they are split.

    `dev` and `test` are files of their own; without them shares of `data` are held out, or with
    `few_shot` so many texts a class are taken for training, `few_shot_dev` for dev, and the rest
    counts as unlabelled. With `folds` the training texts are parted into so many; `fold` (from 1)
    says which of them is dev, and without it none is: so all of them are read before the first run.
    Columns that stay open are found by their usual names.
    """

    data: str
    dev: str | None = None
    test: str | None = None
    dev_share: float = 0.2
    test_share: float = 0.0
    few_shot: int | None = None
    few_shot_dev: int = 5
    folds: int | None = None
    fold: int | None = None
    seed: int = 0
    kind: Kind | None = None
    text: str | None = None
    label: str | None = None
    id: str | None = None
    tokens: str | None = None
    tags: str | None = None
    scheme: Scheme | None = None
    label_type: LabelType = "auto"
    label_separator: str | None = None
    delimiter: str | None = None
    quotes: bool = True

    @property
    def options(self) -> DataOptions:
        """How each file is read."""
        columns = Columns(
            text=self.text, label=self.label, id=self.id, tokens=self.tokens, tags=self.tags,
            scheme=self.scheme, labels=LabelShape(self.label_type, self.label_separator),
        )  # fmt: skip
        delimiter = self.delimiter.encode("ascii") if self.delimiter else None
        return DataOptions(kind=self.kind, columns=columns, delimiter=delimiter, quotes=self.quotes)

    def arguments(self) -> dict[str, str | None]:
        """All fields as strings, for the record of a run."""
        return {k: None if v is None else str(v) for k, v in asdict(self).items()}

    @classmethod
    def of_arguments(cls, arguments: Mapping[str, Any]) -> "SplitRequest":
        """The request that gave these `arguments`.

        Raises:
            DataError: they are not as this version writes them.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return TypeAdapter(cls).validate_strings(given)
        except ValidationError as error:
            raise DataError(
                f"the record of the data does not hold: {first_fault(error)}"
            ) from error


def load_split(request: SplitRequest) -> Split:
    """Read and split the data; the same request and bytes give the same split.

    Raises:
        DataError: a file is unusable, there is nothing to learn, or dev has labels that train
            lacks.
    """
    _check(request)
    sources = _sources(request)
    parts: Parts = {}
    faults: dict[str, tuple[Fault, ...]] = {}
    task: Task | None = None
    for part, source in sources.items():
        found = read_examples(source, request.options)
        if task is not None and found.task != task:
            raise DataError(f"{source}: its task is {found.task!r}, that of the others {task!r}")
        task, parts[part], faults[part] = found.task, found.rows, found.faults
    assert task is not None
    parts, removed = apart(parts)
    parts, copies = _made(parts, request, task, set(sources))
    return _checked(parts, task, _summed((*removed, *copies)), faults)


def write_rejects(path: Path, faults: tuple[Fault, ...], *, force: bool = False) -> bool:
    """Write unusable rows as `augment expand` does; whether there were any.

    Raises:
        OutputError: the file exists and `force` is not set, or it cannot be written.
    """
    with Rejects(path, force=force) as rejects:
        for fault in faults:
            rejects.row(fault)
        return rejects.publish()


def _sources(request: SplitRequest) -> dict[Part, str]:
    """The file of each part; a sample brings its own dev and test, of which folds take test."""
    sources: dict[Part, str] = {"train": request.data}
    for part in MEASURED:
        given = getattr(request, part)
        if part == "dev" and request.folds is not None:
            continue
        if given is None and request.data.startswith(PREFIX) and "/" not in request.data:
            given = f"{request.data}/{part}"
        if given is not None:
            sources[part] = given
    return sources


def _made(
    parts: Parts, request: SplitRequest, task: Task, given: set[Part]
) -> tuple[Parts, tuple[Removal, ...]]:
    """The parts that have no file of their own, taken out of the training texts."""
    made, seed = dict(parts), request.seed
    shares: dict[Part, float] = {"test": request.test_share, "dev": request.dev_share}
    if request.few_shot is not None or request.folds is not None:
        del shares["dev"]
    for part, share in shares.items():
        if part not in given and share:
            made["train"], made[part] = hold_out(
                made["train"], share, seed=seed, name=part, task=task
            )
    if request.few_shot is not None:
        wanted = 0 if "dev" in given else request.few_shot_dev
        drawn = few_shot(made["train"], request.few_shot, wanted, seed=seed, task=task)
        made |= {part: rows for part, rows in drawn.items() if part not in given - {"train"}}
    if request.folds is not None:
        folds = k_fold(made["train"], request.folds, seed=seed, task=task)
        check_folds(folds)
        if request.fold is not None:
            made["train"], made["dev"] = folds[request.fold - 1].train, folds[request.fold - 1].dev
    lost = _copies(parts["train"]) - _copies(made["train"])
    return made, (Removal("train", "copy", lost),) if lost else ()


def _summed(removals: tuple[Removal, ...]) -> tuple[Removal, ...]:
    """One removal for each part and reason."""
    counts: Counter[tuple[Part, Reason]] = Counter()
    for one in removals:
        counts[one.part, one.reason] += one.count
    return tuple(Removal(*key, count) for key, count in sorted(counts.items()))


def _copies(rows: tuple[Example, ...]) -> int:
    return sum(row.source_id is not None for row in rows)


def _check(request: SplitRequest) -> None:
    for name in ("dev_share", "test_share"):
        if not 0 <= getattr(request, name) < 1:
            raise DataError(f"{name}: {getattr(request, name):g} is no share; give 0 to below 1")
    if request.dev_share + request.test_share >= 1:
        raise DataError("dev_share and test_share leave nothing to train on; give less than 1")
    if request.few_shot is not None and (request.few_shot < 1 or request.few_shot_dev < 0):
        raise DataError("few_shot: give at least 1 text a class, and for dev 0 or more")
    _check_folds(request)


def _check_folds(request: SplitRequest) -> None:
    if request.folds is None:
        if request.fold is not None:
            raise DataError(f"fold {request.fold}: of how many? give folds as well")
        return
    for name in ("dev", "few_shot"):
        if getattr(request, name) is not None:
            raise DataError(f"folds and {name} do not go together: each fold is dev in its turn")
    if request.fold is not None and not 1 <= request.fold <= request.folds:
        raise DataError(f"fold {request.fold}: there are {request.folds}; give 1 to that")


def _checked(
    parts: Parts, task: Task, removed: tuple[Removal, ...], faults: dict[str, tuple[Fault, ...]]
) -> Split:
    def rows(part: Part) -> tuple[Example, ...]:
        return parts.get(part, ())

    if not rows("train"):
        lost = {one.reason: one.count for one in removed if one.part == "train"}
        told = "".join(f"; {count:,} left out: {reason}" for reason, count in lost.items())
        raise DataError(f"no text is left to train on{told}")
    labels = learnable(rows("train"), task)
    for part in MEASURED:
        check_known(rows(part), labels, part)
    return Split(
        rows("train"),
        rows("dev"),
        rows("test"),
        labels,
        task,
        rows("unlabelled"),
        removed,
        {part: found for part, found in faults.items() if found},
    )
