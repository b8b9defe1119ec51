"""Groups of the optimizer, the textbook L2 term, and averages of weights."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForSequenceClassification

from regularize.ema import Average
from regularize.errors import RecipeError
from regularize.optim import groups, l2_term
from regularize.recipe import Recipe
from tests.support.tiny_encoder import write_tiny_encoder


@pytest.fixture
def model(tmp_path: Path) -> Any:
    folder = write_tiny_encoder(tmp_path / "bert", layers=2)
    return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3)


def test_biases_and_norms_do_not_decay_and_nothing_is_left_out(model: Any) -> None:
    decayed, others = groups(model, Recipe(weight_decay=0.02))
    assert (decayed.weight_decay, others.weight_decay) == (0.02, 0.0)
    assert not [n for n, _ in decayed.parameters if "bias" in n or "LayerNorm" in n]
    assert all("bias" in n or "LayerNorm" in n for n, _ in others.parameters)
    names = [n for group in (decayed, others) for n, _ in group.parameters]
    assert sorted(names) == sorted(n for n, _ in model.named_parameters())


def test_the_learning_rate_falls_from_the_head_to_the_embeddings(model: Any) -> None:
    found = groups(model, Recipe(learning_rate=1e-3, layer_decay=0.5))
    rates = {g.name.split(",")[0]: g.learning_rate for g in found}
    assert rates == {"head": 1e-3, "layer 2": 5e-4, "layer 1": 2.5e-4, "embeddings": 1.25e-4}
    head = {n for g in found if g.name.startswith("head") for n, _ in g.parameters}
    assert head == {"classifier.weight", "classifier.bias", "bert.pooler.dense.weight",
                    "bert.pooler.dense.bias"}  # fmt: skip


def test_frozen_weights_are_in_no_group(model: Any) -> None:
    model.get_input_embeddings().weight.requires_grad = False
    names = [n for group in groups(model, Recipe()) for n, _ in group.parameters]
    assert "bert.embeddings.word_embeddings.weight" not in names
    model.requires_grad_(False)
    with pytest.raises(RecipeError, match="nothing to learn"):
        groups(model, Recipe())


def test_the_gradient_of_the_l2_term_is_2_lambda_w() -> None:
    weight = torch.nn.Parameter(torch.tensor([0.5, -2.0], dtype=torch.float64))
    l2_term([weight], 0.3).backward()
    assert weight.grad is not None
    assert torch.allclose(weight.grad, 2 * 0.3 * weight.detach(), atol=1e-15)
    step = 1e-6
    for place in range(2):
        with torch.no_grad():
            low, high = weight.clone(), weight.clone()
            low[place] -= step
            high[place] += step
            slope = (l2_term([high], 0.3) - l2_term([low], 0.3)) / (2 * step)  # type: ignore[list-item]
        assert float(slope) == pytest.approx(float(weight.grad[place]), rel=1e-8)


def test_an_average_is_what_the_formula_says_and_gives_the_weights_back() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(1.0)
    average = Average(model, 0.9)
    expected = 1.0
    for update in range(1, 30):
        with torch.no_grad():
            model.weight.fill_(float(update))
        average.update(model)
        decay = min(0.9, (1 + update) / (10 + update))
        expected = decay * expected + (1 - decay) * update
    with average.in_place(model):
        assert model.weight.item() == pytest.approx(expected, rel=1e-5)
    assert model.weight.item() == 29.0
    average.settle(model)
    assert model.weight.item() == pytest.approx(expected, rel=1e-5)
