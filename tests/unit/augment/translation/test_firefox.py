"""Models of Firefox Translations from a folder: read, refused by name, trained for, added."""

import argparse
import json
import math
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import MarianMTModel

from augment import cli
from augment.errors import ModelError
from augment.translation import models
from augment.translation.embedded import distil, evaluate, prepare, wheel
from augment.translation.embedded.architecture import architecture_of
from augment.translation.embedded.checkpoint import graft_names, read_firefox, standard_model
from augment.translation.embedded.firefox import files_in
from augment.translation.embedded.marian_binary import read_marian
from augment.translation.embedded.origin import files_of
from augment.translation.manifest import Manifest, check_files, read_manifest
from augment.translation.marian import MarianTranslator
from augment.translation.shortlist import LEXICAL, read_table
from tests.support import tiny_firefox
from tests.support.tiny_firefox import write_tiny_firefox

MANIFEST = Manifest("en", "pt", "MPL-2.0", "made for a test")
TEXTS = ["Where is my parcel?", "The quick brown fox jumps over the lazy dog."]


def write_graft(folder: Path, path: Path) -> Path:
    """Random self-attention of the right shape."""
    model = standard_model(read_firefox(files_in(folder)))
    state = model.state_dict()
    save_file({name: state[name].half().contiguous() for name in graft_names(model)}, path)
    return path


def left_in(cache: Path) -> list[str]:
    """What stands in the cache, but for locks."""
    return [path.name for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"
            and path.name != ".lock"]  # fmt: skip


def test_every_matrix_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = read_marian(files_in(write_tiny_firefox(tmp_path / "m")).model)
    size = file.settings["dim-vocabs"][0]
    written = tiny_firefox.tiny_matrices(size, attention=False, seed=0)
    assert file.matrices.keys() == written.keys()
    for name, value in written.items():
        np.testing.assert_array_equal(file.matrices[name], value, err_msg=name)
    sizes = architecture_of(file, tmp_path)
    assert (sizes.width, sizes.heads, sizes.encoder_layers) == (16, 2, 2)
    assert sizes.recurrent


def test_without_settings_there_are_eight_heads(tmp_path: Path) -> None:
    files = files_in(write_tiny_firefox(tmp_path / "m"))
    values = tiny_firefox.tiny_matrices(20, attention=True, seed=0)
    items = {name: tiny_firefox._item(name, value) for name, value in values.items()}
    tiny_firefox.write_marian(files.model, items)
    sizes = architecture_of(read_marian(files.model), files.model)
    assert (sizes.heads, sizes.recurrent) == (8, False)


def test_a_model_with_ssru_and_graft_is_added(tmp_path: Path) -> None:
    folder = write_tiny_firefox(tmp_path / "enpt")
    graft = write_graft(folder, tmp_path / "graft.safetensors")
    place = models.add_firefox("own", files_in(folder), MANIFEST, graft=graft, cache=tmp_path)
    assert models.locate("own", "en", "pt", cache=tmp_path) == place
    manifest = read_manifest(place)
    assert manifest is not None
    check_files(place, manifest)
    assert (place / LEXICAL).read_bytes() == (folder / "lex.50.50.enpt.s2t.bin").read_bytes()
    size = json.loads((place / "config.json").read_text())["vocab_size"] - 1
    assert read_table(place / LEXICAL, size)[0] == 5
    half, whole = load_file(graft), load_file(place / "model.safetensors")
    assert all(torch.equal(whole[name], half[name].float()) for name in half)
    found = MarianTranslator.load(place, "en", "pt").translate(TEXTS)
    assert all(hypotheses[0].text or hypotheses[0].truncated for hypotheses in found)


