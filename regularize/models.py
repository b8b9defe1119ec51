"""The model of a run: an encoder with a new head for the labels, and its tokenizer.

The packaged MiniLM needs no network. Only safetensors are read, and no code that comes with a
model is ever run.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from augment.checks.encoder import encoder_folder
from augment.checks.torch_models import check_vocabulary, longest_input
from augment.errors import ModelError
from regularize.anatomy import layers, model_type
from regularize.data import Task
from regularize.errors import RecipeError
from regularize.recipe import Lora, Recipe

PACKAGED = "minilm"


def load_model(recipe: Recipe, labels: Sequence[str], task: Task) -> tuple[Any, Any]:
    """The model with a head for the labels, and its tokenizer.

    The head is drawn from the recipe's seed alone, and the generator of the process stays as it is.

    Raises:
        ModelError: there is no such model, it is damaged, or its weights are no safetensors.
        RecipeError: the recipe asks for what the model does not have.
    """
    import transformers

    # It tells at length that the head is new, as it must be.
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    source = _source(recipe.model)
    auto = "AutoModelForTokenClassification" if task == "tags" else (
        "AutoModelForSequenceClassification"
    )  # fmt: skip
    options = {"local_files_only": isinstance(source, Path)}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(source, **options)
            model = getattr(transformers, auto).from_pretrained(
                source,
                num_labels=len(labels),
                id2label=dict(enumerate(labels)),
                label2id={label: number for number, label in enumerate(labels)},
                problem_type="multi_label_classification" if task == "several" else None,
                use_safetensors=True,
                ignore_mismatched_sizes=True,
                **options,
            )
        except Exception as error:  # whatever a damaged folder makes transformers raise
            raise ModelError(f"{recipe.model}: cannot be loaded as an encoder: {error}") from error
        check_vocabulary(tokenizer, recipe.model)
        _check_finite(model, recipe.model)
        _prepare(model, recipe)
    return model, tokenizer


def text_limit(recipe: Recipe, model: Any, tokenizer: Any) -> int:
    """Pieces of a text that are read: the recipe's, or fewer where the model takes fewer."""
    return min(recipe.max_length, longest_input(model, tokenizer))


def with_adapters(model: Any, lora: Lora, task: Task, seed: int) -> Any:
    """The model with low-rank adapters, which alone are learnt, beside the head.

    They are drawn from the seed alone, as the head is.

    Raises:
        ModelError: peft is not installed.
        RecipeError: the model has no layers of the names that the recipe gives.
    """
    try:
        import peft
    except ImportError as error:
        raise ModelError(
            "lora needs the package peft; run: pip install 'text-augmentation-service[lora]'"
        ) from error
    config = peft.LoraConfig(
        task_type="TOKEN_CLS" if task == "tags" else "SEQ_CLS",
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
    )
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            # peft asks transformers by a name that is deprecated there.
            warnings.simplefilter("ignore", FutureWarning)
            return peft.get_peft_model(model, config)
    except ValueError as error:
        linear = sorted(
            {name.split(".")[-1] for name, m in model.named_modules() if isinstance(m, nn.Linear)}
        )
        raise RecipeError(
            f"lora.targets: {', '.join(lora.targets)} are no layers of a model of type "
            f"{model_type(model)!r}; it has: {', '.join(linear)}"
        ) from error


def _source(name: str) -> Path | str:
    """The folder, or the name on the hub."""
    if name == PACKAGED:
        return encoder_folder()
    folder = Path(name)
    if not folder.is_dir():
        if name.count("/") != 1 or name.startswith((".", "/", "~")):
            raise ModelError(
                f"{name}: there is no such folder; name one that transformers wrote with "
                f"save_pretrained, a model on the hub as OWNER/NAME, or {PACKAGED}"
            )
        return name
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} holds no model: there is no config.json")
    if not any(folder.glob("*.safetensors")):
        raise ModelError(f"{folder} has no safetensors weights (pickled ones are not read)")
    return folder


def _check_finite(model: nn.Module, name: str) -> None:
    for key, weight in model.named_parameters():
        if not torch.isfinite(weight).all():
            raise ModelError(
                f"{name}: the weight {key} holds numbers that are not finite; the file is damaged, "
                "or comes from a run that diverged"
            )


def _prepare(model: Any, recipe: Recipe) -> None:
    """New top layers and frozen embeddings, before anything is learnt."""
    if recipe.reinit_layers:
        _start_anew(model, recipe.reinit_layers)
    if recipe.freeze_embeddings:
        model.get_input_embeddings().weight.requires_grad = False


def _start_anew(model: Any, count: int) -> None:
    found = layers(model)
    if count > len(found):
        raise RecipeError(f"reinit_layers: {count}, but the model has {len(found)} layers")
    anew = [layer for _, layer in found[len(found) - count :]]
    anew += [module for name, module in model.named_modules() if name.endswith("pooler")]
    # By hand: transformers passes over what it has once marked as initialised.
    for part in anew:
        for module in part.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=model.config.initializer_range)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.LayerNorm):
                module.reset_parameters()
