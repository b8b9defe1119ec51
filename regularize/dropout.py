"""Dropout per site: set on the built modules, where it counts, and in the configuration.

Changing the configuration of a built model does nothing, so the modules are set; the configuration
follows as far as it can say the same (BERT-likes have one field for three of the sites).
"""

from typing import Any

from torch import nn

from regularize.anatomy import SITES, Site, model_type, site_modules
from regularize.errors import RecipeError
from regularize.recipe import Dropout

_CLASSIFIER_FIELDS = ("classifier_dropout", "classifier_dropout_prob", "seq_classif_dropout")
_ATTENTION_FIELDS = ("attention_probs_dropout_prob", "attention_dropout")
_HIDDEN_FIELDS = ("hidden_dropout_prob", "dropout")


def set_dropout(model: nn.Module, wanted: Dropout) -> None:
    """Set the sites that the recipe names; the others stay as the model has them.

    Raises:
        RecipeError: names each site that the model does not have.
    """
    chosen: dict[Site, float] = {
        site: p for site in SITES if (p := getattr(wanted, site)) is not None
    }
    if not chosen:
        return
    modules = {site: site_modules(model, site) for site in SITES}
    if missing := [site for site in chosen if not modules[site]]:
        there = [site for site in SITES if modules[site]]
        raise RecipeError(
            f"a model of type {model_type(model)!r} has no dropout at: {', '.join(missing)}; "
            f"it has: {', '.join(there)}. Leave out dropout.{missing[0]}"
        )
    for site, p in chosen.items():
        for module in modules[site].values():
            module.p = p
    _note_in_config(model)


def _note_in_config(model: nn.Module) -> None:
    """The same in the configuration, so that a later `from_pretrained` builds the same sites."""
    by_site = {site: {m.p for m in site_modules(model, site).values()} for site in SITES}
    hidden = set().union(*(by_site[site] for site in ("embedding", "attention_output", "ffn")))
    for found, names in (
        (by_site["attention"], _ATTENTION_FIELDS),
        (by_site["classifier"], _CLASSIFIER_FIELDS),
        (hidden, _HIDDEN_FIELDS),
    ):
        if len(found) == 1:
            _set_first(model.config, names, next(iter(found)))


def _set_first(config: Any, names: tuple[str, ...], value: float) -> None:
    for name in names:
        if hasattr(config, name):
            setattr(config, name, value)
            return
