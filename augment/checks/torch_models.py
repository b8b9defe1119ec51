"""The user's own models for transformers, read from a folder: never fetched, never unpickled."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from augment.errors import ModelError
from augment.translation.batching import token_batches

BATCH_PIECES = 2048


def load_model(folder: Path, what: str, auto_class: Callable[[Any], str]) -> tuple[Any, Any]:
    """The model and tokenizer of a folder; `auto_class` names transformers' class by the config.

    Raises:
        ModelError: the folder holds no such model, or its weights are no safetensors.
    """
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"{folder} holds no {what}: there is no config.json; name a folder that "
            "transformers wrote with save_pretrained"
        )
    if not any(folder.glob("*.safetensors")):
        raise ModelError(f"{folder} has no safetensors weights (pickled ones are not read)")
    try:
        import transformers

        transformers.utils.logging.disable_progress_bar()
        config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = getattr(transformers, auto_class(config)).from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        )
    except ModelError:
        raise
    except Exception as error:  # whatever a damaged folder makes transformers raise
        raise ModelError(f"{folder} cannot be loaded as a {what}: {error}") from error
    check_vocabulary(tokenizer, str(folder))
    return model.eval(), tokenizer


def check_vocabulary(tokenizer: Any, name: str) -> None:
    """Refuse a tokenizer without words: where its files are missing, transformers makes up one.

    Raises:
        ModelError: names the model and the files.
    """
    if len(tokenizer) <= len(set(tokenizer.all_special_tokens)):
        raise ModelError(
            f"{name}: the tokenizer has no words, so every text would read the same; its files "
            "(tokenizer.json, vocab.txt or the like) are missing"
        )


def longest_input(model: Any, tokenizer: Any) -> int:
    """Pieces that the model takes at once."""
    limits = [
        getattr(model.config, name, None) for name in ("max_position_embeddings", "n_positions")
    ]
    limits.append(tokenizer.model_max_length)
    return (
        min(int(limit) for limit in limits if limit and limit < 1 << 20)
        if any(limit and limit < 1 << 20 for limit in limits)
        else 512
    )


def padded(rows: Sequence[Sequence[int]], padding: int) -> Iterator[tuple[list[int], Any, Any]]:
    """Batches of like lengths: the indices, the padded ids, and where there are ids."""
    import torch

    for group in token_batches([len(row) for row in rows], BATCH_PIECES):
        width = max(len(rows[i]) for i in group)
        ids = torch.full((len(group), width), padding, dtype=torch.long)
        mask = torch.zeros((len(group), width), dtype=torch.long)
        for place, i in enumerate(group):
            ids[place, : len(rows[i])] = torch.tensor(rows[i], dtype=torch.long)
            mask[place, : len(rows[i])] = 1
        yield group, ids, mask
