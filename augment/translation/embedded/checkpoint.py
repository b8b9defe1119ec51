"""Turn a tiny Marian model of Firefox Translations into a standard MarianMT checkpoint.

Encoder, cross-attention, feed-forward layers and embeddings map one to one onto `MarianMTModel`.
Its decoder has self-attention where the original has an SSRU; that part is the *graft*, trained by
`distil.py` to imitate the SSRU. The vocabulary gains one piece, `<pad>`, whose embedding is zero:
the decoder starts from it, as Marian starts from a zero vector.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from augment.translation.embedded.marian_binary import Matrix

if TYPE_CHECKING:
    import torch
    from transformers import MarianMTModel

END_OF_SENTENCE = 0
LONGEST = 512


def standard_model(matrices: Mapping[str, Matrix]) -> "MarianMTModel":
    """A `MarianMTModel` with every weight of the original but the decoder's self-attention.

    That part is left as it was initialised; load a graft into it or train one.
    """
    import torch
    from transformers import GenerationConfig, MarianConfig, MarianMTModel

    vocabulary, width = matrices["Wemb"].shape
    pad = vocabulary
    config = MarianConfig(
        vocab_size=vocabulary + 1,
        d_model=width,
        encoder_layers=_layers(matrices, "encoder"),
        decoder_layers=_layers(matrices, "decoder"),
        encoder_attention_heads=8,
        decoder_attention_heads=8,
        encoder_ffn_dim=matrices["encoder_l1_ffn_W1"].shape[1],
        decoder_ffn_dim=matrices["decoder_l1_ffn_W1"].shape[1],
        activation_function="relu",
        scale_embedding=True,
        static_position_embeddings=True,
        share_encoder_decoder_embeddings=True,
        tie_word_embeddings=True,
        max_position_embeddings=LONGEST,
        dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        pad_token_id=pad,
        eos_token_id=END_OF_SENTENCE,
        bos_token_id=None,
        decoder_start_token_id=pad,
        forced_eos_token_id=None,
    )
    model = MarianMTModel(config).eval()
    state = _state(matrices, config.encoder_layers, config.decoder_layers)
    missing, unexpected = model.load_state_dict(
        {name: torch.from_numpy(value) for name, value in state.items()}, strict=False
    )
    assert not unexpected, unexpected
    assert all("self_attn" in n or "embed" in n or "lm_head" in n for n in missing), missing
    model.tie_weights()
    # `<pad>` has a zero embedding, so its logit is always 0 and could win: forbid it.
    model.generation_config = GenerationConfig(
        bad_words_ids=[[pad]],
        decoder_start_token_id=pad,
        pad_token_id=pad,
        eos_token_id=END_OF_SENTENCE,
        max_length=LONGEST,
        num_beams=1,
    )
    return model


def graft_names(model: "MarianMTModel") -> list[str]:
    """Names of the weights that a graft holds: the decoder's self-attention and its LayerNorm."""
    return [n for n in model.state_dict() if n.startswith("model.decoder.") and ".self_attn" in n]


def load_graft(model: "MarianMTModel", graft: Mapping[str, "torch.Tensor"]) -> None:
    """Put trained weights in the decoder's self-attention; half precision becomes float32."""
    wanted = set(graft_names(model))
    if wanted - graft.keys() or graft.keys() - set(model.state_dict()):
        raise ValueError(
            f"the graft does not fit the model: missing {sorted(wanted - graft.keys())}, "
            f"unknown {sorted(graft.keys() - set(model.state_dict()))}"
        )
    model.load_state_dict({name: value.float() for name, value in graft.items()}, strict=False)


