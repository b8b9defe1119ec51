"""Turn a Marian model of Firefox Translations into a standard MarianMT checkpoint.

Encoder, cross-attention, feed-forward layers and embeddings map one to one onto `MarianMTModel`.
Its decoder has self-attention where most originals have an SSRU; that part is the *graft*, trained
by `distil.py` to imitate the SSRU. The vocabulary gains one piece, `<pad>`, whose embedding is
zero: the decoder starts from it, as Marian starts from a zero vector.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from augment.errors import ModelError
from augment.translation.embedded.architecture import Architecture, architecture_of
from augment.translation.embedded.firefox import FirefoxFiles
from augment.translation.embedded.marian_binary import Matrix, read_marian
from augment.translation.shortlist import LEXICAL, read_table

if TYPE_CHECKING:
    import torch
    from sentencepiece import SentencePieceProcessor
    from transformers import MarianMTModel

END_OF_SENTENCE = 0
LONGEST = 512


@dataclass(frozen=True)
class FirefoxModel:
    """What the files of a model hold: sizes, matrices, pieces."""

    sizes: Architecture
    matrices: Mapping[str, Matrix]
    pieces: "SentencePieceProcessor"


def read_firefox(files: FirefoxFiles) -> FirefoxModel:
    """Read the files of a model, and check that they belong together.

    Raises:
        ModelError: a file is damaged or of another kind, or belongs to another model.
    """
    file = read_marian(files.model)
    sizes = architecture_of(file, files.model)
    pieces = _pieces(files.vocabulary, sizes.vocabulary)
    if files.shortlist is not None:
        read_table(files.shortlist, sizes.vocabulary)
    return FirefoxModel(sizes, file.matrices, pieces)


def _pieces(path: Path, size: int) -> "SentencePieceProcessor":
    from sentencepiece import SentencePieceProcessor

    try:
        pieces = SentencePieceProcessor(model_file=str(path))
    except (RuntimeError, OSError) as error:
        raise ModelError(f"{path} is no SentencePiece model: {error}") from error
    if pieces.GetPieceSize() != size:
        raise ModelError(
            f"{path} has {pieces.GetPieceSize():,} pieces, and its model has {size:,}; "
            "take both from the same model"
        )
    if pieces.eos_id() != END_OF_SENTENCE:
        raise ModelError(
            f"{path}: the end of a sentence is piece {pieces.eos_id()}, and Marian's models of "
            f"Firefox Translations have it as piece {END_OF_SENTENCE}"
        )
    return pieces


def standard_model(original: FirefoxModel) -> "MarianMTModel":
    """A `MarianMTModel` with every weight of the original.

    Where that has an SSRU, the decoder's self-attention is left as it was initialised; load a graft
    into it or train one.
    """
    import torch
    from transformers import GenerationConfig, MarianConfig, MarianMTModel

    sizes = original.sizes
    pad = sizes.vocabulary
    config = MarianConfig(
        vocab_size=sizes.vocabulary + 1,
        d_model=sizes.width,
        encoder_layers=sizes.encoder_layers,
        decoder_layers=sizes.decoder_layers,
        encoder_attention_heads=sizes.heads,
        decoder_attention_heads=sizes.heads,
        encoder_ffn_dim=sizes.encoder_feed_forward,
        decoder_ffn_dim=sizes.decoder_feed_forward,
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
    state = _state(original.matrices, sizes)
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


def graft_names(model: "MarianMTModel", *, whole: bool = False) -> list[str]:
    """Names of the weights that a graft holds: the decoder's self-attention and its LayerNorm.

    `whole`: all of the decoder's layers, cross-attention and feed-forward too.
    """
    layers = [name for name in model.state_dict() if name.startswith("model.decoder.layers.")]
    return layers if whole else [name for name in layers if ".self_attn" in name]


def load_graft(model: "MarianMTModel", graft: Mapping[str, "torch.Tensor"]) -> None:
    """Put trained weights in the decoder's layers; half precision becomes float32.

    Raises:
        ValueError: a weight of the self-attention is missing, or one is no part of the decoder, or
            of another shape.
    """
    missing = set(graft_names(model)) - graft.keys()
    unknown = graft.keys() - set(graft_names(model, whole=True))
    if missing or unknown:
        raise ValueError(
            f"the graft does not fit the model: missing {sorted(missing)}, "
            f"unknown {sorted(unknown)}"
        )
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    for name, value in graft.items():
        if value.shape != shapes[name]:
            raise ValueError(
                f"the graft does not fit the model: {name} has the shape {tuple(value.shape)}, "
                f"expected {tuple(shapes[name])}"
            )
    model.load_state_dict({name: value.float() for name, value in graft.items()}, strict=False)


def write_checkpoint(
    folder: Path, model: "MarianMTModel", pieces: "SentencePieceProcessor", files: FirefoxFiles
) -> None:
    """Write what `MarianMTModel` and `MarianTokenizer` load: safetensors, two .spm, vocab.json.

    The lexical shortlist lies beside them where there is one.
    """
    vocabulary = {pieces.IdToPiece(i): i for i in range(pieces.GetPieceSize())}
    vocabulary["<pad>"] = len(vocabulary)
    model.save_pretrained(folder)
    for name in ("source.spm", "target.spm"):
        shutil.copyfile(files.vocabulary, folder / name)
    if files.shortlist is not None:
        shutil.copyfile(files.shortlist, folder / LEXICAL)
    tokenizer = {
        "tokenizer_class": "MarianTokenizer",
        "source_lang": files.source,
        "target_lang": files.target,
        "model_max_length": LONGEST,
        "separate_vocabs": False,
    }
    _write_json(folder / "vocab.json", vocabulary)
    _write_json(folder / "tokenizer_config.json", tokenizer)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _state(matrices: Mapping[str, Matrix], sizes: Architecture) -> dict[str, Matrix]:
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
    for i in range(sizes.encoder_layers):
        theirs, ours = f"encoder_l{i + 1}", f"model.encoder.layers.{i}"
        state |= _attention(
            matrices, f"{theirs}_self", f"{ours}.self_attn", f"{ours}.self_attn_layer_norm"
        )
        state |= _feed_forward(matrices, theirs, ours)
    for i in range(sizes.decoder_layers):
        theirs, ours = f"decoder_l{i + 1}", f"model.decoder.layers.{i}"
        state |= _attention(
            matrices, f"{theirs}_context", f"{ours}.encoder_attn", f"{ours}.encoder_attn_layer_norm"
        )
        state |= _feed_forward(matrices, theirs, ours)
        norm = f"{ours}.self_attn_layer_norm"
        if sizes.recurrent:
            # Where the graft's training begins: the LayerNorm that followed the SSRU.
            state[f"{norm}.weight"] = matrices[f"{theirs}_rnn_ffn_ln_scale"][0]
            state[f"{norm}.bias"] = matrices[f"{theirs}_rnn_ffn_ln_bias"][0]
        else:
            state |= _attention(matrices, f"{theirs}_self", f"{ours}.self_attn", norm)
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
