"""A tiny real MarianMT checkpoint: its own SentencePiece vocabulary, random weights, 30 kB."""

import io
import json
from pathlib import Path

import sentencepiece
import torch
from transformers import GenerationConfig, MarianConfig, MarianMTModel

_TEXT = (
    "The quick brown fox jumps over the lazy dog.",
    "Where is my parcel? I ordered it last week and it has not come.",
    "O rato roeu a roupa do rei de Roma, e a rainha riu.",
    "Onde está a minha encomenda? Pedi na semana passada.",
)


def write_tiny_marian(folder: Path, *, seed: int = 0, endless: bool = False) -> Path:
    """Write a checkpoint that loads like any other; its translations are noise, but its own.

    An `endless` one never ends a sentence.
    """
    folder.mkdir(parents=True)
    vocabulary = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXT * 5),
        model_writer=vocabulary,
        vocab_size=90,
        eos_id=0,
        unk_id=1,
        bos_id=-1,
        pad_id=-1,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(vocabulary.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=vocabulary.getvalue())
    size = processor.GetPieceSize()
    names = {processor.IdToPiece(i): i for i in range(size)} | {"<pad>": size}
    (folder / "vocab.json").write_text(json.dumps(names))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 64}))
    torch.manual_seed(seed)
    config = MarianConfig(
        vocab_size=size + 1,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_position_embeddings=64,
        pad_token_id=size,
        eos_token_id=0,
        bos_token_id=None,
        decoder_start_token_id=size,
        forced_eos_token_id=None,
    )
    model = MarianMTModel(config)
    model.final_logits_bias[0, 0] = -1e4 if endless else 0.0
    model.generation_config = GenerationConfig(
        pad_token_id=size, eos_token_id=0, decoder_start_token_id=size, bad_words_ids=[[size]]
    )
    model.save_pretrained(folder)
    return folder
