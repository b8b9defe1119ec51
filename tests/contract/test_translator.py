"""What every translation engine keeps to, on the embedded model and tiny ones."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest

from augment.errors import ModelError
from augment.translation import Decoding, Translator
from augment.translation.embedded import prepare
from augment.translation.engines import load_translator
from augment.translation.manifest import weights_digest
from augment.translation.marian import MarianTranslator
from augment.translation.settings import EngineSettings
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


Load = Callable[[Path], Translator]


@pytest.fixture(scope="module", params=["transformers", "ctranslate2"])
def load(request: pytest.FixtureRequest, cache: Path) -> Load:
    """Reads a folder with one of the engines, in float32."""
    settings = EngineSettings(engine=request.param, compute_type="float32", threads=1)
    return lambda folder: load_translator(folder, "en", "pt", settings, cache=cache)


@pytest.fixture(scope="module")
def translator(load: Load, folder: Path) -> Translator:
    return load(folder)


def test_order_and_company_change_nothing(translator: Translator) -> None:
    together = translator.translate(TEXTS)
    assert together[0][0].text == "Onde está a minha encomenda?"
    assert together[3] == together[0]
    assert translator.translate(TEXTS[::-1])[::-1] == together
    assert [translator.translate([text])[0] for text in TEXTS] == together


def test_the_time_for_cutting_into_pieces_is_told(translator: Translator) -> None:
    before = translator.tokenizing_seconds
    translator.translate(["What time is it?"])
    assert translator.tokenizing_seconds > before


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


def test_an_output_without_an_end_is_told(load: Load, tmp_path: Path) -> None:
    endless = load(write_tiny_marian(tmp_path / "m", endless=True))
    read = [found for (found,) in endless.translate(TEXTS) if not found.unknown]
    assert read
    assert all(found.truncated for found in read)


def test_what_it_cannot_read_is_told_not_left_out(translator: Translator) -> None:
    (found,), (other,) = translator.translate(["Thanks 🎉 мир", "No."], Decoding(2))
    assert found.unknown == "🎉мир"
    assert found.text == ""
    assert other == translator.translate(["No."], Decoding(2))[0][0]


@pytest.mark.parametrize("text", ["\ud83d", "Half a pair \udc00 here"])
def test_half_a_surrogate_pair_is_told(translator: Translator, text: str) -> None:
    half = next(c for c in text if c in "\ud83d\udc00")
    (found,), (other,) = translator.translate([text, "No."])
    assert found.unknown == half
    assert other == translator.translate(["No."])[0][0]


def test_it_names_itself_and_all_that_an_output_depends_on(
    translator: Translator, folder: Path
) -> None:
    digest = weights_digest(folder)
    engine, direction, precision = translator.name.split(":")
    assert engine in ("transformers", "ctranslate2")
    assert direction == f"en-pt@{digest[:12]}"
    assert precision
    assert translator.identity.startswith(translator.name)
    assert digest in translator.identity
    assert version(engine) in translator.identity


def test_the_length_penalty_reaches_the_search(translator: Translator) -> None:
    plain, short, long = (
        translator.translate(TEXTS, Decoding(3, 1, length_penalty=penalty))
        for penalty in (1.0, 0.0, 5.0)
    )
    lengths = [sum(len(found.text) for (found,) in each) for each in (short, plain, long)]
    assert lengths == sorted(lengths)
    assert short != long


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
def test_a_damaged_folder_is_refused_by_name(
    load: Load, harm: object, message: str, tmp_path: Path
) -> None:
    broken = write_tiny_marian(tmp_path / "broken")
    harm(broken)  # type: ignore[operator]
    with pytest.raises(ModelError, match=message) as caught:
        load(broken)
    assert "broken" in str(caught.value)


def test_a_folder_that_is_none(load: Load, tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match="is not a folder; a MarianMT model is a folder with config.json"
    ):
        load(tmp_path / "no")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (EngineSettings(device="cuda"), "device is 'cuda', but .* set device to 'cpu' or 'auto'"),
        (EngineSettings(batch_tokens=63), "batch_tokens is 63, .* up to 64 pieces"),
        (EngineSettings(compute_type="int8"), "computes in float32, not in int8"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    settings: EngineSettings, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ModelError, match=message):
        MarianTranslator.load(write_tiny_marian(tmp_path / "m"), "en", "pt", settings)


def test_scores_are_means_whatever_the_penalty(tmp_path: Path) -> None:
    tiny = MarianTranslator.load(write_tiny_marian(tmp_path / "m", endless=True), "en", "pt")
    # Endless outputs are all of the same length, so that the penalty cannot choose among them.
    one, other = (
        tiny.translate(["Where is my parcel?"], Decoding(2, length_penalty=penalty))[0][0]
        for penalty in (1.0, 2.0)
    )
    assert one.text == other.text
    assert other.score == pytest.approx(one.score)


def test_other_files_make_another_identity(load: Load, tmp_path: Path) -> None:
    folder = write_tiny_marian(tmp_path / "m")
    before = load(folder).identity
    settings = folder / "tokenizer_config.json"
    settings.write_text(settings.read_text().replace("64", "63"))
    assert load(folder).identity != before
