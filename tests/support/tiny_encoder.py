"""A tiny real BERT encoder with a vocabulary of whole words, and labelled texts it can learn."""

from pathlib import Path

import torch
from transformers import BertConfig, BertForMaskedLM, BertTokenizer

from augment.randomness import stream
from regularize.data import Example, Split

TOPICS = {
    "delivery": ("parcel", "late", "box", "courier"),
    "billing": ("invoice", "charged", "bill", "refund"),
    "account": ("password", "login", "account", "reset"),
}
_FILLERS = ("the", "my", "is", "a", "was", "please", "help", "with")
_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def write_tiny_encoder(
    folder: Path, *, layers: int = 2, dropout: float = 0.1, seed: int = 0
) -> Path:
    """Write an encoder with random weights that `from_pretrained` reads like any other."""
    folder.mkdir(parents=True)
    pieces = [*_MARKS, *(word for words in TOPICS.values() for word in words), *_FILLERS]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n")
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=24)
    tokenizer.save_pretrained(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BertForMaskedLM(
            BertConfig(
                vocab_size=len(pieces),
                hidden_size=16,
                num_hidden_layers=layers,
                num_attention_heads=2,
                intermediate_size=32,
                max_position_embeddings=24,
                hidden_dropout_prob=dropout,
                attention_probs_dropout_prob=dropout,
            )
        )
    model.bert.save_pretrained(folder)
    return folder


def tiny_examples(count: int, *, part: str = "train", seed: int = 0) -> tuple[Example, ...]:
    """Texts of five to nine words; what they are about tells the label."""
    found = []
    for number in range(count):
        label = list(TOPICS)[number % len(TOPICS)]
        draw = stream(seed, part, number)
        words = [draw.choice(TOPICS[label]) for _ in range(draw.between(2, 3))]
        words += [draw.choice(_FILLERS) for _ in range(draw.between(3, 6))]
        found.append(Example(f"{part}:{number}", " ".join(draw.sample(words, len(words))), label))
    return tuple(found)


def tiny_split(train: int = 24, dev: int = 12) -> Split:
    """Single labels."""
    return Split(
        train=tiny_examples(train),
        dev=tiny_examples(dev, part="dev"),
        test=(),
        labels=tuple(sorted(TOPICS)),
        task="single",
    )