def test_ordinary_self_attention_needs_no_graft_and_computes_the_same(tmp_path: Path) -> None:
    files = files_in(write_tiny_firefox(tmp_path / "enpt", attention=True, seed=3))
    place = models.add_firefox("own", files, MANIFEST, cache=tmp_path)
    model = MarianMTModel.from_pretrained(place).eval()
    pieces = read_firefox(files).pieces
    source, target = [*pieces.EncodeAsIds(TEXTS[0]), 0], pieces.EncodeAsIds("Onde está a rainha")
    pad = pieces.GetPieceSize()
    with torch.no_grad():
        theirs = model(
            input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([[pad, *target]])
        ).logits[0, :, :pad]
    matrices = {n: torch.from_numpy(m) for n, m in read_marian(files.model).matrices.items()}
    torch.testing.assert_close(theirs, plain_scores(matrices, source, target), atol=1e-4, rtol=1e-4)
    assert MarianTranslator.load(place, "en", "pt").translate(TEXTS)


def plain_scores(
    matrices: dict[str, torch.Tensor], source: list[int], target: list[int]
) -> torch.Tensor:
    """A post-norm transformer straight from Marian's matrices, for one sentence pair."""
    width, heads = tiny_firefox.WIDTH, tiny_firefox.HEADS

    def norm(states: torch.Tensor, name: str) -> torch.Tensor:
        scale, bias = matrices[f"{name}_ln_scale"][0], matrices[f"{name}_ln_bias"][0]
        return functional.layer_norm(states, (width,), scale, bias)

    def attend(
        states: torch.Tensor, memory: torch.Tensor, name: str, causal: bool = False
    ) -> torch.Tensor:
        def project(value: torch.Tensor, letter: str) -> torch.Tensor:
            return value @ matrices[f"{name}_W{letter}"] + matrices[f"{name}_b{letter}"]

        query, key, value = project(states, "q"), project(memory, "k"), project(memory, "v")
        parts = []
        for columns in torch.arange(width).chunk(heads):
            scores = query[:, columns] @ key[:, columns].T / math.sqrt(width // heads)
            if causal:
                scores += torch.full_like(scores, -math.inf).triu(1)
            parts.append(scores.softmax(-1) @ value[:, columns])
        return norm(states + project(torch.cat(parts, 1), "o"), f"{name}_Wo")

    def feed(states: torch.Tensor, name: str) -> torch.Tensor:
        inner = (states @ matrices[f"{name}_W1"] + matrices[f"{name}_b1"]).relu()
        outer = inner @ matrices[f"{name}_W2"] + matrices[f"{name}_b2"]
        return norm(states + outer, f"{name}_ffn")

    def places(count: int) -> torch.Tensor:
        rates = 10_000 ** (-2 * torch.arange(width // 2) / width)
        angles = torch.arange(count)[:, None] * rates
        return torch.cat([angles.sin(), angles.cos()], 1)

    pieces = matrices["Wemb"]
    memory = pieces[source] * math.sqrt(width) + places(len(source))
    for i in range(1, tiny_firefox.ENCODER + 1):
        memory = feed(attend(memory, memory, f"encoder_l{i}_self"), f"encoder_l{i}_ffn")
    # Marian's decoder starts from a zero vector.
    shifted = torch.cat([torch.zeros(1, width), pieces[target] * math.sqrt(width)])
    states = shifted + places(len(target) + 1)
    for i in range(1, tiny_firefox.DECODER + 1):
        states = attend(states, states, f"decoder_l{i}_self", causal=True)
        states = feed(attend(states, memory, f"decoder_l{i}_context"), f"decoder_l{i}_ffn")
    return states @ pieces.T + matrices["decoder_ff_logit_out_b"][0]


def test_without_a_graft_the_training_is_named(tmp_path: Path) -> None:
    files = files_in(write_tiny_firefox(tmp_path / "my model"))
    with pytest.raises(ModelError, match="has an SSRU in its decoder") as caught:
        models.add_firefox("own", files, MANIFEST, cache=tmp_path)
    message = str(caught.value)
    assert "python -m augment.translation.embedded.distil --firefox '" in message
    assert "--source en --target pt text.txt -o runs/en-pt --minutes 120" in message
    assert "100,000 or more sentences in 'en'" in message
    assert left_in(tmp_path / "models") == []


def test_a_graft_that_does_not_fit(tmp_path: Path) -> None:
    attention = files_in(write_tiny_firefox(tmp_path / "attention", attention=True))
    folder = write_tiny_firefox(tmp_path / "ssru")
    good = write_graft(folder, tmp_path / "good.safetensors")
    cases: list[tuple[object, Path, str]] = [
        (attention, good, "needs no graft; leave out --graft"),
        (files_in(folder), tmp_path / "no", "no: there is no such file; --graft is a"),
        (files_in(folder), folder / "vocab.enpt.spm", "cannot be used with"),
    ]
    short = load_file(good)
    name = next(iter(short))
    save_file({**short, name: short[name][:3].contiguous()}, tmp_path / "short.safetensors")
    cases.append((files_in(folder), tmp_path / "short.safetensors", "has the shape"))
    del short[name]
    save_file(short, tmp_path / "less.safetensors")
    cases.append((files_in(folder), tmp_path / "less.safetensors", "does not fit the model: miss"))
    for files, graft, message in cases:
        with pytest.raises(ModelError, match=message):
            models.add_firefox("own", files, MANIFEST, graft=graft, cache=tmp_path)  # type: ignore[arg-type]
    assert left_in(tmp_path / "models") == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"transformer-ffn-activation": "swish"},
            "ffn-activation is 'swish', and only 'relu' fits",
        ),
        ({"transformer-preprocess": "n"}, "transformer-preprocess is 'n', and only ''"),
        ({"transformer-decoder-autoreg": "average-attention"}, "only 'rnn' or 'self-attention'"),
        ({"dec-cell": "sru"}, "dec-cell is 'sru', and only 'ssru'"),
        ({"dim-vocabs": [90, 80]}, "only one vocabulary for both sides"),
        ({"tied-embeddings-all": False}, "tied-embeddings-all is False"),
        ({"transformer-tied-layers": [1, 1]}, "transformer-tied-layers is"),
        ({"transformer-heads": 5}, "transformer-heads is 5, which does not divide 16"),
        ({"transformer-heads": "x"}, "transformer-heads is 'x'"),
    ],
)
def test_another_architecture_is_refused_by_name(
    settings: dict[str, object], message: str, tmp_path: Path
) -> None:
    files = files_in(write_tiny_firefox(tmp_path / "m", settings=settings))
    with pytest.raises(ModelError, match=message) as caught:
        models.add_firefox("own", files, MANIFEST, cache=tmp_path)
    assert "model.enpt.intgemm.alphas.bin" in str(caught.value)
    assert left_in(tmp_path / "models") == []


