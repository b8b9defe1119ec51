"""What every translation engine keeps to, on the embedded model and tiny ones."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from augment.errors import ModelError
from augment.translation import Decoding, Translator
from augment.translation.embedded import prepare
from augment.translation.marian import MarianTranslator
from tests.support.tiny_marian import write_tiny_marian

TEXTS = [
    "Where is my parcel?",
    "The quick brown fox jumps over the lazy dog.",
    "No.",
    "Where is my parcel?",
    "I would like to know when the next train to the city leaves, because mine was cancelled.",
]

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def folder(cache: Path) -> Path:
    return prepare("en-pt", cache)


@pytest.fixture(scope="module", params=[MarianTranslator], ids=["transformers"])
def translator(request: pytest.FixtureRequest, folder: Path) -> Translator:
    loaded: Translator = request.param.load(folder, "en", "pt")
    return loaded


def test_order_and_company_change_nothing(translator: Translator) -> None:
    together = translator.translate(TEXTS)
    assert together[0][0].text == "Onde está a minha encomenda?"
    assert together[3] == together[0]
    assert translator.translate(TEXTS[::-1])[::-1] == together
    assert [translator.translate([text])[0] for text in TEXTS] == together


def test_hypotheses_come_best_first_and_as_many_as_asked(translator: Translator) -> None:
    for found in translator.translate(TEXTS, Decoding(beam=4, hypotheses=3)):
        assert len(found) == 3
        scores = [hypothesis.score for hypothesis in found]
        assert None not in scores
        assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]


def test_a_text_too_long_for_the_model_is_told_not_cut(translator: Translator) -> None:
    (found,), (other,) = translator.translate(["the lazy dog " * 200, "No."])
    assert found.truncated
    assert found.text == ""
    assert other == translator.translate(["No."])[0][0]


def test_an_output_without_an_end_is_told(translator: Translator, tmp_path: Path) -> None:
    endless = type(translator).load(write_tiny_marian(tmp_path / "m", endless=True), "en", "pt")  # type: ignore[attr-defined]
    read = [found for (found,) in endless.translate(TEXTS) if not found.unknown]
    assert read
    assert all(found.truncated for found in read)


def test_what_it_cannot_read_is_told_not_left_out(translator: Translator) -> None:
    (found,), (other,) = translator.translate(["Thanks 🎉 мир", "No."], Decoding(2))
    assert found.unknown == "🎉мир"
    assert found.text == ""
    assert other == translator.translate(["No."], Decoding(2))[0][0]


def test_nothing_to_translate(translator: Translator) -> None:
    assert translator.translate([]) == []


def test_threads_give_the_serial_answer(translator: Translator) -> None:
    serial = [translator.translate([text]) for text in TEXTS * 2]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: translator.translate([text]), TEXTS * 2)) == serial


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda f: (f / "source.spm").unlink(), "lacks source.spm"),
        (
            lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"),
            "convert pytorch_model.bin",
        ),
        (
            lambda f: (f / "config.json").write_text('{"model_type": "bert"}'),
            "type 'bert', expected 'marian'",
        ),
        (lambda f: (f / "config.json").write_text("{"), "is not a JSON object"),
        (
            lambda f: (f / "model.safetensors").write_bytes(b"\0" * 100),
            "cannot be loaded as a MarianMT model",
        ),
        (lambda f: (f / "vocab.json").write_text("[]"), "cannot be loaded as a MarianMT model"),
    ],
)
def test_a_damaged_folder_is_refused_by_name(harm: object, message: str, tmp_path: Path) -> None:
    broken = write_tiny_marian(tmp_path / "broken")
    harm(broken)  # type: ignore[operator]
    with pytest.raises(ModelError, match=message) as caught:
        MarianTranslator.load(broken, "en", "pt")
    assert "broken" in str(caught.value)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match="is not a folder; a MarianMT model is a folder with config.json"
    ):
        MarianTranslator.load(tmp_path / "no", "en", "pt")
