"""What is right by construction: each test is a trap of the Trainer that was measured."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional
from transformers import AutoModelForSequenceClassification, AutoTokenizer, TrainerCallback

from augment.errors import DataError, ModelError, OutputError
from augment.resources import Resources
from regularize.data import Example, Split
from regularize.errors import RecipeError, TrainingError
from regularize.run import TrainRequest, prepare, train
from tests.support.tiny_encoder import tiny_examples, tiny_split, write_tiny_encoder
from tests.support.training import STILL, tiny_request

Make = Callable[..., TrainRequest]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("model") / "bert")


@pytest.fixture
def make(model: Path, tmp_path: Path, resources: Resources) -> Make:
    def made(split: Split | None = None, *, name: str = "run", **fields: Any) -> TrainRequest:
        return tiny_request(model, tmp_path / name, resources, split, **fields)

    return made


class Gradients(TrainerCallback):
    """Keeps the gradients of each update as they come to the optimizer."""

    def __init__(self) -> None:
        self.updates: list[dict[str, torch.Tensor]] = []

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any, **_: Any):
        self.updates.append(
            {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
        )


def gradients(request: TrainRequest) -> tuple[list[dict[str, torch.Tensor]], list[float]]:
    trainer = prepare(request).trainer
    kept = Gradients()
    trainer.add_callback(kept)
    trainer.train()
    losses = [line["loss"] for line in trainer.state.log_history if "loss" in line]
    return kept.updates, losses


@pytest.mark.parametrize(
    "fields",
    [
        {"label_smoothing": 0.1},
        {"class_weights": "balanced"},
        {"weight_decay": 0.0, "l2": 0.01},
        {"consistency": {"confidence": 0.0, "preset": "light"}},
        {"r_drop": 1.0, "focal": 1.0},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_gradients_are_the_same_at_every_accumulation(make: Make, fields: dict[str, Any]) -> None:
    # 20 texts in batches of 8: the last update is a short one.
    split = replace(tiny_split(), train=tiny_examples(20))
    runs = [
        gradients(
            make(split, name=f"a{parts}", updates=3, accumulation=parts, max_grad_norm=0,
                 evaluate_every=1, **STILL, **fields)
        )
        for parts in (1, 2, 4)
    ]  # fmt: skip
    (whole, losses), *others = runs
    assert len(whole) == 3
    for updates, other_losses in others:
        assert other_losses == pytest.approx(losses, abs=1e-5)
        for one, other in zip(whole, updates, strict=True):
            for name, gradient in one.items():
                assert torch.allclose(gradient, other[name], atol=2e-6), name


def test_evaluation_loss_is_plain_and_by_example_whatever_is_trained(make: Make) -> None:
    split = tiny_split(dev=70)  # more than one batch of evaluation, the last one short
    request = make(split, label_smoothing=0.3, class_weights="balanced", focal=0)
    trainer = prepare(request).trainer
    reported = trainer.evaluate()["eval_loss"]
    tokenizer = trainer.processing_class
    labels = torch.tensor([split.labels.index(str(e.label)) for e in split.dev])
    with torch.no_grad():
        logits = torch.cat(
            [trainer.model.eval()(**tokenizer(e.text, return_tensors="pt")).logits
             for e in split.dev]
        )  # fmt: skip
    assert reported == pytest.approx(float(functional.cross_entropy(logits, labels)), abs=1e-6)


def test_a_loss_that_is_no_number_ends_the_run_at_once(make: Make) -> None:
    trainer = prepare(make(learning_rate=1.0, max_grad_norm=0)).trainer
    with torch.no_grad():
        trainer.model.classifier.weight.fill_(float("inf"))
    kept = Gradients()
    trainer.add_callback(kept)
    with pytest.raises(TrainingError, match="loss is nan at update 1; lower learning_rate"):
        trainer.train()
    assert not kept.updates


def test_the_best_checkpoint_is_what_the_run_ends_with(make: Make) -> None:
    request = make(epochs=6, learning_rate=0.3, schedule="constant", keep="best")
    trained = train(request)
    figures = (request.output / "figures.jsonl").read_text().splitlines()
    lines = [json.loads(line) for line in figures]
    losses = {line["step"]: line["eval_loss"] for line in lines if "eval_loss" in line}
    assert trained.best_update == min(losses, key=losses.__getitem__)
    assert trained.best_update != max(losses), "the run should get worse for this to say anything"
    assert trained.metrics["loss"] == losses[trained.best_update]
    assert loss_from_disk(request) == pytest.approx(losses[trained.best_update], abs=1e-5)


def loss_from_disk(request: TrainRequest) -> float:
    """The loss on dev of what lies on disk, with nothing of ours."""
    model = AutoModelForSequenceClassification.from_pretrained(request.output).eval()
    tokenizer = AutoTokenizer.from_pretrained(request.output)
    dev = request.split.dev
    batch = tokenizer([e.text for e in dev], return_tensors="pt", padding=True)
    labels = torch.tensor([model.config.label2id[str(e.label)] for e in dev])
    with torch.no_grad():
        return float(functional.cross_entropy(model(**batch).logits, labels))


@pytest.mark.parametrize(
    "fields",
    [
        {"drop_path": 0.3, "layer_drop": 0.2, "dropout": {"classifier": 0.3}},
        {"ema": 0.8},
        {"ema": 0.8, "keep": "last"},
        {"lora": {"rank": 4}},
        {"r_drop": 1.0},
        {"mixup": 0.5},
        {"consistency": {"teacher": "ema", "annealing": "linear"}, "ema": 0.9},
        {"layer_decay": 0.8, "reinit_layers": 1, "freeze_embeddings": True},
        {"balanced_sampling": True},
    ],
    ids="-".join,
)
def test_transformers_reads_the_result_with_nothing_of_ours(
    make: Make, fields: dict[str, Any]
) -> None:
    request = make(**fields)
    trained = train(request)
    assert loss_from_disk(request) == pytest.approx(trained.metrics["loss"], abs=1e-5)
    assert not list(request.output.glob("*.bin"))


def test_it_learns_what_can_be_learnt(make: Make) -> None:
    trained = train(make(tiny_split(48, 24), epochs=15, label_smoothing=0.1, drop_path=0.05))
    assert trained.metrics["loss"] < 0.7


def test_several_labels_and_tags_train(make: Make) -> None:
    several = tuple(
        replace(e, label=(str(e.label), "polite") if "please" in e.text else (str(e.label),))
        for e in tiny_examples(24)
    )
    labels = ("account", "billing", "delivery", "polite")
    split = Split(several[:18], several[18:], (), labels, "several")
    trained = train(make(split, name="several", label_smoothing=0.1, r_drop=0.5))
    assert trained.metrics["loss"] > 0
    tagged = tuple(
        Example(e.id, e.text, tuple("B" if w == "parcel" else "O" for w in e.text.split()),
                tuple(e.text.split()))
        for e in tiny_examples(24)
    )  # fmt: skip
    split = Split(tagged[:18], tagged[18:], (), ("B", "O"), "tags")
    trained = train(make(split, name="tags", epochs=10, r_drop=0.5, class_weights="balanced"))
    assert trained.metrics["loss"] < 0.3


def test_weights_that_are_no_numbers_are_refused(model: Path, make: Make, tmp_path: Path) -> None:
    damaged = AutoModelForSequenceClassification.from_pretrained(model)
    with torch.no_grad():
        damaged.bert.encoder.layer[1].output.dense.weight[0, 0] = float("nan")
    damaged.save_pretrained(tmp_path / "nan")
    AutoTokenizer.from_pretrained(model).save_pretrained(tmp_path / "nan")
    with pytest.raises(ModelError, match=r"layer\.1\.output\.dense\.weight holds numbers"):
        prepare(make(model=str(tmp_path / "nan")))


def test_what_nothing_can_be_learnt_from_is_refused(make: Make) -> None:
    split = tiny_split()
    one = replace(split, train=tuple(e for e in split.train if e.label == "billing"))
    with pytest.raises(DataError, match="one class only, 'billing'"):
        prepare(make(one))
    two = replace(split, train=tuple(e for e in split.train if e.label != "account"))
    with pytest.raises(DataError, match="'account' are in dev or test, but not in the training"):
        prepare(make(two))
    with pytest.raises(RecipeError, match="need development data"):
        prepare(make(replace(split, dev=())))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"reinit_layers": 9}, "reinit_layers: 9, but the model has 2 layers"),
        ({"lora": {"targets": ["qkv"]}}, "lora.targets: qkv are no layers .* it has: "),
        ({"class_weights": {"billing": 2.0}}, "class_weights lacks account, delivery"),
        ({"class_weights": {"a": 1.0, "account": 1, "billing": 1, "delivery": 1}}, "names a,"),
        ({"augmentation": {"preset": "light", "url": "http://localhost:1"}}, "augmentation.url"),
        ({"augmentation": {"preset": "light", "url": "localhost:1"}}, "no address of a service"),
    ],
)
def test_what_the_model_or_data_cannot_follow_is_refused(
    make: Make, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        prepare(make(**fields))


@pytest.mark.parametrize("name", ["there/is/none", "./none", "/none"])
def test_a_model_that_there_is_not_is_told(make: Make, name: str) -> None:
    with pytest.raises(ModelError, match="there is no such folder"):
        prepare(make(model=name))


def test_pickled_weights_are_not_read(make: Make, model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "config.json").write_bytes((model / "config.json").read_bytes())
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelError, match="no safetensors weights"):
        prepare(make(model=str(folder)))


def test_long_texts_are_counted(make: Make) -> None:
    long = Example("long", " ".join(["parcel"] * 60), "delivery")
    split = tiny_split()
    trained = train(make(replace(split, train=(*split.train, long)), updates=1))
    assert trained.cut_texts == 1


def test_a_place_that_cannot_be_written_is_told(make: Make, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(OutputError, match="run: cannot be written"):
        train(make())


def test_the_recipe_decides_alone(make: Make) -> None:
    torch.manual_seed(1)
    train(make(name="one", r_drop=0.5, drop_path=0.1))
    torch.manual_seed(2)
    train(make(name="two", r_drop=0.5, drop_path=0.1))
    train(make(name="three", r_drop=0.5, drop_path=0.1, seed=1))
    output = make().output.parent
    one, two, three = (
        (output / n / "model.safetensors").read_bytes() for n in ("one", "two", "three")
    )
    assert one == two
    assert one != three
