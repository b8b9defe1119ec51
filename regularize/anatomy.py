"""Where the parts of an encoder are: the names of its modules, by model type.

Every entry was read in transformers' modelling files, and a test builds each model and looks.
BERT-likes have one configuration field for three of the sites, so it is the modules that count.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from torch import nn

from regularize.errors import RecipeError

Site = Literal["embedding", "attention", "attention_output", "ffn", "classifier"]
SITES: tuple[Site, ...] = get_args(Site)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Patterns of module names; `{n}` in them stands for a layer's number.

    `branches` are the modules whose output ends a residual branch. An encoder whose layers share
    their weights has no `layer`: there is nothing that one depth has and another has not.
    """

    sites: dict[Site, str]
    layer: str | None
    branches: tuple[str, ...] = ()


def _bert_like(attention: str, attention_output: str) -> Anatomy:
    layer = r"encoder\.layer\.{n}"
    return Anatomy(
        sites={
            "embedding": r"embeddings\.dropout",
            "attention": rf"{layer}\.{attention}",
            "attention_output": rf"{layer}\.{attention_output}",
            "ffn": rf"{layer}\.output\.dropout",
            "classifier": r"(classifier\.)?dropout",
        },
        layer=layer,
        branches=(rf"{layer}\.{attention_output}", rf"{layer}\.output\.dropout"),
    )


_BERT = _bert_like(r"attention\.self\.dropout", r"attention\.output\.dropout")
_ANATOMIES: dict[str, Anatomy] = {
    **dict.fromkeys(
        ("bert", "roberta", "xlm-roberta", "camembert", "electra", "deberta", "deberta-v2"), _BERT
    ),
    "mpnet": _bert_like(r"attention\.attn\.dropout", r"attention\.dropout"),
    # Nothing is dropped between attention and its residual sum.
    "distilbert": Anatomy(
        sites={
            "embedding": r"embeddings\.dropout",
            "attention": r"transformer\.layer\.{n}\.attention\.dropout",
            "ffn": r"transformer\.layer\.{n}\.ffn\.dropout",
            "classifier": r"dropout",
        },
        layer=r"transformer\.layer\.{n}",
        branches=(
            r"transformer\.layer\.{n}\.attention\.out_lin",
            r"transformer\.layer\.{n}\.ffn",
        ),
    ),
    # One layer, gone through many times; the dropout beside its feed-forward part is never called.
    "albert": Anatomy(
        sites={
            "embedding": r"embeddings\.dropout",
            "attention": r"albert_layers\.{n}\.attention\.attention_dropout",
            "attention_output": r"albert_layers\.{n}\.attention\.output_dropout",
            "classifier": r"dropout",
        },
        layer=None,
    ),
}


def anatomy_of(model: nn.Module) -> Anatomy:
    """The parts of a model.

    Raises:
        RecipeError: the model is of a type whose parts are not known.
    """
    kind = model_type(model)
    if kind not in _ANATOMIES:
        raise RecipeError(
            f"the places of dropout and layers in a model of type {kind!r} are not known; "
            f"known are: {', '.join(sorted(_ANATOMIES))}"
        )
    return _ANATOMIES[kind]


def model_type(model: nn.Module) -> str:
    """The type that the model's configuration names."""
    return str(getattr(getattr(model, "config", None), "model_type", "unknown"))


def site_modules(model: nn.Module, site: Site) -> dict[str, nn.Dropout]:
    """The dropout modules of a site by their names; of a site that there is not, none."""
    pattern = anatomy_of(model).sites.get(site)
    if pattern is None:
        return {}
    named = _matching(model, pattern, whole=site == "classifier")
    return {name: module for name, module in named.items() if isinstance(module, nn.Dropout)}


def layers(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """The layers from the lowest to the top, by name.

    Raises:
        RecipeError: the model's layers share their weights.
    """
    pattern = anatomy_of(model).layer
    if pattern is None:
        raise RecipeError(
            f"the layers of a model of type {model_type(model)!r} share their weights; leave out "
            "drop_path, layer_drop, layer_decay and reinit_layers"
        )
    return list(_matching(model, pattern).items())


def branches(model: nn.Module) -> list[list[nn.Module]]:
    """The modules that end residual branches, layer by layer from the lowest."""
    patterns = anatomy_of(model).branches
    return [[_only(model, p, number) for p in patterns] for number in range(len(layers(model)))]


def _matching(model: nn.Module, pattern: str, *, whole: bool = False) -> dict[str, nn.Module]:
    """Modules whose name ends as the pattern says, in the model's order (or is it `whole`)."""
    wanted = re.compile(("" if whole else r"(^|.*\.)") + pattern.replace("{n}", r"\d+"))
    return {name: module for name, module in model.named_modules() if wanted.fullmatch(name)}


def _only(model: nn.Module, pattern: str, number: int) -> nn.Module:
    (module,) = _matching(model, pattern.replace("{n}", str(number))).values()
    return module
