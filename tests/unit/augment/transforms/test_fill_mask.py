"""Contextual infilling by a tiny real model that knows which words stand where."""

import json
import shutil
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import torch
from transformers import BertConfig, BertModel

from augment import cli
from augment.build import build_pipeline
from augment.edits import Span
from augment.errors import ModelError
from augment.record import Record
from augment.resources import Resources
from augment.spec import parse_spec
from augment.transforms.masked_model import Gap, MaskedModel, locate
from augment.translation.manifest import sha256
from augment.translation.settings import EngineSettings
from augment.words import split_words
from tests.support.copies import copies_of, outcome_of, refusal_of
from tests.support.tiny_bert import SLOTS, sentences, write_tiny_bert

TEXT = "The cheap man bought the huge lamp in the garden."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def step(folder: Path) -> dict[str, Any]:
    return {"kind": "fill_mask", "model": str(folder), "rate": 0.01, "min_probability": 0.02}


@pytest.fixture(scope="module")
def model(folder: Path) -> MaskedModel:
    return MaskedModel.load(str(folder), EngineSettings(compute_type="float32"))


def gaps(texts: list[str]) -> list[Gap]:
    return [Gap(text, word.start, word.end) for text in texts for word in split_words(text)]


def changed(texts: set[str], before: str) -> dict[str, set[str]]:
    """What came in place of each word, in texts that differ from it in one word."""
    found: dict[str, set[str]] = {}
    for text in texts:
        pairs = zip(before.split(), text.split(), strict=True)
        ((old, new),) = [(old, new) for old, new in pairs if old != new]
        found.setdefault(old, set()).add(new)
    return found


def test_words_that_fit_the_place_come(step: dict[str, Any], resources: Resources) -> None:
    found = changed(copies_of(step, TEXT, resources, copies=60), TEXT)
    assert found["man"] == {"teacher", "doctor"}
    assert found["lamp"] == set(SLOTS["thing"]) - {"lamp"}
    # Opposites are as likely for the model, but do not come.
    assert found["cheap"] == {"huge", "tiny", "heavy"}
    assert found["huge"] == {"cheap", "expensive", "heavy"}
    assert found["bought"] == {"painted", "cleaned", "carried"}
    assert set(found) == {"cheap", "man", "bought", "huge", "lamp", "garden."}


def test_words_of_grammar_change_if_asked(step: dict[str, Any], resources: Resources) -> None:
    found = changed(copies_of({**step, "stopwords": True}, TEXT, resources, copies=80), TEXT)
    assert found["in"] <= {"near", "behind"}


def test_casing_and_articles_follow(step: dict[str, Any], resources: Resources) -> None:
    text = "Cheap man bought a lamp in the garden."
    found = copies_of(step, text, resources, copies=80)
    assert any("bought an umbrella in" in copy for copy in found)
    assert not any("a umbrella" in copy or "a apple" in copy for copy in found)
    first = {copy.split()[0] for copy in found} - {"Cheap"}
    assert first
    assert all(word[0].isupper() and word.lower() in SLOTS["adjective"] for word in first)


def test_the_floor_limits_what_comes(step: dict[str, Any], resources: Resources) -> None:
    refusal = refusal_of({**step, "min_probability": 0.99}, TEXT, resources)
    assert refusal.startswith("nothing_fits: the model has no fitting word for any of 10")


@pytest.mark.parametrize("text", ["", "the of", "مرحبا", "12 March 2026", "http://a.b/c", "b2b"])
def test_there_may_be_nothing_to_fill(
    text: str, step: dict[str, Any], resources: Resources
) -> None:
    assert refusal_of(step, text, resources).startswith("nothing_fits: ")


def test_a_place_without_words_gives_way_to_another(
    step: dict[str, Any], resources: Resources
) -> None:
    # Most places of this text have no likely word that may come.
    text = "The cheap man bought the huge lamp, it cleaned lamp lamp street street."
    made = [outcome_of(step, text, resources, seed=number, attempts=1) for number in range(20)]
    assert sum(len(outcome.copies) for outcome in made) >= 18


def test_words_come_between_others(step: dict[str, Any], resources: Resources) -> None:
    text = "The cheap man bought the lamp in the garden."
    found = copies_of({**step, "mode": "insert"}, text, resources, copies=40)
    added = {tuple(inserted_words(text, copy)) for copy in found}
    assert {place for place, _ in added} >= {5}
    assert {word for _, word in added} == set(SLOTS["adjective"])
    assert (1, "cheap") not in added


def test_an_article_goes_with_what_comes_behind_it(
    step: dict[str, Any], resources: Resources
) -> None:
    text = "The cheap man bought a lamp\r\nin the house ."
    found = copies_of({**step, "mode": "insert"}, text, resources, copies=80)
    assert any("bought an expensive lamp\r\nin" in copy for copy in found)
    assert not any("a expensive" in copy for copy in found)


def test_nothing_comes_into_what_is_denied_or_labelled(
    step: dict[str, Any], resources: Resources
) -> None:
    refusal = refusal_of({**step, "mode": "insert"}, "not the lamp", resources)
    assert refusal.startswith("nothing_fits: ")
    spans = (Span(0, 8, "thing"),)
    labelled = outcome_of({**step, "mode": "insert"}, "the lamp", resources, spans=spans)
    assert not labelled.copies


