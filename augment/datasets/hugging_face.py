"""Data sets of Hugging Face `datasets` in Python, with the engine of `augment expand`.

The copies are those that the command makes of the folder that `save_to_disk` writes: with the same
spec, seed and name they are equal.
"""

import tempfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.expand import Workers, expand
from augment.datasets.request import ExpandRequest
from augment.errors import DataError
from augment.resources import Resources, ResourceSettings
from augment.spec import PipelineSpec

INSTALL: Final = "pip install 'text-augmentation-service[datasets]'"


def augment_dataset(
    dataset: Any,
    spec: PipelineSpec,
    *,
    copies: int | None = None,
    seed: int | None = None,
    text: str | None = None,
    label: str | None = None,
    columns: Columns | None = None,
    keep_originals: bool = True,
    num_proc: int = 1,
    name: str = "dataset",
    folder: Path | None = None,
    settings: ResourceSettings | None = None,
) -> Any:
    """A `datasets.Dataset` with copies of its rows, each behind its original.

    All features stay as they are, and `source_id`, `copy` (0: an original) and `trail` (JSON) are
    added. `columns` says more than `text` and `label` can. `num_proc` processes make the copies;
    the result does not depend on it. Ids are made of `name` and the number of the row, if
    `columns` names no id. The rows lie on disk in `folder`, without it in a folder of `datasets`
    that goes with this process.

    Raises:
        DataError: it is no such data set, has no rows or no column for the text, or no row of the
            output came about.
        SpecError: the spec does not suit what the data's labels are for.
        OutputError: `folder` exists and is not empty.

    >>> import datasets
    >>> from augment.presets import preset
    >>> small = datasets.Dataset.from_dict({"text": ["Where is my parcel now?"], "label": ["a"]})
    >>> larger = augment_dataset(small, preset("mask"), name="small")
    >>> larger["copy"][:], larger["source_id"][:]
    ([0, 1], ['small:1', 'small:1'])
    """
    _check(dataset, num_proc)
    from datasets import load_from_disk
    from datasets.fingerprint import get_temporary_cache_files_directory

    asked = columns or Columns(text=text, label=label)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="augment-")))
        _save(dataset, work / name)
        if folder is None:
            parent = tempfile.mkdtemp(prefix="augment-", dir=get_temporary_cache_files_directory())
            folder = Path(parent) / name
        request = ExpandRequest(
            input=work / name,
            output=folder,
            columns=asked,
            copies=copies,
            seed=seed,
            keep_originals=keep_originals,
        )
        loaded = settings or ResourceSettings()
        resources = stack.enter_context(Resources.of(loaded))
        workers = Workers(num_proc, loaded.single) if num_proc > 1 else None
        summary = expand(request, build_pipeline(spec, resources), workers=workers)
    if summary.output is None:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in summary.rejected.items())
        raise DataError(f"no row could be written; rejected: {reasons or 'none'}")
    return load_from_disk(str(folder))


def _check(dataset: Any, num_proc: int) -> None:
    if find_spec("datasets") is None:
        raise DataError(f"this needs the package datasets: {INSTALL}")
    from datasets import Dataset, DatasetDict

    if isinstance(dataset, DatasetDict):
        parts = ", ".join(dataset)
        raise DataError(f"this is a data set of several parts ({parts}); give one of them")
    if not isinstance(dataset, Dataset):
        raise DataError(f"this is no datasets.Dataset, but {type(dataset).__name__}")
    if num_proc < 1:
        raise DataError(f"num_proc is {num_proc}; give 1 or more")


def _save(dataset: Any, path: Path) -> None:
    """Save rows as they are, whatever form they are shown in."""
    if not dataset.num_rows:
        raise DataError("the data set has no rows")
    dataset.with_format(None).save_to_disk(str(path))
