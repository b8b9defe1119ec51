"""Damaged and missing data files are told apart, by name, with the remedy."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from augment.errors import ResourceError
from augment.lexicons import store
from augment.lexicons.articles import Articles
from augment.lexicons.tagger import Tagger
from augment.lexicons.thesaurus import Thesaurus
from augment.lexicons.wordnet import WordNet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(str(store.shipped()), copy)
    return copy


def test_a_missing_file_is_named_with_the_remedy(folder: Path) -> None:
    (folder / "wordnet.txt.gz").unlink()
    with pytest.raises(ResourceError, match=r"wordnet\.txt\.gz cannot be read.*reinstall"):
        WordNet.load(folder)


@pytest.mark.parametrize(
    ("name", "load"),
    [
        ("wordnet.txt.gz", WordNet.load),
        ("tagger.txt.gz", Tagger.load),
        ("tagger_weights.bin.gz", Tagger.load),
        ("contractions.txt", Tagger.load),
        ("inflections.txt.gz", Thesaurus.load),
        ("offensive.txt", Thesaurus.load),
        ("negations.txt", Thesaurus.load),
        ("articles.txt", Articles.load),
    ],
)
def test_an_altered_file_is_refused(
    folder: Path, name: str, load: Callable[[Path], object]
) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ResourceError, match=rf"{name} is not the file that MANIFEST\.json lists"):
        load(folder)


def test_a_file_that_the_manifest_does_not_list_is_refused(folder: Path) -> None:
    (folder / "extra.txt").write_text("word\n", encoding="utf-8")
    with pytest.raises(ResourceError, match="is not the file"):
        store.text("extra.txt", folder)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"files": []}', '{"files": {"a": {}}}'])
def test_a_manifest_that_is_none_is_refused(folder: Path, manifest: str) -> None:
    (folder / "MANIFEST.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(ResourceError, match="is not a manifest"):
        store.text("negations.txt", folder)


def test_the_manifest_lists_every_file_and_the_sources() -> None:
    folder = Path(str(store.shipped()))
    manifest = json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))
    shipped = {path.name for path in folder.iterdir() if path.suffix in {".gz", ".txt"}}
    assert set(manifest["files"]) == shipped
    assert len(manifest["sources"]) == 15
    assert sum(entry["bytes"] for entry in manifest["files"].values()) < 5_000_000
