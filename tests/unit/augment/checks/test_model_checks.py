"""Checks by a model of the user: tiny real ones, made here."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

from augment.checks.base import Case, Verdict
from augment.checks.fluency import FluencyCheck
from augment.checks.label_model import LabelModelCheck
from augment.checks.language_model import LanguageModel
from augment.errors import ModelError
from augment.record import Copy, Record
from augment.resources import Resources
from augment.spec import Fluency, LabelModel

WORDS = ["[PAD]", "[UNK]", "[MASK]", "my", "card", "is", "lost", "money", "send"]
BERT = {
    "vocab_size": len(WORDS),
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 16,
}


def write(folder: Path, model: torch.nn.Module) -> Path:
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    model.save_pretrained(folder)  # type: ignore[operator]
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]"
    ).save_pretrained(folder)
    return folder


def case(new: str, *, label: str | None = "card", text: str = "my card is lost") -> Case:
    return Case(Record(text, label=label), Copy(Record(new, label=label), 1, ()))


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Says "money" where the text begins with it, by its bias "card" elsewhere."""
    torch.manual_seed(0)
    config = BertConfig(**BERT, id2label={0: "card", 1: "money"}, num_labels=2)
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([1.0, -1.0]))
    return write(tmp_path_factory.mktemp("classifier"), model)


def test_a_label_that_the_model_gives_too_seldom_drops_the_copy(
    classifier: Path, resources: Resources
) -> None:
    check = LabelModelCheck(LabelModel(model=classifier), resources.classifier(classifier))
    kept, dropped, unknown, plain = check.judge(
        [
            case("my card is lost money"),
            case("send my card", label="money"),
            case("my card", label="other"),
            case("my card", label=None),
        ]
    )
    assert kept.refusal is None
    assert kept.score == pytest.approx(0.881, abs=1e-3)
    assert dropped.refusal is not None
    assert dropped.refusal.detail == "reads as 'card' (0.88), its label is 'money' (0.12)"
    assert unknown.refusal is not None
    assert "does not know the label 'other' (card, money)" in unknown.refusal.detail
    assert plain == Verdict()


@pytest.fixture(scope="module", params=["causal", "masked"])
def language_model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    torch.manual_seed(1)
    model: torch.nn.Module
    if request.param == "masked":
        model = BertForMaskedLM(BertConfig(**BERT))
    else:
        model = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=len(WORDS), n_embd=8, n_layer=1, n_head=2, n_positions=16,
                bos_token_id=None, eos_token_id=None,
            )
        )  # fmt: skip
    found = LanguageModel.load(write(tmp_path_factory.mktemp(request.param), model))
    assert found.masked == (request.param == "masked")
    return found


def test_log_probabilities_are_means_over_pieces(language_model: LanguageModel) -> None:
    texts = ["my card is lost", "money", "", "my card is lost " * 20]
    together = language_model.mean_log_probabilities(texts)
    alone = [language_model.mean_log_probabilities([text])[0] for text in texts]
    assert together == pytest.approx(alone, abs=1e-5)
    assert together[2] == 0.0
    assert -4 < together[0] < 0


def test_a_copy_less_likely_than_its_original_is_dropped(language_model: LanguageModel) -> None:
    texts = ["my card is lost", "lost is send send money"]
    before, after = language_model.mean_log_probabilities(texts)
    gain = after - before
    check = FluencyCheck(Fluency(model=Path("x"), drop=max(0.0, -gain) + 0.1), language_model)
    assert check.judge([case(texts[1])])[0].refusal is None
    less, more = sorted(texts, key=dict(zip(texts, (before, after), strict=True)).__getitem__)
    strict = FluencyCheck(Fluency(model=Path("x"), drop=abs(gain) / 2), language_model)
    dropped = strict.judge([case(less, text=more)])[0].refusal
    assert dropped is not None
    assert dropped.reason == "fluency"
    assert dropped.score == pytest.approx(-abs(gain), abs=1e-5)


def test_folders_that_hold_something_else_are_told(
    tmp_path: Path, classifier: Path, resources: Resources
) -> None:
    with pytest.raises(ModelError, match="neither a causal nor a masked language model"):
        resources.language_model(classifier)
    with pytest.raises(ModelError, match="holds no language model: there is no config.json"):
        resources.language_model(tmp_path)
    bare = write(tmp_path / "bare", BertModel(BertConfig(**BERT)))
    with pytest.raises(ModelError, match="holds BertModel, no sequence classifier"):
        resources.classifier(bare)
    (bare / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError):
        LanguageModel.load(bare)
    (bare / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="pickled ones are not read"):
        resources.classifier(bare)
