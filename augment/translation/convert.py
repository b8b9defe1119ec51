"""Checkpoints in CTranslate2's format: converted once into the cache, and checked.

CTranslate2's loader trusts the sizes in its files, so nothing but what was written here is loaded.
"""

import hashlib
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from augment.errors import ModelError
from augment.translation.checkpoint_folder import check_checkpoint
from augment.translation.manifest import (
    Manifest,
    check_files,
    read_manifest,
    sha256,
    weights_digest,
    write_manifest,
)

log = logging.getLogger(__name__)


def converted(
    folder: Path,
    quantization: str,
    cache: Path,
    *,
    vocabulary: str = "vocab.json",
    what: str = "a MarianMT model",
    check: Callable[[Path], None] = check_checkpoint,
) -> Path:
    """The folder of a checkpoint's converted form, made at the first call.

    Its name tells the weights, the vocabulary, the converter's version and the quantization. It is
    written under a lock to a temporary folder, then renamed; one that was altered is made anew.
    Another kind of model than MarianMT has its own file of a vocabulary and its own `check`.

    Raises:
        ModelError: the checkpoint is damaged or of another kind, or the cache cannot be written.
    """
    digest = weights_digest(folder)
    parts = (digest, sha256(folder / vocabulary), version("ctranslate2"), quantization)
    key = hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]
    target = cache / "models" / "converted" / f"{digest[:12]}-{quantization}-{key}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            if not _whole(target):
                _convert(folder, quantization, target, what, check)
    except OSError as error:
        raise ModelError(f"cannot write the converted model to {target}: {error}") from error
    return target


def _whole(target: Path) -> bool:
    if not target.is_dir():
        return False
    try:
        manifest = read_manifest(target)
        if manifest is not None:
            check_files(target, manifest)
            return True
    except ModelError as error:
        log.warning("%s; converting it anew", error)
    return False


def _convert(
    folder: Path, quantization: str, target: Path, what: str, check: Callable[[Path], None]
) -> None:
    from ctranslate2.converters import TransformersConverter
    from transformers.utils import logging as transformers_logging

    check(folder)
    transformers_logging.disable_progress_bar()
    temporary = Path(tempfile.mkdtemp(prefix=".converting-", dir=target.parent))
    made = temporary / "model"
    try:
        with warnings.catch_warnings():
            # It only helps raw text with odd punctuation marks, which stay as they are here.
            warnings.filterwarnings("ignore", message=".*sacremoses.*")
            TransformersConverter(str(folder)).convert(str(made), quantization=quantization)
        known = read_manifest(folder) or Manifest("", "", "", str(folder))
        write_manifest(made, Manifest(known.source, known.target, known.licence, known.origin))
        shutil.rmtree(target, ignore_errors=True)
        os.replace(made, target)
    except OSError:
        raise
    except Exception as error:  # whatever a damaged file makes the converter raise
        raise ModelError(f"{folder} cannot be loaded as {what}: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
