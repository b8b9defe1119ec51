"""From the name of a model to its folder; nothing is fetched or trusted unasked."""

import io
from pathlib import Path

import pytest
import sentencepiece

from augment import cli
from augment.errors import ModelError
from augment.translation import models
from augment.translation.manifest import Manifest, check_files, read_manifest, weights_digest
from tests.support.tiny_marian import write_tiny_marian

Captured = pytest.CaptureFixture[str]

MANIFEST = Manifest("en", "pt", "Apache-2.0", "made for a test")


@pytest.fixture
def added(tmp_path: Path) -> Path:
    tiny = write_tiny_marian(tmp_path / "tiny")
    return models.add("tiny", tiny, MANIFEST, cache=tmp_path)


def test_an_added_model_is_found_by_name(added: Path, tmp_path: Path) -> None:
    assert models.locate("tiny", "en", "pt", cache=tmp_path) == added
    names = [model.name for model in models.known(cache=tmp_path)]
    assert names == ["embedded:en-pt", "embedded:pt-en", "tiny"]


def test_an_altered_file_is_named(added: Path, tmp_path: Path) -> None:
    (added / "vocab.json").write_text("{}")
    (added / "target.spm").unlink()
    with pytest.raises(ModelError, match=r"target.spm is missing; vocab.json is altered \(SHA-256"):
        models.locate("tiny", "en", "pt", cache=tmp_path)


def test_a_name_that_is_taken_or_no_name(added: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is a model 'tiny' already"):
        models.add("tiny", tmp_path / "tiny", MANIFEST, cache=tmp_path)
    with pytest.raises(ModelError, match="letters, digits, - and _ only, not '../x'"):
        models.add("../x", tmp_path / "tiny", MANIFEST, cache=tmp_path)


def test_a_folder_that_is_no_model_is_not_added(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="lacks config.json"):
        models.add("x", tmp_path / "empty", MANIFEST, cache=tmp_path)
    assert not (tmp_path / "models" / "added" / "x").exists()


def test_languages_that_do_not_meet(added: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'tiny' translates en-pt, but en-de is needed"):
        models.locate("tiny", "en", "de", cache=tmp_path)


def test_names_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no embedded model 'en-xx'; there are: en-pt, pt-en"):
        models.locate("embedded:en-xx", "en", "xx", cache=tmp_path)
    with pytest.raises(ModelError, match="neither a folder nor a model added"):
        models.locate("nothing-like-that", "en", "pt", cache=tmp_path)


def test_a_leg_finds_its_model_by_languages(tmp_path: Path) -> None:
    assert models.name_for("en", "pt", cache=tmp_path) == "embedded:en-pt"
    tiny = write_tiny_marian(tmp_path / "tiny")
    with pytest.raises(ModelError, match=r"no model translates en-fi \(there are: embedded:en-pt"):
        models.name_for("en", "fi", cache=tmp_path)
    models.add("one", tiny, Manifest("en", "fi", "MIT", ""), cache=tmp_path)
    models.add("back", tiny, Manifest("fi", "en", "MIT", ""), cache=tmp_path)
    assert models.name_for("en", "fi", cache=tmp_path) == "one"
    models.add("two", tiny, Manifest("en", "fi", "MIT", ""), cache=tmp_path)
    with pytest.raises(ModelError, match="2 models translate en-fi: one, two; name a model for"):
        models.name_for("en", "fi", cache=tmp_path)
    with pytest.raises(
        ModelError, match=r"back \(fi-en\), one \(en-fi\).*add NAME FOLDER --source f"
    ):
        models.name_for("fi", "sv", cache=tmp_path)


def test_a_tokenizer_of_another_model_is_not_added(tmp_path: Path) -> None:
    tiny = write_tiny_marian(tmp_path / "tiny")
    words = (f"{one}{two}{end}" for one in "bdfgh" for two in "aeiou" for end in "klmnp")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=words, model_writer=model, vocab_size=60, hard_vocab_limit=False,
        bos_id=-1, minloglevel=2,
    )  # fmt: skip
    (tiny / "source.spm").write_bytes(model.getvalue())
    with pytest.raises(ModelError, match=r"[0-9]+ of [0-9]+ pieces of source.spm are not in vocab"):
        models.add("x", tiny, MANIFEST, cache=tmp_path)
    (tiny / "source.spm").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="source.spm is no SentencePiece model"):
        models.add("x", tiny, MANIFEST, cache=tmp_path)
    assert not (tmp_path / "models" / "added" / "x").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocab.json", '{"a": 0, "b": 1}', "vocab.json numbers 2 pieces, config.json says vocab_s"),
        ("vocab.json", '{"a": 100000}', "vocab.json numbers 100,001 pieces"),
        ("vocab.json", "{}", "vocab.json is no JSON object that gives each piece its number"),
        ("vocab.json", '{"a": true}', "cannot be loaded as a MarianMT model: vocab.json is no"),
        ("vocab.json", '{"a"', "cannot be loaded as a MarianMT model: vocab.json is no"),
        ("config.json", "[]", "config.json is not a JSON object: it is a list"),
        ("config.json", '{"model_type": "marian"}', "config.json says vocab_size None"),
    ],
)
def test_files_that_do_not_belong_together(
    name: str, content: str, message: str, tmp_path: Path
) -> None:
    tiny = write_tiny_marian(tmp_path / "tiny")
    (tiny / name).write_text(content)
    with pytest.raises(ModelError, match=message):
        models.add("x", tiny, MANIFEST, cache=tmp_path)


