"""Stochastic depth: frequency, mean, rows, evaluation, and a state dict as it was."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSequenceClassification

from regularize.stochastic_depth import add_drop_path, add_layer_drop, drop_paths
from tests.support.tiny_encoder import write_tiny_encoder

IDS = torch.tensor([[2, 5, 6, 3]] * 6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("model") / "bert", layers=3, dropout=0.0)


@pytest.fixture
def model(folder: Path) -> torch.nn.Module:
    return AutoModelForSequenceClassification.from_pretrained(folder).train()


def test_the_chance_rises_linearly_to_the_top() -> None:
    assert drop_paths(0.2, 4) == [0.05, 0.1, 0.15, 0.2]


def test_rows_skip_a_branch_whole_as_often_as_said_and_keep_its_mean() -> None:
    from regularize.stochastic_depth import _skip_branch

    branch = torch.nn.Identity().train()
    branch.register_forward_hook(_skip_branch(0.3))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        out = branch(torch.ones(4000, 2, 3))
    rows = out.reshape(4000, -1)
    assert all(len(row.unique()) == 1 for row in rows)
    share = float((rows[:, 0] == 0).float().mean())
    assert abs(share - 0.3) < 5 * (0.3 * 0.7 / 4000) ** 0.5
    assert float(rows.max()) == pytest.approx(1 / 0.7)
    branch.eval()
    assert torch.equal(branch(torch.ones(2, 2)), torch.ones(2, 2))


@pytest.mark.parametrize("add", [add_drop_path, add_layer_drop])
def test_it_draws_in_training_only_and_leaves_the_state_dict(model, folder, add) -> None:
    plain = AutoModelForSequenceClassification.from_pretrained(folder)
    plain.load_state_dict(model.state_dict())
    add(model, 0.5)
    torch.manual_seed(1)
    assert not torch.equal(model(IDS).logits, model(IDS).logits)
    model.eval()
    assert torch.equal(model(IDS).logits, plain.eval()(IDS).logits)
    assert model.state_dict().keys() == plain.state_dict().keys()


def test_zero_is_the_model_itself(model) -> None:
    before = model(IDS).logits
    assert add_drop_path(model, 0.0) == add_layer_drop(model, 0.0) == []
    assert torch.equal(model(IDS).logits, before)


def test_a_dropped_layer_is_skipped_exactly_and_has_gradient_zero(model) -> None:
    from regularize.stochastic_depth import _skip_layer

    layer = model.bert.encoder.layer[1]
    seen: list[torch.Tensor] = []
    layer.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    layer.register_forward_hook(_skip_layer(1.0), with_kwargs=True)
    layer.register_forward_hook(lambda _, args, out: seen.append(out))
    model(IDS).logits.sum().backward()
    assert torch.equal(seen[0], seen[1])
    gradient = layer.output.dense.weight.grad
    assert gradient is not None
    assert not gradient.any()


def test_handles_take_it_away_again(model) -> None:
    before = model(IDS).logits
    for handle in add_drop_path(model, 0.9):
        handle.remove()
    assert torch.equal(model(IDS).logits, before)
