"""Sites of every model type that is known, and what is refused by name."""

from typing import Any

import pytest
import torch
import transformers

from regularize.anatomy import SITES, branches, layers, site_modules
from regularize.dropout import set_dropout
from regularize.errors import RecipeError
from regularize.recipe import Dropout

_COMMON = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 50,
    "max_position_embeddings": 40,
}
_CONFIGS: dict[str, dict[str, Any]] = {
    "Bert": _COMMON,
    "Roberta": {**_COMMON, "pad_token_id": 1},
    "XLMRoberta": {**_COMMON, "pad_token_id": 1},
    "Camembert": {**_COMMON, "pad_token_id": 1},
    "Electra": {**_COMMON, "embedding_size": 16},
    "MPNet": {**_COMMON, "pad_token_id": 1},
    "Deberta": _COMMON,
    "DebertaV2": _COMMON,
    "Albert": {**_COMMON, "embedding_size": 16},
    "DistilBert": {
        "vocab_size": 50,
        "dim": 16,
        "n_layers": 2,
        "n_heads": 2,
        "hidden_dim": 32,
        "max_position_embeddings": 40,
    },
}
_LACKING = {"Albert": {"ffn"}, "DistilBert": {"attention_output"}}
IDS = torch.tensor([[2, 5, 6, 7, 8, 9]])


def build(name: str, head: str = "SequenceClassification") -> Any:
    config = getattr(transformers, f"{name}Config")(**_CONFIGS[name])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return getattr(transformers, f"AutoModelFor{head}").from_config(config)


@pytest.mark.parametrize("head", ["SequenceClassification", "TokenClassification"])
@pytest.mark.parametrize("name", _CONFIGS)
def test_every_site_draws_by_itself(name: str, head: str) -> None:
    model = build(name, head).train()
    for site in SITES:
        if site in _LACKING.get(name, ()):
            assert not site_modules(model, site)
            continue
        set_dropout(model, Dropout(**{**dict.fromkeys(_present(name), 0.0), site: 0.5}))
        _silence_others(model)
        assert not torch.equal(*_two_passes(model)), site
    set_dropout(model, Dropout(**dict.fromkeys(_present(name), 0.0)))
    _silence_others(model)
    assert torch.equal(*_two_passes(model))


@pytest.mark.parametrize("name", _LACKING)
def test_a_site_that_the_model_lacks_is_refused_by_name(name: str) -> None:
    (site,) = _LACKING[name]
    with pytest.raises(RecipeError, match=f"has no dropout at: {site}; it has: embedding"):
        set_dropout(build(name), Dropout(**{site: 0.1}))


def test_an_unknown_type_is_refused_by_name() -> None:
    config = transformers.FunnelConfig(vocab_size=50, block_sizes=[1], d_model=16, n_head=2)
    model = transformers.AutoModelForSequenceClassification.from_config(config)
    with pytest.raises(RecipeError, match="type 'funnel' are not known; known are: albert"):
        set_dropout(model, Dropout(ffn=0.1))


def test_the_configuration_follows_as_far_as_it_can() -> None:
    model = build("Bert")
    set_dropout(model, Dropout(attention=0.2, classifier=0.3))
    assert model.config.attention_probs_dropout_prob == 0.2
    assert model.config.classifier_dropout == 0.3
    assert model.config.hidden_dropout_prob == 0.1
    set_dropout(model, Dropout(embedding=0.4, attention_output=0.4, ffn=0.4))
    assert model.config.hidden_dropout_prob == 0.4


@pytest.mark.parametrize("name", [name for name in _CONFIGS if name != "Albert"])
def test_layers_and_their_two_branches_are_found(name: str) -> None:
    model = build(name)
    assert len(layers(model)) == 2
    assert [len(found) for found in branches(model)] == [2, 2]


def test_shared_layers_have_no_depth() -> None:
    with pytest.raises(RecipeError, match="share their weights"):
        layers(build("Albert"))


def _present(name: str) -> list[str]:
    return [site for site in SITES if site not in _LACKING.get(name, ())]


def _silence_others(model: torch.nn.Module) -> None:
    """DeBERTa drops in its pooler and its positions as well: no site of ours."""
    ours = {name for site in SITES for name in site_modules(model, site)}
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Dropout) and name not in ours:
            module.p = 0.0


def _two_passes(model: Any) -> tuple[torch.Tensor, torch.Tensor]:
    return model(IDS).logits, model(IDS).logits
