"""A tiny real model in the format of Firefox Translations: random weights, a vocabulary of its own.

Written as Marian writes it: 8-bit matrices, transposed, with their multipliers; settings as YAML;
a lexical shortlist with its checksum.
"""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import yaml

WIDTH, HEADS, INNER = 16, 2, 32
ENCODER, DECODER = 2, 2

FLOAT32, INTGEMM8, TEXT = 0x404, 0x4101, 0x101

_TEXT = (
    "The quick brown fox jumps over the lazy dog.",
    "Where is my parcel? I ordered it last week and it has not come.",
    "O rato roeu a roupa do rei de Roma, e a rainha riu.",
    "Onde está a minha encomenda? Pedi na semana passada.",
)

Item = tuple[int, tuple[int, ...], bytes]


def write_tiny_firefox(
    folder: Path,
    *,
    attention: bool = False,
    pair: str = "enpt",
    seed: int = 0,
    settings: dict[str, Any] | None = None,
    without: tuple[str, ...] = (),
    extra: dict[str, Item] | None = None,
) -> Path:
    """Write model, vocabulary and shortlist.

    `attention`: a decoder with ordinary self-attention in place of the SSRU. `settings` replace
    those of the file, `without` leaves items out, and `extra` adds some.
    """
    folder.mkdir(parents=True)
    size = _write_vocabulary(folder / f"vocab.{pair}.spm")
    values = tiny_matrices(size, attention=attention, seed=seed)
    items: dict[str, Item] = {
        name: _item(name, value) for name, value in values.items() if name not in without
    }
    told = {
        "type": "transformer",
        "dec-cell": "ssru",
        "dim-vocabs": [size, size],
        "enc-depth": ENCODER,
        "dec-depth": DECODER,
        "tied-embeddings-all": True,
        "transformer-decoder-autoreg": "self-attention" if attention else "rnn",
        "transformer-ffn-activation": "relu",
        "transformer-heads": HEADS,
        "transformer-postprocess": "dan",
        "transformer-preprocess": "",
        "transformer-tied-layers": [],
    }
    text = yaml.safe_dump(told | (settings or {})).encode() + b"\0"
    items |= {"special:model.yml": (TEXT, (len(text),), text)} | (extra or {})
    write_marian(folder / f"model.{pair}.intgemm.alphas.bin", items)
    _write_shortlist(folder / f"lex.50.50.{pair}.s2t.bin", size, seed)
    return folder


def write_marian(path: Path, items: dict[str, Item]) -> Path:
    """Write items in Marian's binary format."""
    names = [f"{name}\0".encode() for name in items]
    data = struct.pack("<QQ", 1, len(items))
    for name, (kind, shape, content) in zip(names, items.values(), strict=True):
        data += struct.pack("<QQQQ", len(name), kind, len(shape), len(content))
    data += b"".join(names)
    data += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, shape, _ in items.values())
    padding = -(len(data) + 8) % 256
    data += struct.pack("<Q", padding) + b"\0" * padding
    path.write_bytes(data + b"".join(content for *_, content in items.values()))
    return path


def tiny_matrices(size: int, *, attention: bool, seed: int) -> dict[str, np.ndarray]:
    """Every matrix of the model, as a reader should find it: already rounded to 8 bits."""
    draws = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, int]] = {
        "Wemb": (size, WIDTH),
        "decoder_ff_logit_out_b": (1, size),
    }
    for i in range(1, ENCODER + 1):
        shapes |= _attention(f"encoder_l{i}_self") | _feed_forward(f"encoder_l{i}_ffn")
    for i in range(1, DECODER + 1):
        shapes |= _attention(f"decoder_l{i}_context") | _feed_forward(f"decoder_l{i}_ffn")
        if attention:
            shapes |= _attention(f"decoder_l{i}_self")
        else:
            shapes |= {f"decoder_l{i}_rnn_{name}": (WIDTH, WIDTH) for name in ("W", "Wf")}
            shapes |= {f"decoder_l{i}_rnn_bf": (1, WIDTH)} | _norm(f"decoder_l{i}_rnn_ffn")
    matrices = {}
    for name, shape in sorted(shapes.items()):
        value = draws.normal(0, 0.4, shape).astype(np.float32)
        if name.endswith("_ln_scale"):
            value = 1 + value / 4
        matrices[name] = _rounded(value)[0] if _is_weight(name) else value
    return matrices


def _is_weight(name: str) -> bool:
    last = name.rsplit("_", maxsplit=1)[-1]
    return name == "Wemb" or last.startswith("W")


def _rounded(value: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.float32]:
    multiplier = np.float32(127 / np.abs(value).max())
    whole = np.clip(np.rint(value * multiplier), -127, 127).astype(np.int8)
    return whole.astype(np.float32) / multiplier, whole, multiplier


def _item(name: str, value: np.ndarray) -> Item:
    if not _is_weight(name):
        return FLOAT32, value.shape, value.astype("<f4").tobytes()
    _, whole, multiplier = _rounded(value)
    if name != "Wemb":
        whole = whole.T
    content = np.ascontiguousarray(whole).tobytes() + struct.pack("<f", multiplier)
    return INTGEMM8, value.shape, content + b"\0" * (-len(content) % 256)


def _attention(name: str) -> dict[str, tuple[int, int]]:
    found = {f"{name}_W{letter}": (WIDTH, WIDTH) for letter in "qkvo"}
    return found | {f"{name}_b{letter}": (1, WIDTH) for letter in "qkvo"} | _norm(f"{name}_Wo")


def _feed_forward(name: str) -> dict[str, tuple[int, int]]:
    return {
        f"{name}_W1": (WIDTH, INNER),
        f"{name}_b1": (1, INNER),
        f"{name}_W2": (INNER, WIDTH),
        f"{name}_b2": (1, WIDTH),
    } | _norm(f"{name}_ffn")


def _norm(name: str) -> dict[str, tuple[int, int]]:
    return {f"{name}_ln_scale": (1, WIDTH), f"{name}_ln_bias": (1, WIDTH)}


def _write_vocabulary(path: Path) -> int:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXT * 5),
        model_writer=model,
        vocab_size=90,
        eos_id=0,
        unk_id=1,
        bos_id=-1,
        pad_id=-1,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path.write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return int(processor.GetPieceSize())


def _write_shortlist(path: Path, size: int, seed: int) -> None:
    draws = np.random.default_rng(seed)
    rows = [sorted(draws.choice(size, 4, replace=False).tolist()) for _ in range(size)]
    offsets = np.arange(0, 4 * (size + 1), 4, dtype="<u8")
    entries = np.array(rows, dtype="<u4").ravel()
    body = struct.pack("<4Q", 5, 4, len(offsets), len(entries))
    body += offsets.tobytes() + entries.tobytes()
    whole = body[: 8 * (len(body) // 8)]
    checksum = 0
    for word in struct.unpack(f"<{len(whole) // 8}Q", whole):
        step = word + 0x9E3779B9 + (checksum << 6) + (checksum >> 2)
        checksum = (checksum ^ step) % 2**64
    path.write_bytes(struct.pack("<QQ", 0xF11A48D5013417F5, checksum) + body)
