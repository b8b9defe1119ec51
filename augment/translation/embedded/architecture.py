"""What a model file of Firefox Translations is: its sizes, and whether it is of a kind that fits.

MarianMT has post-norm layers, ReLU, sinusoidal positions and one vocabulary for both sides; so have
the students tiny, base-memory and base of Firefox Translations. What differs is refused by name,
and so is a matrix that would be left over: nothing of a model is dropped in silence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augment.errors import ModelError
from augment.translation.embedded.marian_binary import MarianFile, Matrix

DEFAULT_HEADS = 8

# What each setting must be, where the file tells it; the first is what the students have.
_FITTING: Mapping[str, tuple[Any, ...]] = {
    "type": ("transformer",),
    "transformer-decoder-autoreg": ("rnn", "self-attention"),
    "transformer-ffn-activation": ("relu",),
    "transformer-ffn-depth": (2,),
    "transformer-decoder-ffn-depth": (2, 0),  # 0: as in the encoder
    "transformer-preprocess": ("",),
    "transformer-postprocess": ("dan", "an"),
    "transformer-postprocess-emb": ("d", ""),
    "transformer-postprocess-top": ("",),
    "transformer-no-projection": (False,),
    "transformer-rnn-projection": (False,),
    "transformer-no-bias": (False,),
    "transformer-no-affine": (False,),
    "transformer-tied-layers": ([], None),
    "transformer-train-position-embeddings": (False,),
    "transformer-disable-position-embeddings": (False,),
    "transformer-pool": (False,),
    "tied-embeddings-all": (True,),
    "output-omit-bias": (False,),
    "right-left": (False,),
    "lemma-dim-emb": (0,),
    "ulr": (False,),
}


@dataclass(frozen=True)
class Architecture:
    """Sizes of a model, and whether its decoder has an SSRU in place of self-attention."""

    vocabulary: int
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    encoder_feed_forward: int
    decoder_feed_forward: int
    recurrent: bool


def architecture_of(file: MarianFile, path: Path) -> Architecture:
    """The sizes of a model; every matrix is then there and has the shape it should have.

    Raises:
        ModelError: the model is of a kind that MarianMT cannot be, or a matrix is missing, of
            another shape or unknown.
    """
    faults = list(_misfits(file.settings))
    if faults:
        raise ModelError(f"{path} is a model of a kind that cannot be used: {'; '.join(faults)}")
    found = _sizes(file, path)
    expected = dict(_shapes(found))
    present = {n: m.shape for n, m in file.matrices.items() if not n.endswith("_QuantMultA")}
    missing = expected.keys() - present.keys()
    unknown = present.keys() - expected.keys()
    if missing or unknown:
        raise ModelError(
            f"{path} is a model of a kind that cannot be used: it lacks {_some(missing)}, "
            f"and has besides {_some(unknown)}"
        )
    for name, shape in expected.items():
        if present[name] != shape:
            raise ModelError(f"{path}: {name} has the shape {present[name]}, expected {shape}")
    return found


def _misfits(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, fitting in _FITTING.items():
        if name in settings and settings[name] not in fitting:
            choices = " or ".join(map(repr, fitting))
            yield f"{name} is {settings[name]!r}, and only {choices} fits"
    sizes = settings.get("dim-vocabs")
    if isinstance(sizes, list) and len(set(map(str, sizes))) > 1:
        yield f"dim-vocabs is {sizes}, and only one vocabulary for both sides fits"
    recurrent = settings.get("transformer-decoder-autoreg", "rnn") == "rnn"
    if recurrent and settings.get("dec-cell", "ssru") != "ssru":
        yield f"dec-cell is {settings['dec-cell']!r}, and only 'ssru' fits"


def _sizes(file: MarianFile, path: Path) -> Architecture:
    matrices = file.matrices
    needed = ("Wemb", "encoder_l1_ffn_W1", "decoder_l1_ffn_W1")
    missing = [name for name in needed if name not in matrices or matrices[name].ndim != 2]
    if missing:
        hint = " (separate vocabularies cannot be used)" if "encoder_Wemb" in matrices else ""
        raise ModelError(f"{path} has no matrix {missing[0]}{hint}; it is no transformer of Marian")
    vocabulary, width = matrices["Wemb"].shape
    heads = file.settings.get("transformer-heads", DEFAULT_HEADS)
    if not isinstance(heads, int) or heads < 1 or width % heads:
        raise ModelError(f"{path}: transformer-heads is {heads!r}, which does not divide {width}")
    return Architecture(
        vocabulary=vocabulary,
        width=width,
        heads=heads,
        encoder_layers=_layers(matrices, "encoder"),
        decoder_layers=_layers(matrices, "decoder"),
        encoder_feed_forward=matrices["encoder_l1_ffn_W1"].shape[1],
        decoder_feed_forward=matrices["decoder_l1_ffn_W1"].shape[1],
        recurrent="decoder_l1_self_Wq" not in matrices,
    )


def _layers(matrices: Mapping[str, Matrix], side: str) -> int:
    return sum(1 for name in matrices if name.startswith(f"{side}_l") and name.endswith("_ffn_W1"))


def _shapes(sizes: Architecture) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every matrix of a model of these sizes."""
    width = sizes.width
    yield "Wemb", (sizes.vocabulary, width)
    yield "decoder_ff_logit_out_b", (1, sizes.vocabulary)
    for i in range(1, sizes.encoder_layers + 1):
        yield from _attention(f"encoder_l{i}_self", width)
        yield from _feed_forward(f"encoder_l{i}_ffn", width, sizes.encoder_feed_forward)
    for i in range(1, sizes.decoder_layers + 1):
        if sizes.recurrent:
            yield from ((f"decoder_l{i}_rnn_{name}", (width, width)) for name in ("W", "Wf"))
            yield f"decoder_l{i}_rnn_bf", (1, width)
            yield from _norm(f"decoder_l{i}_rnn_ffn", width)
        else:
            yield from _attention(f"decoder_l{i}_self", width)
        yield from _attention(f"decoder_l{i}_context", width)
        yield from _feed_forward(f"decoder_l{i}_ffn", width, sizes.decoder_feed_forward)


def _attention(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for letter in "qkvo":
        yield f"{name}_W{letter}", (width, width)
        yield f"{name}_b{letter}", (1, width)
    yield from _norm(f"{name}_Wo", width)


def _feed_forward(name: str, width: int, inner: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}_W1", (width, inner)
    yield f"{name}_b1", (1, inner)
    yield f"{name}_W2", (inner, width)
    yield f"{name}_b2", (1, width)
    yield from _norm(f"{name}_ffn", width)


def _norm(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}_ln_scale", (1, width)
    yield f"{name}_ln_bias", (1, width)


def _some(names: set[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "") or "-"
