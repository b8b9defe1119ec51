"""Odd inputs and several ways through real, if tiny, models: nothing is lost, all is told."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from augment.build import build_pipeline
from augment.cli import main
from augment.errors import ModelError
from augment.pipeline import Pipeline
from augment.record import Record, undo
from augment.resources import Resources
from augment.spec import parse_spec
from augment.translation.manifest import Manifest
from augment.translation.models import add
from augment.translation.settings import EngineSettings
from tests.support.tiny_marian import write_tiny_marian

ONE = EngineSettings(threads=1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with tiny models, each found by its languages."""
    cache = tmp_path_factory.mktemp("cache")
    folders = tmp_path_factory.mktemp("models")
    pairs = [("en", "de"), ("de", "en"), ("de", "fr"), ("fr", "en")]
    for seed, (source, target) in enumerate(pairs):
        folder = write_tiny_marian(folders / f"{source}{target}", seed=seed)
        add(f"{source}{target}", folder, Manifest(source, target, "MIT", "test"), cache=cache)
    return cache


def through(resources: Resources, **step: Any) -> Pipeline:
    spec = {"steps": [{"kind": "back_translation", **step}], "attempts": 3}
    return build_pipeline(parse_spec(spec), resources)


def test_added_models_are_found_by_their_languages_and_chained(tiny: Path) -> None:
    with Resources(cache=tiny, engine=ONE) as resources:
        pipeline = through(resources, pivots=["de", {"via": ["de", "fr"]}])
        outcomes = list(pipeline.augment([Record("The quick fox", id=str(i)) for i in range(20)]))
        ways = Counter(
            tuple(name.split("@")[0] for name in str(copy.trail[0].model).split())
            for outcome in outcomes
            for copy in outcome.copies
        )
        reasons = {r.reason for outcome in outcomes for _, r in outcome.missing}
        assert reasons <= {"truncated", "looping", "empty", "copied_through", "value_changed"}
        with pytest.raises(ModelError, match="fr"):
            through(resources, pivots=["fr"])
    # What tiny models say is noise; which ways were taken is not.
    assert set(ways) <= {
        ("ctranslate2:en-de", "ctranslate2:de-en"),
        ("ctranslate2:en-de", "ctranslate2:de-fr", "ctranslate2:fr-en"),
    }


def test_a_megabyte_without_a_full_stop(tiny: Path) -> None:
    with Resources(cache=tiny, engine=ONE) as resources:
        pipeline = through(resources, pivots=["de"])
        for text in ("a" * 1_000_000, "over the lazy dog " * 55_000):
            (outcome,) = pipeline.augment([Record(text)])
            assert len(outcome.copies) + len(outcome.missing) == 1
            for copy in outcome.copies:
                assert undo(copy.record.text, copy.trail) == text


def test_ten_thousand_identical_texts(tiny: Path) -> None:
    with Resources(cache=tiny, engine=ONE) as resources:
        pipeline = through(resources, pivots=["de"], beam=2, hypotheses=2)
        records = [Record("Where is my parcel?", id=str(i)) for i in range(10_000)]
        outcomes = list(pipeline.augment(records))
    assert len(outcomes) == 10_000
    assert all(len(o.copies) + len(o.missing) == 1 for o in outcomes)
    assert len({copy.record.text for o in outcomes for copy in o.copies}) <= 2


@pytest.mark.weights
def test_a_text_in_the_models_other_language_is_refused(resources: Resources) -> None:
    texts = [
        "Gostaria de saber quando é que a minha encomenda vai chegar, porque já passou uma semana.",
        "Ao que parece, o tempo vai melhorar durante o fim de semana em todo o país.",
    ]
    for outcome in through(resources).augment([Record(text, id=text) for text in texts]):
        assert [r.reason for _, r in outcome.missing] == ["copied_through"]


@pytest.mark.weights
def test_draws_are_the_same_in_any_company(strict_resources: Resources) -> None:
    pipeline = through(strict_resources, sampling={"temperature": 1.3, "top_p": 0.95})
    texts = [
        "I would like to know when the next train to the city leaves.",
        "The children were playing in the garden.",
        "Please send me the invoice again.",
    ]
    records = [Record(text, id=str(i)) for i, text in enumerate(texts)]
    together = pipeline.augment_batch(records, copies=2)
    assert [pipeline.augment_batch([record], copies=2)[0] for record in records] == together
    assert any(len({c.record.text for c in o.copies}) == 2 for o in together)
    other = pipeline.augment_batch(records, copies=2, seed=1)
    assert [o.copies for o in other] != [o.copies for o in together]


@pytest.mark.weights
def test_kept_translations_give_the_same_copies(cache: Path, tmp_path: Path) -> None:
    strict = EngineSettings(compute_type="float32", threads=1)
    records = [Record("I would like to know when the next train leaves.", id="1")]
    found = []
    for _ in range(2):
        with Resources(cache=cache, engine=strict, translations=tmp_path / "kept.db") as resources:
            pipeline = through(resources, beam=4, hypotheses=3)
            found.append(pipeline.augment_batch(records, copies=3))
            (route,) = pipeline._leaves[0].transform.routes  # type: ignore[attr-defined]
            counts = [(leg.hits, leg.misses) for leg in route.legs]
    assert found[0] == found[1]
    assert counts == [(1, 0), (1, 0)]


@pytest.mark.weights
def test_translated_copies_can_be_replayed_and_drawn_again(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUGMENT_CACHE", str(cache))
    rows = [
        "Where is my parcel? It should have come on Monday.",
        "Please write to bob@example.com and tell him that I need the keys.",
        "I would like to return these shoes, because they are too small.",
    ]
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\n" + "\n".join(f'"{row}"' for row in rows) + "\n")
    expand = ["expand", str(source), "-o", str(target), "--preset", "paraphrase", "--copies", "2"]
    assert main([*expand, "--strict", "--threads", "1"]) == 0
    assert main(["replay", str(target)]) == 0
    assert main(["replay", str(target), "--rerun", "--strict", "--threads", "1"]) == 0
    assert "bob@example.com" in target.read_text()
