"""What must hold before a run, and what is made ready for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from augment.errors import DataError, ModelError
from augment.resources import Resources
from regularize.augmentation import copies_of, pairs_of
from regularize.data import Example, Split, Task, names_of
from regularize.dropout import set_dropout
from regularize.encoding import Encoded, Encoding, counts
from regularize.errors import RecipeError
from regularize.models import text_limit
from regularize.objective import head_of
from regularize.optim import groups
from regularize.recipe import Consistency, Recipe
from regularize.sources import Original
from regularize.stochastic_depth import add_drop_path, add_layer_drop
from regularize.texts import EpochOrder, EpochTexts
from regularize.weights import class_weights, sampling_groups


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The training texts, their order, and the weights of their classes."""

    texts: EpochTexts
    order: EpochOrder
    weights: Tensor | None


def check_suits(recipe: Recipe, split: Split) -> None:
    """Refuse data that nothing can be learnt from, or that the recipe cannot be followed on.

    Raises:
        DataError: names what the data lack.
        RecipeError: names the field that does not go with the data.
    """
    if not split.train:
        raise DataError("there is no training example")
    seen = _classes(split.train)
    if len(seen) < 2:
        raise DataError(
            f"the training data have one class only, {next(iter(seen), 'none')!r}: "
            "there is nothing to tell apart"
        )
    if unknown := _classes((*split.dev, *split.test)) - seen:
        shown = ", ".join(map(repr, sorted(unknown)))
        raise DataError(f"the classes {shown} are in dev or test, but not in the training data")
    if not split.dev and (recipe.stopping is not None or recipe.keep == "best"):
        raise RecipeError(
            "stopping and keep: best need development data; give some, or set keep: last and "
            "leave out stopping"
        )
    _check_fields(recipe, split.task)


def shape_model(model: nn.Module, recipe: Recipe) -> None:
    """Set what the recipe changes in the model: dropout, depth; all of it is gone from disk.

    Raises:
        RecipeError: names each site or part that the model does not have.
    """
    set_dropout(model, recipe.dropout)
    add_drop_path(model, recipe.drop_path)
    add_layer_drop(model, recipe.layer_drop)
    if recipe.mixup:
        head_of(model)
    groups(model, recipe)


def encoding_for(recipe: Recipe, model: Any, tokenizer: Any, split: Split) -> Encoding:
    """What makes numbers of the texts.

    Raises:
        ModelError: the tokenizer cannot pad.
    """
    if tokenizer.pad_token_id is None:
        raise ModelError(f"{recipe.model}: its tokenizer has no padding token")
    return Encoding(tokenizer, text_limit(recipe, model, tokenizer), split.labels, split.task)


def training_data(
    recipe: Recipe,
    split: Split,
    encoding: Encoding,
    tokenizer: Any,
    resources: Resources,
    *,
    key: str | None = None,
) -> TrainingData:
    """The training texts with the sources of their copies and views; `key` is for a service.

    Raises:
        AugmentError: a source cannot be used; see `augmentation`.
    """
    originals = [_original(example) for example in split.train]
    encoded = [encoding.example(example) for example in split.train]
    wanted, views = recipe.augmentation, recipe.consistency
    copies = None
    if wanted is not None:
        tagged = split.task == "tags"
        copies = copies_of(wanted, originals, tokenizer, resources, tagged=tagged, key=key)
    texts = EpochTexts(
        originals,
        encoded,
        encoding,
        seed=recipe.seed,
        copies=copies,
        pairs=pairs_of(views, _pool(views, split), tokenizer, resources) if views else None,
    )
    balanced = sampling_groups(
        recipe, split.task, [_class(one) for one in encoded], len(texts) // len(originals)
    )
    seed = recipe.seed if recipe.data_seed is None else recipe.data_seed
    return TrainingData(
        texts,
        EpochOrder(texts, seed, balanced),
        class_weights(recipe, split.task, split.labels, counts(encoded, len(split.labels))),
    )


def _check_fields(recipe: Recipe, task: Task) -> None:
    if task == "tags":
        for name in ("mixup", "consistency"):
            if getattr(recipe, name):
                raise RecipeError(f"{name}: does not go with tags, which belong to single words")


def _pool(wanted: Consistency, split: Split) -> list[Original]:
    train = split.train if wanted.labelled else ()
    return [_original(example) for example in (*train, *split.unlabelled)]


def _original(example: Example) -> Original:
    if isinstance(example.label, str):
        return Original(example.id, example.text, example.label)
    tags = example.label if example.tokens else ()
    return Original(example.id, example.text, None, example.tokens, tags)


def _class(encoded: Encoded) -> int:
    return encoded.label if isinstance(encoded.label, int) else -1


def _classes(examples: Sequence[Example]) -> set[str]:
    return {name for example in examples for name in names_of(example)}