def inserted_words(before: str, after: str) -> list[Any]:
    """Where a word came in, and which."""
    old, new = before.split(), after.split()
    at = next(i for i, word in enumerate(new) if old[i : i + 1] != [word])
    assert old == [*new[:at], *new[at + 1 :]]
    return [at, new[at]]


def test_one_mask_hides_a_word_of_several_pieces(model: MaskedModel) -> None:
    text = "the unbelievable man sold the huge lamp near the house ."
    whole, plain = model.guesses(
        [Gap(text, 4, 16), Gap(text.replace("unbelievable", "cheap"), 4, 9)], 5
    )
    assert whole == plain
    assert {guess.word for guess in whole} == set(SLOTS["adjective"])


def test_only_whole_words_are_guessed(model: MaskedModel) -> None:
    found = {g.word for guesses in model.guesses(gaps([TEXT]), 1000) for g in guesses}
    assert found == {"the", "a", "an", "un", "not", "no", "two", "london"}.union(*SLOTS.values())


def test_a_text_may_have_masks_of_its_own(model: MaskedModel) -> None:
    text = "[MASK] cheap man sold the [MASK] lamp near the [MASK] ."
    (found,) = model.guesses([Gap(text, text.index("lamp"), text.index("lamp") + 4)], 3)
    assert {guess.word for guess in found} <= set(SLOTS["thing"])


def test_a_long_text_is_read_around_the_mask(model: MaskedModel) -> None:
    sentence = "the cheap man sold the huge lamp near the house . "
    text = sentence * 200
    at = len(sentence) * 100 + sentence.index("lamp")
    for start in (sentence.index("lamp"), at, len(sentence) * 199 + sentence.index("lamp")):
        (found,) = model.guesses([Gap(text, start, start + 4)], 3)
        assert len(found) == 3
        assert all(0 <= guess.probability <= 1 for guess in found)


def test_in_float32_no_place_depends_on_its_company(model: MaskedModel, folder: Path) -> None:
    asked = gaps([text * (1 + i % 3) for i, text in enumerate(sentences(20))])
    together = model.guesses(asked, 20)
    assert together == [model.guesses([gap], 20)[0] for gap in asked]
    shared = MaskedModel.load(str(folder))
    assert model.exact
    assert not shared.exact
    batched = shared.guesses(asked, 20)
    for one, other in zip(together, batched, strict=True):
        near = dict(other)
        assert all(abs(near.get(g.word, 0) - g.probability) < 1e-4 for g in one)


def test_copies_say_whether_they_are_exact(
    step: dict[str, Any], folder: Path, resources: Resources, strict_resources: Resources
) -> None:
    (copy,) = outcome_of(step, TEXT, resources).copies
    (strict,) = outcome_of(step, TEXT, strict_resources).copies
    assert (copy.exact, strict.exact) == (False, True)
    weights = sha256(folder / "model.safetensors")
    assert copy.trail[0].model == f"{folder.name}@{weights[:12]}"


def test_places_are_worked_out_once_for_all_copies(
    step: dict[str, Any], resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Gap] = []
    guesses = MaskedModel.guesses

    def counted(self: MaskedModel, found: list[Gap], count: int) -> Any:
        asked.extend(found)
        return guesses(self, found, count)

    monkeypatch.setattr(MaskedModel, "guesses", counted)
    spec = parse_spec({"steps": [step], "copies": 20, "attempts": 5})
    list(build_pipeline(spec, resources).augment([Record(TEXT)]))
    assert 1 < len(asked) == len(set(asked)) <= 6


def test_what_is_no_masked_model_is_told(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ModelError, match="no folder nowhere; name the folder of a masked lang"):
        MaskedModel.load("nowhere")
    with pytest.raises(ModelError, match="hub:nobody/none has not been fetched; run: hf download"):
        MaskedModel.load("hub:nobody/none")
    other = tmp_path / "other"
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=8,
        )
    ).save_pretrained(other)  # fmt: skip
    with pytest.raises(ModelError, match="holds BertModel, no masked language model; name a check"):
        MaskedModel.load(str(other))
    bare = shutil.copytree(folder, tmp_path / "bare")
    (bare / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="cannot be loaded as a masked language model"):
        MaskedModel.load(str(bare))
    (bare / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="pickled ones are not read"):
        MaskedModel.load(str(bare))
    maskless = shutil.copytree(folder, tmp_path / "maskless")
    settings = maskless / "tokenizer_config.json"
    config = json.loads(settings.read_text())
    del config["mask_token"]
    settings.write_text(json.dumps(config))
    with pytest.raises(ModelError, match="has no mask token, which its model needs"):
        MaskedModel.load(str(maskless))
    assert locate(str(folder)) == folder


def test_a_name_of_the_hub_is_found_where_it_was_fetched(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    commit = "0123456789abcdef0123456789abcdef01234567"
    place = tmp_path / "models--somebody--tiny"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(commit)
    shutil.copytree(folder, place / "snapshots" / commit)
    assert locate("hub:somebody/tiny") == place / "snapshots" / commit
    assert MaskedModel.load("hub:somebody/tiny").name.startswith("tiny@")


def test_the_doctor_looks_for_the_model(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, code in ((str(folder), 0), ("hub:nobody/none", 1)):
        spec = tmp_path / "spec.yaml"
        spec.write_text(f"steps: [{{kind: fill_mask, model: '{name}'}}]")
        assert cli.main(["doctor", "--spec", str(spec)]) == code
        assert f"0.fill_mask: model {name}: " in capsys.readouterr().out
