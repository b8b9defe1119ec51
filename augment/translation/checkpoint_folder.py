"""What a folder must hold to be a MarianMT checkpoint, looked at before any engine reads it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from augment.errors import ModelError
from augment.translation.manifest import sha256

REQUIRED_FILES = ("config.json", "source.spm", "target.spm", "vocab.json", "model.safetensors")

# Files beside the weights that change what comes out.
OPTIONAL_FILES = ("generation_config.json", "tokenizer_config.json", "special_tokens_map.json")

# Vocabularies may lack a few rare pieces of their SentencePiece model, and embeddings may be padded
# to a round number; a tokenizer of another model differs by far more.
_TOLERANCE = 0.01


def check_checkpoint(folder: Path) -> None:
    """Check that a folder holds a MarianMT checkpoint, and the tokenizer that belongs to it.

    Raises:
        ModelError: a file is missing or damaged, the model is of another kind, or the tokenizer is
            that of another model.
    """
    if not folder.is_dir():
        raise ModelError(f"{folder} is not a folder; a MarianMT model is a folder with config.json")
    missing = [name for name in REQUIRED_FILES if not (folder / name).is_file()]
    if missing:
        hint = ""
        if "model.safetensors" in missing and (folder / "pytorch_model.bin").is_file():
            hint = " (pickled weights are not read: convert pytorch_model.bin to safetensors first)"
        raise ModelError(f"{folder} lacks {', '.join(missing)}{hint}")
    config = _config(folder)
    if config.get("model_type") != "marian":
        kind = config.get("model_type")
        raise ModelError(f"{folder} holds a model of type {kind!r}, expected 'marian'")
    _check_tokenizer(folder, config.get("vocab_size"))


def longest_input(folder: Path, batch_tokens: int) -> int:
    """Pieces of the longest text that the model takes; a batch must have room for it.

    Raises:
        ModelError: the batch is smaller.
    """
    longest = int(_config(folder)["max_position_embeddings"])
    if batch_tokens < longest:
        raise ModelError(
            f"batch_tokens is {batch_tokens}, but {folder} takes texts of up to {longest} pieces; "
            f"set batch_tokens to {longest} or more"
        )
    return longest


def files_digest(folder: Path) -> str:
    """SHA-256 over all files but the weights that change what comes out."""
    names = [name for name in REQUIRED_FILES if name != "model.safetensors"]
    names += [name for name in OPTIONAL_FILES if (folder / name).is_file()]
    listed = "".join(f"{name} {sha256(folder / name)}\n" for name in names)
    return hashlib.sha256(listed.encode()).hexdigest()


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path} is not a JSON object: {error}") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path} is not a JSON object: it is a {type(config).__name__}")
    return config


def _check_tokenizer(folder: Path, size: object) -> None:
    ids = _vocabulary(folder)
    if not isinstance(size, int) or not size * (1 - _TOLERANCE) <= max(ids.values()) + 1 <= size:
        raise ModelError(
            f"the tokenizer in {folder} does not belong to its model: vocab.json numbers "
            f"{max(ids.values()) + 1:,} pieces, config.json says vocab_size {size}; "
            "take both from the same model"
        )
    pieces = _pieces(folder / "source.spm")
    lacking = sum(piece not in ids for piece in pieces)
    if lacking > _TOLERANCE * len(pieces):
        raise ModelError(
            f"the tokenizer in {folder} does not belong to its model: {lacking:,} of "
            f"{len(pieces):,} pieces of source.spm are not in vocab.json; "
            "take both from the same model"
        )


def _vocabulary(folder: Path) -> dict[str, int]:
    fault = "vocab.json is no JSON object that gives each piece its number"
    try:
        ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{folder} cannot be loaded as a MarianMT model: {fault}") from error
    # A bool is an int to Python.
    if not isinstance(ids, dict) or not ids or any(type(i) is not int for i in ids.values()):
        raise ModelError(f"{folder} cannot be loaded as a MarianMT model: {fault}")
    return ids


def _pieces(path: Path) -> list[str]:
    """The pieces that stand for text: neither control symbols nor `<unk>`."""
    from sentencepiece import SentencePieceProcessor

    try:
        model = SentencePieceProcessor(model_file=str(path))
    except (RuntimeError, OSError) as error:
        raise ModelError(f"{path} is no SentencePiece model: {error}") from error
    numbers = range(model.GetPieceSize())
    return [
        model.IdToPiece(i)
        for i in numbers
        if not (model.IsControl(i) or model.IsUnknown(i) or model.IsUnused(i))
    ]