FLOATS = (tiny_firefox.FLOAT32, (1, 2), struct.pack("<2f", 0, 1))


@pytest.mark.parametrize(
    ("without", "extra", "message"),
    [
        (("decoder_l2_rnn_Wf",), {}, "it lacks decoder_l2_rnn_Wf, and has besides -"),
        ((), {"Wpos": FLOATS}, "it lacks -, and has besides Wpos"),
        (("Wemb",), {"encoder_Wemb": FLOATS}, "no matrix Wemb .separate vocabularies"),
        (
            ("encoder_l1_self_bq",),
            {"encoder_l1_self_bq": FLOATS},
            r"encoder_l1_self_bq has the shape \(1, 2\), expected \(1, 16\)",
        ),
    ],
)
def test_missing_unknown_and_misshapen_matrices(
    without: tuple[str, ...],
    extra: dict[str, tiny_firefox.Item],
    message: str,
    tmp_path: Path,
) -> None:
    files = files_in(write_tiny_firefox(tmp_path / "m", without=without, extra=extra))
    with pytest.raises(ModelError, match=message):
        read_firefox(files)


def _patch(at: int, content: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + content + data[at + len(content) :]


HUGE = struct.pack("<Q", 2**62)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda data: b"", "the header takes 16 bytes, and 0 are left"),
        (_patch(0, b"\2"), "version 2, expected 1"),
        (_patch(8, HUGE), "header [0-9]+ of 4611686018427387904 takes"),
        (_patch(16, HUGE), "a name takes 4,611,686,018,427,387,904 bytes"),
        (_patch(24, struct.pack("<Q", 0x402)), "has the type 0x402; read are float32 and 8-bit"),
        (_patch(32, HUGE), "has 4611686018427387904 dimensions"),
        (_patch(40, HUGE), "item Wemb takes 4,611,686,018,427,387,904 bytes"),
        (_patch(40, struct.pack("<Q", 8)), r"of shape \([0-9]+, 16\) takes"),
        (lambda data: data[: len(data) // 2], "are left; it is of another format, cut short"),
        (lambda data: data[:-300], "are left; it is of another format, cut short"),
        (lambda data: data.replace(b"dec-cell", b"\x00\xff: [ {"), "is not a readable Marian"),
    ],
)
def test_damaged_model_files(harm: Callable[[bytes], bytes], message: str, tmp_path: Path) -> None:
    files = files_in(write_tiny_firefox(tmp_path / "m"))
    files.model.write_bytes(harm(files.model.read_bytes()))
    with pytest.raises(ModelError, match=message) as caught:
        models.add_firefox("own", files, MANIFEST, cache=tmp_path)
    assert str(files.model) in str(caught.value)
    assert left_in(tmp_path / "models") == []


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ((tiny_firefox.INTGEMM8, (1, 1), struct.pack("<bf", 1, 0)), "has the multiplier 0.0"),
        ((tiny_firefox.FLOAT32, (1, 1), struct.pack("<f", math.nan)), "values that are no numbers"),
        ((tiny_firefox.FLOAT32, (1, -1), b""), r"has the shape \(1, -1\)"),
    ],
)
def test_impossible_items(item: tiny_firefox.Item, message: str, tmp_path: Path) -> None:
    path = tiny_firefox.write_marian(tmp_path / "model.bin", {"x": item})
    with pytest.raises(ModelError, match=message):
        read_marian(path)