def write_checkpoint(
    folder: Path, model: "MarianMTModel", vocabulary_file: Path, source: str, target: str
) -> None:
    """Write what `MarianMTModel` and `MarianTokenizer` load: safetensors, two .spm, vocab.json."""
    from sentencepiece import SentencePieceProcessor

    pieces = SentencePieceProcessor(model_file=str(vocabulary_file))
    vocabulary = {pieces.IdToPiece(i): i for i in range(pieces.GetPieceSize())}
    vocabulary["<pad>"] = len(vocabulary)
    model.save_pretrained(folder)
    for name in ("source.spm", "target.spm"):
        shutil.copyfile(vocabulary_file, folder / name)
    tokenizer = {
        "tokenizer_class": "MarianTokenizer",
        "source_lang": source,
        "target_lang": target,
        "model_max_length": LONGEST,
        "separate_vocabs": False,
    }
    _write_json(folder / "vocab.json", vocabulary)
    _write_json(folder / "tokenizer_config.json", tokenizer)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _layers(matrices: Mapping[str, Matrix], side: str) -> int:
    return sum(1 for name in matrices if name.startswith(f"{side}_l") and name.endswith("_ffn_W1"))


def _state(matrices: Mapping[str, Matrix], encoder: int, decoder: int) -> dict[str, Matrix]:
    import numpy as np

    embedding = matrices["Wemb"]
    bias = matrices["decoder_ff_logit_out_b"]
    shared = np.concatenate([embedding, np.zeros_like(embedding[:1])])
    state = {
        "model.shared.weight": shared,
        "model.encoder.embed_tokens.weight": shared,
        "model.decoder.embed_tokens.weight": shared,
        "lm_head.weight": shared,
        "final_logits_bias": np.concatenate([bias, np.zeros_like(bias[:, :1])], axis=1),
    }
    for i in range(encoder):
        theirs, ours = f"encoder_l{i + 1}", f"model.encoder.layers.{i}"
        state |= _attention(
            matrices, f"{theirs}_self", f"{ours}.self_attn", f"{ours}.self_attn_layer_norm"
        )
        state |= _feed_forward(matrices, theirs, ours)
    for i in range(decoder):
        theirs, ours = f"decoder_l{i + 1}", f"model.decoder.layers.{i}"
        state |= _attention(
            matrices, f"{theirs}_context", f"{ours}.encoder_attn", f"{ours}.encoder_attn_layer_norm"
        )
        state |= _feed_forward(matrices, theirs, ours)
        # Where the graft's training begins: the LayerNorm that followed the SSRU.
        state[f"{ours}.self_attn_layer_norm.weight"] = matrices[f"{theirs}_rnn_ffn_ln_scale"][0]
        state[f"{ours}.self_attn_layer_norm.bias"] = matrices[f"{theirs}_rnn_ffn_ln_bias"][0]
    return state


def _attention(
    matrices: Mapping[str, Matrix], theirs: str, ours: str, norm: str
) -> dict[str, Matrix]:
    state = {
        f"{norm}.weight": matrices[f"{theirs}_Wo_ln_scale"][0],
        f"{norm}.bias": matrices[f"{theirs}_Wo_ln_bias"][0],
    }
    for letter, projection in (
        ("q", "q_proj"),
        ("k", "k_proj"),
        ("v", "v_proj"),
        ("o", "out_proj"),
    ):
        state[f"{ours}.{projection}.weight"] = matrices[f"{theirs}_W{letter}"].T.copy()
        state[f"{ours}.{projection}.bias"] = matrices[f"{theirs}_b{letter}"][0]
    return state


def _feed_forward(matrices: Mapping[str, Matrix], theirs: str, ours: str) -> dict[str, Matrix]:
    return {
        f"{ours}.fc1.weight": matrices[f"{theirs}_ffn_W1"].T.copy(),
        f"{ours}.fc1.bias": matrices[f"{theirs}_ffn_b1"][0],
        f"{ours}.fc2.weight": matrices[f"{theirs}_ffn_W2"].T.copy(),
        f"{ours}.fc2.bias": matrices[f"{theirs}_ffn_b2"][0],
        f"{ours}.final_layer_norm.weight": matrices[f"{theirs}_ffn_ffn_ln_scale"][0],
        f"{ours}.final_layer_norm.bias": matrices[f"{theirs}_ffn_ffn_ln_bias"][0],
    }
