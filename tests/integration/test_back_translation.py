"""Back-translation with the embedded pair: real models, real sentences."""

import json
from pathlib import Path

import pytest

from augment.build import build_pipeline
from augment.edits import Span
from augment.errors import ModelError
from augment.lexicons.values import values
from augment.pipeline import Pipeline
from augment.record import Record, undo
from augment.resources import Resources
from augment.spec import parse_spec
from augment.translation import models
from augment.translation.embedded import prepare
from tests.support.tiny_marian import write_tiny_marian

pytestmark = pytest.mark.weights

TEXTS = (
    "Can someone from your team call me back tomorrow morning?",
    "I would like to know why my parcel has not been delivered.\n\n  It was sent on Monday.",
    "The children were playing in the garden while their parents cooked dinner.",
)


@pytest.fixture(scope="module")
def pipeline(strict_resources: Resources) -> Pipeline:
    step = {"kind": "back_translation", "beam": 4, "hypotheses": 2}
    return build_pipeline(parse_spec({"steps": [step], "attempts": 2}), strict_resources)


def test_sentences_come_back_reworded_and_their_gaps_stay(pipeline: Pipeline) -> None:
    for outcome in pipeline.augment([Record(text, id=text) for text in TEXTS]):
        (copy,) = outcome.copies
        assert undo(copy.record.text, copy.trail) == outcome.record.text
        assert copy.exact
        assert copy.trail[0].model is not None
        assert copy.trail[0].model.startswith("ctranslate2:en-pt@")
        assert ("\n\n  " in outcome.record.text) == ("\n\n  " in copy.record.text)


def test_order_and_batch_change_nothing(pipeline: Pipeline) -> None:
    records = [Record(text, id=text) for text in TEXTS]
    together = pipeline.augment_batch(records)
    assert [next(pipeline.augment([record])) for record in records] == together
    assert pipeline.augment_batch(records[::-1])[::-1] == together


def test_values_and_verbatim_stretches_survive_or_the_copy_is_refused(pipeline: Pipeline) -> None:
    texts = [
        "I paid $49.99 for order #48213 on 12 March and it is not here.",
        "Write to bob@example.com or see https://example.com/help?id=7 for more.",
        "Hello {name}, your code is `X-42` and you owe 1,250 dollars.",
        "She didn't call me three times.",
    ]
    made = 0
    for outcome in pipeline.augment([Record(text, id=text) for text in texts]):
        for copy in outcome.copies:
            made += 1
            assert values(copy.record.text) == values(outcome.record.text)
            for stretch in (
                "bob@example.com",
                "https://example.com/help?id=7",
                "{name}",
                "`X-42`",
                "#48213",
            ):
                assert (stretch in copy.record.text) == (stretch in outcome.record.text)
        for _, refusal in outcome.missing:
            assert refusal.reason in {"protected_lost", "value_changed", "unchanged", "exhausted"}
    assert made >= 3


def test_a_labelled_span_is_found_again_or_the_copy_is_refused(pipeline: Pipeline) -> None:
    text = "Please book a table in Lisbon for my colleagues and me."
    start = text.index("Lisbon")
    (outcome,) = pipeline.augment_batch([Record(text, spans=(Span(start, start + 6, "city"),))])
    for copy in outcome.copies:
        (span,) = copy.record.spans
        assert copy.record.text[span.start : span.end] == "Lisbon"
        assert span.label == "city"


def test_emoji_and_strange_names_stay_and_other_languages_are_refused(pipeline: Pipeline) -> None:
    texts = [
        "Łukasz, could you please send me the invoice again? 👍🏽",
        "Я не получил свой заказ, где он?",
    ]
    named, foreign = pipeline.augment_batch([Record(text, id=text) for text in texts])
    assert named.copies[0].record.text.startswith("Łukasz")
    assert named.copies[0].record.text.endswith("👍🏽")
    assert foreign.missing[0][1].reason == "unknown_characters"


def test_nothing_to_translate_is_told(pipeline: Pipeline) -> None:
    for outcome in pipeline.augment([Record(t, id=t) for t in ("", " \n", "12 + 30 = 42", "😀👍")]):
        assert outcome.missing[0][1].reason == "nothing_to_translate"


def test_a_long_text_is_translated_to_its_end(pipeline: Pipeline) -> None:
    text = " ".join(f"The door of room {i} was left open by the guests." for i in range(30))
    (outcome,) = pipeline.augment_batch([Record(text)])
    for copy in outcome.copies:
        assert values(copy.record.text) == values(text)
        assert "29" in copy.record.text


def test_the_checkpoint_is_made_once_and_checked(cache: Path, resources: Resources) -> None:
    folder = prepare("en-pt", cache)
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert prepare("en-pt", cache) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    assert json.loads((folder / "config.json").read_text())["model_type"] == "marian"


def test_an_altered_checkpoint_is_refused(tmp_path: Path) -> None:
    folder = prepare("en-pt", tmp_path)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(10_000)
        file.write(b"altered")
    with pytest.raises(ModelError, match="model.safetensors is altered"):
        models.locate("embedded:en-pt", "en", "pt", cache=tmp_path)


@pytest.fixture
def tiny_pair(tmp_path: Path) -> tuple[Path, Path]:
    forth, back = tmp_path / "forth", tmp_path / "back"
    return write_tiny_marian(forth, endless=True), write_tiny_marian(back)


def test_a_users_own_models_are_taken_from_their_folders(
    tiny_pair: tuple[Path, Path], resources: Resources
) -> None:
    forward, backward = map(str, tiny_pair)
    route = {"via": ["de"], "models": [forward, backward]}
    step = {"kind": "back_translation", "pivots": [route]}
    pipeline = build_pipeline(parse_spec({"steps": [step], "attempts": 1}), resources)
    (outcome,) = pipeline.augment_batch([Record("Where is my parcel?")])
    assert [refusal.reason for _, refusal in outcome.missing] == ["truncated"]
