"""What a folder of Hugging Face `datasets` says of its files, so that `load_from_disk` reads it."""

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from augment.datasets.arrow.schema import with_features
from augment.datasets.arrow.source import INFO, STATE
from augment.datasets.columns import NewColumns
from augment.datasets.files import digest_of
from augment.datasets.output_folder import OutputFolder
from augment.errors import DataError


def describe(
    source: Path, folder: OutputFolder, names: Sequence[str], new: NewColumns, schema: Any
) -> None:
    """Write the two files beside the rows: the features of the input with the new columns.

    Raises:
        DataError: the input's own description is damaged.
    """
    path = source / INFO
    try:
        told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        features = told.get("features") or {}
        missing = [name for name in schema.names if name not in with_features(features, new)]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DataError(f"{path}: does not describe a data set: {error!r}") from error
    if missing:
        raise DataError(f"{path}: does not name the column {missing[0]!r} of the data's files")
    kept = {key: told[key] for key in ("citation", "description", "homepage", "license")
            if key in told}  # fmt: skip
    _put(folder, INFO, {**kept, "features": with_features(features, new)})
    digest = blake2b("".join(digest_of(folder.path / name) for name in names).encode("ascii"))
    state: dict[str, Any] = {
        "_data_files": [{"filename": name} for name in names],
        "_fingerprint": digest.hexdigest()[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": None,
    }
    _put(folder, STATE, state)


def _put(folder: OutputFolder, name: str, value: dict[str, Any]) -> None:
    with folder.file(name) as file:
        file.write(json.dumps(value, indent=2, sort_keys=True).encode("ascii") + b"\n")
        file.publish()