def test_vocabulary_and_shortlist_must_belong(tmp_path: Path) -> None:
    files = files_in(write_tiny_firefox(tmp_path / "m"))
    assert files.shortlist is not None
    table = files.shortlist.read_bytes()
    files.shortlist.write_bytes(b"\0" * 8 + table[8:])
    with pytest.raises(ModelError, match="is no lexical shortlist, or damaged"):
        read_firefox(files)
    files.shortlist.write_bytes(table)
    values = tiny_firefox.tiny_matrices(50, attention=False, seed=0)
    items = {name: tiny_firefox._item(name, value) for name, value in values.items()}
    tiny_firefox.write_marian(files.model, items)
    with pytest.raises(ModelError, match="pieces, and its model has 50; take both from the same"):
        read_firefox(files)
    files.vocabulary.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="vocab.enpt.spm is no SentencePiece model"):
        read_firefox(files)


def test_files_are_found_by_name_and_tell_the_languages(tmp_path: Path) -> None:
    files = files_in(write_tiny_firefox(tmp_path / "m"))
    assert (files.direction, files.shortlist) == ("en-pt", tmp_path / "m/lex.50.50.enpt.s2t.bin")
    both = write_tiny_firefox(tmp_path / "both")
    write_tiny_firefox(tmp_path / "other", pair="pten")
    for path in (tmp_path / "other").iterdir():
        path.rename(both / path.name)
    assert files_in(both, "pt", "en").model.name == "model.pten.intgemm.alphas.bin"
    with pytest.raises(ModelError, match=r"holds 2 files model.\*.bin \(model.enpt.*keep those of"):
        files_in(both)
    with pytest.raises(ModelError, match="translates en-pt by its name, not pt-en"):
        files_in(tmp_path / "m", "pt", "en")
    with pytest.raises(ModelError, match="'English' is no language; write two or three letters"):
        files_in(tmp_path / "m", "English")
    with pytest.raises(ModelError, match="source and target are both 'pt'"):
        files_in(tmp_path / "m", "pt")


