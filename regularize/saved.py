"""A trained model's folder: a standard checkpoint of transformers, and `regularize.json` beside it.

The checkpoint loads without this package. `regularize.json` has what it does not know: the task,
the temperature, and how the model came about.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from augment.datasets.output import OutputFile
from augment.errors import ModelError
from augment.plain import first_fault
from regularize.calibrate import Temperature
from regularize.data import Task

SAVED: Final = "regularize.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What goes with the weights. `max_length` is in pieces, `digest` of the data it learnt from.

    `recipe` is plain JSON, since a recipe of another version may have other fields.
    """

    version: Literal[1] = 1
    task: Task
    labels: tuple[str, ...]
    max_length: int
    temperature: Temperature
    recipe: dict[str, Any]
    digest: str
    python: str
    packages: dict[str, str] = field(default_factory=dict)


_SAVED: Final = TypeAdapter(Saved)


def write_saved(folder: Path, saved: Saved) -> None:
    """Write it beside the weights, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    with OutputFile(folder / SAVED, force=True) as file:
        file.write(_SAVED.dump_json(saved, indent=2) + b"\n")
        file.publish()


def read_saved(folder: Path) -> Saved:
    """What stands beside the weights.

    Raises:
        ModelError: there is no such folder, nothing of ours in it, or it is damaged.
    """
    if not folder.is_dir():
        raise ModelError(
            f"{folder}: there is no such folder; name one that `regularize train` made"
        )
    path = folder / SAVED
    if not path.is_file():
        unfinished = any(folder.glob("checkpoint-*"))
        raise ModelError(
            f"{folder}: its run has not ended; end it with: regularize resume {folder}"
            if unfinished
            else f"{folder}: there is no {SAVED}; name a folder that `regularize train` made"
        )
    try:
        return _SAVED.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        told = first_fault(error) if isinstance(error, ValidationError) else str(error)
        raise ModelError(
            f"{path}: is damaged, or of another version: {told}; train again, or take the version "
            "that wrote it"
        ) from error
