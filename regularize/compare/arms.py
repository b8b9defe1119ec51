"""What is compared: arms, each a recipe that the given one is cut down to.

All arms have the same model, batch, updates and learning rate. `defaults` is what transformers'
Trainer does by itself. Controls tell what a gain is owed to: `copies` is `both` with the texts
themselves in place of new ones, `permuted` is `defaults` on labels that were shuffled, from which
nothing can be learnt that is on the test set.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

from augment.presets import preset
from augment.spec import PipelineSpec
from regularize.anatomy import SITES, site_modules
from regularize.data import Split
from regularize.errors import RecipeError
from regularize.models import load_model
from regularize.recipe import Augmentation, Consistency, Dropout, Recipe
from regularize.recipe_files import named_recipe, parse_recipe

Arm = Literal[
    "none", "defaults", "recipe", "augmentation", "both", "both+consistency", "copies", "permuted"
]
ARMS: Final[tuple[Arm, ...]] = get_args(Arm)
CONTROLS: Final[tuple[Arm, ...]] = ("copies", "permuted")
BASELINE: Final[Arm] = "defaults"

# What every arm has as the recipe says it: none of it regularizes, or it is there to save time.
_SHARED = (
    "model", "max_length", "freeze_embeddings", "learning_rate", "batch", "accumulation",
    "updates", "evaluate_every",
)  # fmt: skip
_WITH_COPIES: Final = frozenset({"augmentation", "both", "both+consistency", "copies"})
_EVALUATIONS = 10


def possible_arms(recipe: Recipe) -> tuple[Arm, ...]:
    """The arms that the recipe has all parts for, without the controls."""
    return tuple(
        arm for arm in ARMS if arm not in CONTROLS and not _lacking(arm, recipe)
    )  # fmt: skip


def check_arms(arms: Sequence[Arm], recipe: Recipe) -> None:
    """Refuse arms that the recipe says nothing of.

    Raises:
        RecipeError: names each of them with what the recipe lacks.
    """
    lacking = [f"{arm} needs {part}" for arm in arms if (part := _lacking(arm, recipe))]
    if lacking:
        raise RecipeError(
            f"the recipe lacks parts of what is to be compared: {'; '.join(lacking)}; add them to "
            "the recipe, or leave the arms out with --arms"
        )


def sized(recipe: Recipe, texts: int) -> Recipe:
    """The recipe with its updates as a number, the same for every arm; epochs count originals."""
    updates = recipe.updates
    if updates is None:
        updates = max(1, round((recipe.epochs or 10) * texts / recipe.batch))
    every = recipe.evaluate_every or max(1, updates // _EVALUATIONS)
    return changed(recipe, epochs=None, updates=updates, evaluate_every=every)


def recipe_of(arm: Arm, recipe: Recipe, seed: int, undropped: Dropout) -> Recipe:
    """The recipe of one arm at one seed; `undropped` has 0 at each site of the model."""
    own = _with_seed(recipe, seed)
    given = own.model_dump(mode="json", exclude_unset=True)
    match arm:
        case "none":
            return changed(_defaults(own), dropout=undropped.model_dump(exclude_none=True))
        case "defaults" | "permuted":
            return _defaults(own)
        case "augmentation":
            return changed(_defaults(own), augmentation=given["augmentation"])
        case "recipe":
            return changed(own, augmentation=None, consistency=None)
        case "both" | "copies":
            return changed(own, consistency=None)
        case "both+consistency":
            return own


def with_plain_copies(recipe: Recipe, file: Path) -> Recipe:
    """The recipe with copies from this file in place of drawn ones, as many and in their place."""
    wanted = recipe.augmentation
    assert wanted is not None
    kept = {"file": str(file), "copies": wanted.copies, "place": wanted.place, "p": wanted.p}
    return changed(recipe, augmentation=kept)


def undropped_sites(recipe: Recipe, split: Split) -> Dropout:
    """No dropout at every site that the recipe's model has.

    Raises:
        ModelError: the model cannot be loaded.
    """
    model, _ = load_model(recipe, split.labels, split.task)
    return Dropout(**{site: 0.0 for site in SITES if site_modules(model, site)})


def changed(recipe: Recipe, **fields: Any) -> Recipe:
    """The recipe with other fields, which must hold together; what is None is left open."""
    value = {**recipe.model_dump(mode="json", exclude_unset=True), **fields}
    return parse_recipe({name: field for name, field in value.items() if field is not None})


def _defaults(recipe: Recipe) -> Recipe:
    given = recipe.model_dump(mode="json", exclude_unset=True)
    shared = {name: given[name] for name in (*_SHARED, "seed") if name in given}
    return changed(named_recipe("plain"), **shared)


def _lacking(arm: Arm, recipe: Recipe) -> str | None:
    if arm in _WITH_COPIES and recipe.augmentation is None:
        return "augmentation"
    if arm == "both+consistency" and recipe.consistency is None:
        return "consistency"
    return None


def _with_seed(recipe: Recipe, seed: int) -> Recipe:
    """The recipe at a seed; each seed has copies of its own, lest all share one draw's luck."""
    fields: dict[str, Any] = {"seed": seed}
    for name, part in (("augmentation", recipe.augmentation), ("consistency", recipe.consistency)):
        if part is not None and (spec := _spec(part)) is not None:
            value = part.model_dump(mode="json", exclude_unset=True)
            value.pop("preset", None)
            value["pipeline"] = {
                **spec.model_dump(mode="json", exclude_unset=True),
                "seed": spec.seed + seed,
            }
            fields[name] = value
    return changed(recipe, **fields)


def _spec(part: Augmentation | Consistency) -> PipelineSpec | None:
    """What draws the copies; None where they are in a file."""
    if part.pipeline is not None:
        return part.pipeline
    from_file = part.file if isinstance(part, Augmentation) else part.views
    return None if from_file is not None or part.preset is None else preset(part.preset)