def test_languages_that_no_name_tells_are_asked_for(tmp_path: Path) -> None:
    folder = write_tiny_firefox(tmp_path / "m", pair="own")
    (folder / "lex.50.50.own.s2t.bin").unlink()
    with pytest.raises(ModelError, match="does not tell the languages; give both with --source"):
        files_in(folder)
    files = files_in(folder, "en", "pt")
    assert (files.direction, files.shortlist) == ("en-pt", None)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere: there is no such folder"):
        files_in(tmp_path / "nowhere")
    folder = write_tiny_firefox(tmp_path / "m")
    (folder / "vocab.enpt.spm").rename(folder / "srcvocab.enpt.spm")
    with pytest.raises(ModelError, match=r"holds no file vocab.\*.spm; srcvocab.*cannot be used"):
        files_in(folder)
    model = folder / "model.enpt.intgemm.alphas.bin"
    model.rename(f"{model}.gz")
    with pytest.raises(ModelError, match="is packed; unpack it first: gunzip -k"):
        files_in(folder)


def arguments(**given: object) -> argparse.Namespace:
    names = ("direction", "firefox", "source", "target", "start", "text_vocabulary")
    return argparse.Namespace(**(dict.fromkeys(names) | given))


def test_scripts_name_one_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"name either a model of the wheel \(en-pt, pt-en\)"):
        files_of(arguments())
    folder = write_tiny_firefox(tmp_path / "m", attention=True)
    with pytest.raises(ModelError, match="has ordinary self-attention and needs no graft"):
        evaluate.outputs_of_both(files_of(arguments(firefox=folder)), tmp_path, TEXTS)


def test_a_graft_is_trained_for_a_folder_and_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_tiny_firefox(tmp_path / "enpt")
    text = tmp_path / "text.txt"
    text.write_text("".join(f"{line}\n" for line in TEXTS * 12))
    run = tmp_path / "run"
    call = f"distil --firefox {folder} {text} -o {run} --minutes 0.002 --shards 1 --held-out 4"
    monkeypatch.setattr("sys.argv", f"{call} --batch-tokens 400".split())
    threads = torch.get_num_threads()
    distil.main()
    torch.set_num_threads(threads)
    curve = [json.loads(line) for line in (run / "curve.jsonl").read_text().splitlines()]
    assert curve[-1]["steps"] >= 1
    monkeypatch.setenv("AUGMENT_CACHE", str(tmp_path / "cache"))
    graft = run / "graft.safetensors"
    call = f"models add own --firefox {folder} --graft {graft} --licence MPL-2.0"
    capsys.readouterr()
    assert cli.main(call.split()) == 0
    assert "added own (en-pt) in" in capsys.readouterr().out
    place = models.locate("own", "en", "pt", cache=tmp_path / "cache")
    manifest = read_manifest(place)
    assert manifest is not None
    assert manifest.origin.startswith("Firefox Translations, enpt/model.enpt.intgemm.alphas.bin, S")
    theirs, ours = evaluate.outputs_of_both(files_in(folder), graft, TEXTS)
    assert len(theirs) == len(ours) == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("models add x --licence MIT", "give either FOLDER or --firefox DIR"),
        ("models add x f --firefox d --licence MIT", "give either FOLDER or --firefox DIR"),
        ("models add x f --graft g --licence MIT", "--graft belongs to --firefox"),
        ("models add x f --source en --licence MIT", "required: --source and --target"),
    ],
)
def test_arguments_that_do_not_go_together(
    call: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(call.split())
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_both_ways_to_add_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["models", "add", "--help"])
    out = capsys.readouterr().out
    assert "augment models add ende ./opus-mt-en-de --source en" in out
    assert "augment models add enet --firefox ./enet --graft graft.safetensors" in out


@pytest.mark.weights
def test_the_wheel_as_a_folder_gives_the_embedded_model(cache: Path, tmp_path: Path) -> None:
    files = files_in(wheel.wheel_files("en-pt").model.parent)
    assert files == wheel.wheel_files("en-pt")
    graft = evaluate.shipped_graft("en-pt")
    place = models.add_firefox("own", files, MANIFEST, graft=graft, cache=tmp_path)
    embedded = prepare("en-pt", cache)
    for name in ("model.safetensors", "vocab.json", "config.json", LEXICAL):
        assert (place / name).read_bytes() == (embedded / name).read_bytes(), name