def test_a_shortlist_is_added_with_its_model(tmp_path: Path) -> None:
    tiny = write_tiny_marian(tmp_path / "tiny")
    (tiny / "lex.s2t.bin").write_bytes(b"table")
    place = models.add("x", tiny, MANIFEST, cache=tmp_path)
    assert (place / "lex.s2t.bin").read_bytes() == b"table"


def test_a_model_is_removed_with_what_was_made_of_it(added: Path, tmp_path: Path) -> None:
    digest = weights_digest(added)
    made = tmp_path / "models" / "converted" / f"{digest[:12]}-int8-abc"
    other = tmp_path / "models" / "converted" / "000000000000-int8-abc"
    for folder in (made, other):
        folder.mkdir(parents=True)
        (folder / "model.bin").write_bytes(b"x")
    models.add("twin", tmp_path / "tiny", MANIFEST, cache=tmp_path)
    assert models.remove("tiny", cache=tmp_path) == added
    assert not added.exists()
    assert made.is_dir()  # the twin has the same weights
    models.remove("twin", cache=tmp_path)
    assert not made.exists()
    assert other.is_dir()
    assert [path.name for path in added.parent.iterdir()] == [".lock"]
    with pytest.raises(ModelError, match="no model 'tiny' was added; added are: none"):
        models.remove("tiny", cache=tmp_path)


def test_a_damaged_model_can_be_removed(added: Path, tmp_path: Path) -> None:
    (added / "augment-model.json").write_text("{")
    models.remove("tiny", cache=tmp_path)
    assert not added.exists()


def test_what_cannot_be_removed(added: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"made anew when it is needed; .* delete the folder .*en-pt"
    ):
        models.remove("embedded:en-pt", cache=tmp_path)
    with pytest.raises(ModelError, match="no embedded model 'en-xx'"):
        models.remove("embedded:en-xx", cache=tmp_path)
    with pytest.raises(ModelError, match="letters, digits, - and _ only, not '../tiny'"):
        models.remove("../tiny", cache=tmp_path)
    with pytest.raises(ModelError, match="no model 'other' was added; added are: tiny"):
        models.remove("other", cache=tmp_path)


def test_the_command_removes_several(
    added: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("AUGMENT_CACHE", str(tmp_path))
    models.add("twin", tmp_path / "tiny", MANIFEST, cache=tmp_path)
    assert cli.main(["models", "remove", "tiny", "twin"]) == 0
    assert f"removed tiny from {added}" in capsys.readouterr().out
    assert cli.main(["models", "remove", "tiny"]) == 1
    assert "no model 'tiny' was added" in capsys.readouterr().err


def test_looking_prepares_and_fetches_nothing(added: Path, tmp_path: Path) -> None:
    assert models.present("embedded:en-pt", "en", "pt", cache=tmp_path) is None
    assert models.present("hub:nobody/no-model", "en", "pt", cache=tmp_path) is None
    assert models.present("tiny", "en", "pt", cache=tmp_path) == added
    assert not (tmp_path / "models" / "embedded").exists()
    with pytest.raises(ModelError, match="'tiny' translates en-pt, but en-de is needed"):
        models.present("tiny", "en", "de", cache=tmp_path)


def test_a_damaged_manifest_is_told(added: Path) -> None:
    (added / "augment-model.json").write_text("{")
    with pytest.raises(ModelError, match=r"augment-model.json is damaged"):
        read_manifest(added)


def test_the_manifest_holds_every_file(added: Path) -> None:
    manifest = read_manifest(added)
    assert manifest is not None
    assert set(manifest.files) >= {"model.safetensors", "source.spm", "target.spm", "vocab.json"}
    check_files(added, manifest)


def test_the_hub_is_asked_only_by_name_and_its_silence_is_told(tmp_path: Path) -> None:
    # The tests run offline: the answer is an error that names the model, not a wait or a traceback.
    with pytest.raises(ModelError, match="cannot fetch 'nobody/no-model' from the model hub"):
        models.locate("hub:nobody/no-model", "en", "de", cache=tmp_path)
