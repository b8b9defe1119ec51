"""From the files of a Firefox model, and a graft where it needs one, to a standard checkpoint."""

import shlex
import shutil
from pathlib import Path

from augment.errors import ModelError
from augment.translation.embedded.checkpoint import (
    FirefoxModel,
    load_graft,
    read_firefox,
    standard_model,
    write_checkpoint,
)
from augment.translation.embedded.firefox import FirefoxFiles
from augment.translation.shortlist import FREQUENT


def convert(files: FirefoxFiles, graft: Path | None, folder: Path) -> None:
    """Write a checkpoint into a folder that is there and empty.

    Raises:
        ModelError: the files cannot be used, or the graft is missing, damaged or of another model.
    """
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    original = read_firefox(files)
    _check_graft(files, original, graft)
    model = standard_model(original)
    if graft is not None:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            load_graft(model, load_file(graft))
        except (SafetensorError, ValueError, OSError) as error:
            raise ModelError(f"{graft} cannot be used with {files.model}: {error}") from error
    write_checkpoint(folder, model, original.pieces, files)
    if graft is not None and frequent_beside(graft).is_file():
        shutil.copyfile(frequent_beside(graft), folder / FREQUENT)


def frequent_beside(graft: Path) -> Path:
    """Where training leaves the most frequent pieces, beside the graft."""
    return graft.with_name(f"{graft.stem}.{FREQUENT}")


def _check_graft(files: FirefoxFiles, original: FirefoxModel, graft: Path | None) -> None:
    if graft is not None and not original.sizes.recurrent:
        raise ModelError(
            f"{files.model} has ordinary self-attention and needs no graft; leave out --graft"
        )
    if graft is not None and not graft.is_file():
        raise ModelError(f"{graft}: there is no such file; --graft is a graft.safetensors")
    if graft is None and original.sizes.recurrent:
        raise ModelError(how_to_train(files))


def how_to_train(files: FirefoxFiles) -> str:
    """What a model with an SSRU needs before it can be used."""
    folder = shlex.quote(str(files.model.parent))
    return (
        f"{files.model} has an SSRU in its decoder where MarianMT has self-attention: it needs a "
        "graft, self-attention trained to imitate it, given with --graft FILE. To train one, write "
        f"100,000 or more sentences in {files.source!r} to text.txt, one a line, and run: "
        f"python -m augment.translation.embedded.distil --firefox {folder} "
        f"--source {files.source} --target {files.target} text.txt -o runs/{files.direction} "
        "--minutes 120 "
        "(two hours on one core for a tiny model, several times as long for base-memory and base); "
        f"the graft is then runs/{files.direction}/graft.safetensors"
    )
