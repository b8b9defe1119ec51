"""A tiny real masked language model that has learned sentences of one pattern."""

from functools import cache
from itertools import chain, islice
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from augment.randomness import Stream, stream

SLOTS = {
    "person": ("man", "woman", "teacher", "doctor"),
    "adjective": ("huge", "tiny", "heavy", "cheap", "expensive"),
    "verb": ("bought", "sold", "painted", "cleaned", "carried"),
    "thing": ("car", "table", "boat", "umbrella", "apple", "lamp"),
    "place": ("garden", "house", "street", "kitchen"),
    "relation": ("in", "near", "behind"),
}
_SENTENCES = (
    "the {adjective} {person} {verb} the {adjective} {thing} {relation} the {place} .",
    "{adjective} {person} {verb} a {thing} {relation} the {place} .",
)
_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# Pieces of words: what begins with ## is no word, and "unbelievable" has several.
_PIECES = ("##s", "##ly", "un", "##believ", "##able", ".", ",", "!", "not", "no", "two", "london")
_STEPS = 400


def write_tiny_bert(folder: Path) -> Path:
    """Write the checkpoint; it is trained at the first call (a few seconds)."""
    model, tokenizer = _trained()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer() -> PreTrainedTokenizerFast:
    words = (*_MARKS, "the", "a", "an", *chain(*SLOTS.values()), *_PIECES)
    known = {word: i for i, word in enumerate(dict.fromkeys(words))}
    found = Tokenizer(WordPiece(known, unk_token="[UNK]"))
    found.normalizer = Lowercase()
    found.pre_tokenizer = BertPreTokenizer()
    ends = [(mark, known[mark]) for mark in ("[CLS]", "[SEP]")]
    found.post_processor = TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A $B [SEP]", ends)
    return PreTrainedTokenizerFast(
        tokenizer_object=found, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]", model_max_length=48,
    )  # fmt: skip


def _sentence(draw: Stream) -> str:
    text = draw.choice(_SENTENCES)
    for slot, words in SLOTS.items():
        while f"{{{slot}}}" in text:
            text = text.replace(f"{{{slot}}}", draw.choice(words), 1)
    return text


@cache
def _trained() -> tuple[BertForMaskedLM, PreTrainedTokenizerFast]:
    tokenizer = _tokenizer()
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=48, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, pad_token_id=0,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BertForMaskedLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    draw = stream(0, "tiny bert")
    for _ in range(_STEPS):
        texts = [_sentence(draw) for _ in range(32)]
        batch = tokenizer(texts, padding=True, return_tensors="pt")
        labels = batch["input_ids"]
        hidden = torch.tensor([[draw.chance(0.2) for _ in row] for row in labels])
        ids = labels.masked_fill(hidden, tokenizer.mask_token_id)
        asked = labels.masked_fill(~hidden | (batch["attention_mask"] == 0), -100)
        loss = model(input_ids=ids, attention_mask=batch["attention_mask"], labels=asked).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval(), tokenizer


def sentences(count: int) -> list[str]:
    """Sentences of the kind that it knows, with a capital and a point."""
    draw = stream(1, "sentences")
    made = (_sentence(draw).capitalize().replace(" .", ".") for _ in iter(int, 1))
    return list(islice(made, count))
