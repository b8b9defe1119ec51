"""What a recipe does to a model: every site, every layer, every group; read off the built model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

from regularize.anatomy import SITES, layers, model_type, site_modules
from regularize.data import Task
from regularize.models import load_model, text_limit, with_adapters
from regularize.optim import groups
from regularize.preparation import shape_model
from regularize.recipe import Recipe
from regularize.stochastic_depth import drop_paths


@dataclass(frozen=True, slots=True)
class SiteRate:
    """A dropout module, the site that it belongs to, and its p before and after the recipe."""

    site: str
    module: str
    before: float
    p: float


@dataclass(frozen=True, slots=True)
class LayerRate:
    """Chances of a layer: that a text skips one of its branches, that a batch skips all of it."""

    layer: str
    drop_path: float
    layer_drop: float


@dataclass(frozen=True, slots=True)
class GroupRate:
    """A group of the optimizer; `numbers` are learnt in it."""

    name: str
    learning_rate: float
    weight_decay: float
    l2: float
    tensors: int
    numbers: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the recipe does to the model."""

    model: str
    type: str
    numbers: int
    learnt: int
    text_limit: int
    sites: tuple[SiteRate, ...]
    layers: tuple[LayerRate, ...]
    groups: tuple[GroupRate, ...]


def explain(recipe: Recipe, *, classes: int = 2, task: Task = "single") -> Explanation:
    """Build the model, follow the recipe, and read off what became of it.

    Raises:
        ModelError: the model cannot be loaded.
        RecipeError: the model cannot follow the recipe.
    """
    labels = [str(number) for number in range(classes)]
    model, tokenizer = load_model(recipe, labels, task)
    before = _rates(model)
    shape_model(model, recipe)
    sites = tuple(
        SiteRate(site, name, before[name], module.p)
        for site in SITES
        for name, module in site_modules(model, site).items()
    )
    depth = tuple(_depth(model, recipe))
    if recipe.lora is not None:
        model = with_adapters(model, recipe.lora, task, recipe.seed)
    return Explanation(
        model=recipe.model,
        type=model_type(model),
        numbers=sum(p.numel() for p in model.parameters()),
        learnt=sum(p.numel() for p in model.parameters() if p.requires_grad),
        text_limit=text_limit(recipe, model, tokenizer),
        sites=sites,
        layers=depth,
        groups=tuple(_groups(model, recipe)),
    )


def told(found: Explanation) -> Iterator[str]:
    """The explanation for people, line by line."""
    yield (
        f"{found.model} ({found.type}): {found.learnt:,} of {found.numbers:,} numbers are learnt; "
        f"texts are read up to {found.text_limit} pieces"
    )
    yield from ("", "dropout (p as the model has it -> in this run)")
    width = max((len(site.module) for site in found.sites), default=0)
    for site in found.sites:
        yield f"  {site.site:16}  {site.module:{width}}  {site.before:g} -> {site.p:g}"
    yield from ("", "depth (chance that a text skips a branch, that a batch skips the layer)")
    for layer in found.layers:
        yield f"  {layer.layer:24}  {layer.drop_path:6.3f}  {layer.layer_drop:6.3f}"
    yield from ("", "groups of the optimizer")
    for group in found.groups:
        yield (
            f"  {group.name:26}  lr {group.learning_rate:.3g}  weight decay {group.weight_decay:g}"
            f"  l2 {group.l2:g}  {group.tensors:,} tensors, {group.numbers:,} numbers"
        )


def _rates(model: nn.Module) -> dict[str, float]:
    return {name: m.p for site in SITES for name, m in site_modules(model, site).items()}


def _depth(model: nn.Module, recipe: Recipe) -> Iterator[LayerRate]:
    if recipe.drop_path == recipe.layer_drop == 0:
        return
    found = layers(model)
    for (name, _), p in zip(found, drop_paths(recipe.drop_path, len(found)), strict=True):
        yield LayerRate(name, p, recipe.layer_drop)


def _groups(model: Any, recipe: Recipe) -> Iterator[GroupRate]:
    for group in groups(model, recipe):
        yield GroupRate(
            group.name,
            group.learning_rate,
            group.weight_decay,
            recipe.l2 if group.decays else 0.0,
            len(group.parameters),
            group.numbers,
        )
