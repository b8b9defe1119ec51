"""From the name of a model to its folder; nothing is fetched or trusted unasked."""

from pathlib import Path

import pytest

from augment.errors import ModelError
from augment.translation import models
from augment.translation.manifest import Manifest, check_files, read_manifest
from tests.support.tiny_marian import write_tiny_marian

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
    with pytest.raises(ModelError, match="no embedded model from 'en' to 'fi'"):
        models.embedded_name("en", "fi")


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
