"""Texts for training: new in each epoch, the same for any number of workers."""

import pickle
from typing import Any

import pytest
from torch.utils.data import DataLoader

from augment.datasets import AugmentedDataset
from augment.errors import DataError
from augment.spec import PipelineSpec, parse_spec

TEXTS = [f"where is parcel number {i} of mine" for i in range(40)]
LABELS = [i % 3 for i in range(40)]


@pytest.fixture(scope="module")
def spec() -> PipelineSpec:
    return parse_spec({"steps": [{"kind": "masking", "rate": 0.5}], "seed": 3})


def drawn(data: Any, **options: Any) -> list[tuple[str, int]]:
    loader = DataLoader(data, batch_size=8, collate_fn=list, **options)
    return [(one["text"], one["label"]) for batch in loader for one in batch]


def test_each_epoch_is_drawn_anew_and_again_the_same(spec: PipelineSpec) -> None:
    data = AugmentedDataset(TEXTS, LABELS, spec)
    epochs = []
    for epoch in (0, 1, 0):
        data.set_epoch(epoch)
        epochs.append(drawn(data))
    first, second, again = epochs
    assert first == again
    assert [label for _, label in first] == LABELS
    differing = sum(one != other for one, other in zip(first, second, strict=True))
    assert differing > len(TEXTS) // 2
    assert not set(TEXTS) & {text for text, _ in first}


def test_batches_and_order_change_nothing(spec: PipelineSpec) -> None:
    data = AugmentedDataset(TEXTS, LABELS, spec)
    alone = [data[i]["text"] for i in range(len(data))]
    assert [one["text"] for one in data.__getitems__([7, 3, 3, -1])] == [
        alone[7], alone[3], alone[3], alone[-1],
    ]  # fmt: skip
    with pytest.raises(IndexError):
        data[len(TEXTS)]


@pytest.mark.fault
def test_workers_that_live_on_hear_of_the_epoch(spec: PipelineSpec) -> None:
    data = AugmentedDataset(TEXTS, LABELS, spec)
    loader: Any = DataLoader(
        data,
        batch_size=8,
        collate_fn=list,
        num_workers=2,
        persistent_workers=True,
        multiprocessing_context="spawn",
    )
    for epoch in range(3):
        data.set_epoch(epoch)
        found = [(one["text"], one["label"]) for batch in loader for one in batch]
        assert found == drawn(data)


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
def test_only_some_texts_are_changed(spec: PipelineSpec, p: float) -> None:
    data = AugmentedDataset(TEXTS, LABELS, spec, p=p)
    kept = 0
    for epoch in range(10):
        data.set_epoch(epoch)
        for text, one in zip(TEXTS, data.__getitems__(range(40)), strict=True):
            assert one["original"] is (one["text"] == text)
            kept += one["original"]
    assert kept == pytest.approx(400 * (1 - p), abs=50 if p == 0.5 else 0)


def test_a_text_without_a_copy_comes_as_it_is(spec: PipelineSpec) -> None:
    data = AugmentedDataset(["https://example.com/a"], ["x"], spec)
    assert data[0] == {"text": "https://example.com/a", "label": "x", "original": True}


def test_steps_that_learn_of_the_texts_do_so(spec: PipelineSpec) -> None:
    learning = parse_spec({"steps": [{"kind": "masking"}], "checks": [{"kind": "labels"}]})
    texts = ["my card is lost and gone", "my parcel is late again"] * 20
    data = AugmentedDataset(texts, ["a", "b"] * 20, learning)
    assert len(data.__getitems__(range(40))) == 40
    data.close()


def test_what_does_not_go_together_is_told(spec: PipelineSpec) -> None:
    with pytest.raises(DataError, match="40 texts, but 1 labels"):
        AugmentedDataset(TEXTS, [1], spec)
    with pytest.raises(DataError, match="p is 2; a chance"):
        AugmentedDataset(TEXTS, LABELS, spec, p=2)


def test_it_travels_to_another_process_without_its_models(spec: PipelineSpec) -> None:
    data = AugmentedDataset(TEXTS, LABELS, spec)
    data.set_epoch(4)
    before = data[0]
    assert pickle.loads(pickle.dumps(data))[0] == before
