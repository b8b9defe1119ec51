"""The manifest of a model folder: its languages, licence, source, and the SHA-256 of each file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from augment.errors import ModelError

NAME = "augment-model.json"


@dataclass(frozen=True)
class Manifest:
    """What is known of a model that this package prepared or was given."""

    source: str
    target: str
    licence: str
    origin: str
    files: Mapping[str, str] = field(default_factory=dict)


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Hash all files of the folder, and write the manifest beside them."""
    files = {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }
    whole = Manifest(manifest.source, manifest.target, manifest.licence, manifest.origin, files)
    text = json.dumps(asdict(whole), indent=2, ensure_ascii=False) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")
    return whole


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder, or nothing where there is none.

    Raises:
        ModelError: the manifest is damaged.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        return Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ModelError(
            f"{path} is damaged: {error}; remove the folder and prepare it anew"
        ) from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file of the folder with its manifest.

    Raises:
        ModelError: names each file that is missing or altered.
    """
    faults = []
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif (found := sha256(path)) != expected:
            faults.append(
                f"{name} is altered (SHA-256 {found[:12]}..., expected {expected[:12]}...)"
            )
    if faults:
        raise ModelError(f"{folder}: {'; '.join(faults)}; remove the folder and prepare it anew")


def weights_digest(folder: Path) -> str:
    """SHA-256 of the weights: what tells two models apart."""
    manifest = read_manifest(folder)
    if manifest is not None and "model.safetensors" in manifest.files:
        return manifest.files["model.safetensors"]
    return sha256(folder / "model.safetensors")


def sha256(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
