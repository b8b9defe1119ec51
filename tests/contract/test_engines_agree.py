"""Both engines on the same model: the same translations in float32, and nearly so in int8."""

import csv
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest
import torch
from sacrebleu import corpus_chrf, sentence_chrf

from augment.translation import Decoding, Translator
from augment.translation.ctranslate import CTranslateTranslator
from augment.translation.embedded import prepare
from augment.translation.marian import MarianTranslator
from augment.translation.sentences import sentence_offsets
from augment.translation.settings import EngineSettings

SENTENCES = 1_000
# chrF of int8 against float32, greedy, over all sentences; and of a static shortlist in float32.
INT8_CHRF = 92
STATIC_CHRF = 92

pytestmark = [pytest.mark.weights, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def folder(cache: Path) -> Path:
    return prepare("en-pt", cache)


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """Different sentences of the sample set, the same at every run."""
    found: dict[str, None] = {}
    for name in ("train", "dev", "test"):
        file = files("augment.samples") / "support" / f"{name}.csv"
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines(keepends=True)):
            text = row["text"]
            found.update((text[a:b], None) for a, b in sentence_offsets(text))
    return list(found)[:SENTENCES]


def strict(compute_type: str = "float32") -> EngineSettings:
    return EngineSettings(compute_type=compute_type, threads=1)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def reference(folder: Path) -> MarianTranslator:
    return MarianTranslator.load(folder, "en", "pt", strict())


@pytest.fixture(scope="module")
def expected(reference: MarianTranslator, sentences: Sequence[str]) -> list[str]:
    return greedy(reference, sentences)


def greedy(translator: Translator, texts: Sequence[str]) -> list[str]:
    return [found.text for (found,) in translator.translate(texts)]


def test_greedy_outputs_are_equal_in_float32(
    folder: Path, cache: Path, sentences: list[str], reference: MarianTranslator,
    expected: list[str],
) -> None:  # fmt: skip
    ours = greedy(CTranslateTranslator.load(folder, "en", "pt", strict(), cache=cache), sentences)
    differ = [i for i, (a, b) in enumerate(zip(ours, expected, strict=True)) if a != b]
    assert len(differ) <= len(sentences) / 100
    for i in differ:
        one, other = (score(reference, sentences[i], output[i]) for output in (ours, expected))
        assert one == pytest.approx(other, abs=1e-3)


def test_hypotheses_of_a_beam_are_the_same(
    folder: Path, cache: Path, sentences: list[str], reference: MarianTranslator
) -> None:
    ours = CTranslateTranslator.load(folder, "en", "pt", strict(), cache=cache)
    decoding = Decoding(beam=4, hypotheses=2)
    texts = sentences[:100]
    best = [
        [found[0] for found in translator.translate(texts, decoding)]
        for translator in (ours, reference)
    ]
    equal = [a.text == b.text for a, b in zip(*best, strict=True)]
    assert sum(equal) >= 90
    for one, other, same in zip(*best, equal, strict=True):
        if same:
            assert one.score == pytest.approx(other.score, abs=2e-2)


def test_int8_stays_near(
    folder: Path, cache: Path, sentences: list[str], expected: list[str]
) -> None:
    near = CTranslateTranslator.load(folder, "en", "pt", strict("int8"), cache=cache)
    assert corpus_chrf(greedy(near, sentences), [expected]).score >= INT8_CHRF


def test_a_static_shortlist_stays_near_and_exact(
    folder: Path, cache: Path, sentences: list[str], expected: list[str]
) -> None:
    short = CTranslateTranslator.load(
        folder, "en", "pt", strict(), cache=cache, shortlist="static", shortlist_size=20_000
    )
    found = greedy(short, sentences)
    assert corpus_chrf(found, [expected]).score >= STATIC_CHRF
    assert short.exact
    assert greedy(short, sentences[:20]) == found[:20]


def test_a_lexical_shortlist_stays_near_but_is_not_exact(
    folder: Path, cache: Path, sentences: list[str], expected: list[str]
) -> None:
    short = CTranslateTranslator.load(
        folder, "en", "pt", strict(), cache=cache, shortlist="lexical"
    )
    assert not short.exact
    likeness = [
        sentence_chrf(a, [b]).score
        for a, b in zip(greedy(short, sentences[:300]), expected, strict=False)
    ]
    assert sum(likeness) / len(likeness) >= STATIC_CHRF


@torch.inference_mode()
def score(reference: MarianTranslator, source: str, output: str) -> float:
    """Mean log-probability that the model gives to an output."""
    model, tokenizer = reference._model, reference._tokenizer
    given = tokenizer(source, return_tensors="pt")
    labels = tokenizer(text_target=output, return_tensors="pt").input_ids
    return -float(model(**given, labels=labels).loss)
