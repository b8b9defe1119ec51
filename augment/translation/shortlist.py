"""Shortlists: which pieces the output layer of a model considers.

The output layer is about half of a tiny model's work. A *lexical* shortlist names, for each source
piece, the target pieces that it may become (Marian's `lex.*.s2t.bin`); a batch then considers the
union over its words, so a translation may depend on its batch. A *static* one holds the most
frequent pieces for every batch alike. Both come as a vocabulary map in CTranslate2's format: a
line `source piece<TAB>target pieces`, the empty source piece standing for "always".
"""

import struct
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEXICAL = "lex.s2t.bin"
FREQUENT = "frequent-pieces.npy"

_MAGIC = 0xF11A48D5013417F5
_HEADER = struct.Struct("<6Q")  # magic, checksum, always so many, best so many, offsets, entries


def vocabulary_map(folder: Path, pieces: Sequence[str], kind: str, size: int) -> bytes:
    """The map of a checkpoint whose pieces are given in the order of their ids.

    Raises:
        ModelError: a lexical one is asked for, and the folder has no table.
    """
    return _lexical(folder, pieces) if kind == "lexical" else _static(folder, pieces, size)


def _lexical(folder: Path, pieces: Sequence[str]) -> bytes:
    path = folder / LEXICAL
    if not path.is_file():
        raise ModelError(
            f"{folder} has no lexical table ({LEXICAL}), which `shortlist: lexical` needs; "
            "write `shortlist: static`"
        )
    always, offsets, entries = read_table(path, len(pieces))
    lines = [_line("", (pieces[i] for i in range(always)))]
    for source, (start, end) in enumerate(pairwise(offsets)):
        if end > start:
            lines.append(_line(pieces[source], (pieces[i] for i in entries[start:end])))
    return "".join(lines).encode()


def _static(folder: Path, pieces: Sequence[str], size: int) -> bytes:
    return _line("", (pieces[i] for i in frequent(folder, len(pieces))[:size])).encode()


def frequent(folder: Path, count: int) -> Sequence[int]:
    """Ids of target pieces, the most frequent first.

    Counted on a model's own translations where the folder has such a list; else by how many source
    pieces name a piece in the lexical table; else in the order of the SentencePiece model, which is
    that of its training text.
    """
    import numpy as np

    order: list[int] = []
    if (folder / FREQUENT).is_file():
        order = np.load(folder / FREQUENT, allow_pickle=False).tolist()
        if order and max(order) >= count:
            raise ModelError(f"{folder / FREQUENT} names piece {max(order)} of {count}")
    if (folder / LEXICAL).is_file():
        _, _, entries = read_table(folder / LEXICAL, count)
        named = np.bincount(entries, minlength=count)
        rest = np.argsort(-named, kind="stable").tolist()
    else:
        rest = list(range(count))
    return list(dict.fromkeys([*order, *rest]))


def read_table(path: Path, pieces: int) -> tuple[int, "NDArray[Any]", "NDArray[Any]"]:
    """How many first pieces always count, where each source piece's entries start, and the entries.

    Raises:
        ModelError: the file is damaged, or belongs to a vocabulary of another size.
    """
    import numpy as np

    data = path.read_bytes()
    magic, _, always, _, count, length = (
        _HEADER.unpack_from(data) if len(data) >= _HEADER.size else (0,) * 6
    )
    if magic != _MAGIC or len(data) != _HEADER.size + 8 * count + 4 * length or count < 1:
        raise ModelError(f"{path} is no lexical shortlist, or damaged")
    offsets = np.frombuffer(data, np.uint64, count, _HEADER.size).astype(np.int64)
    entries = np.frombuffer(data, np.uint32, length, _HEADER.size + 8 * count)
    fits = count == pieces + 1 and bool((np.diff(offsets) >= 0).all()) and offsets[-1] == length
    if not fits or always > pieces or (length and int(entries.max()) >= pieces):
        raise ModelError(f"{path} does not belong to a vocabulary of {pieces:,} pieces")
    return always, offsets, entries


def _line(source: str, targets: Iterable[str]) -> str:
    return f"{source}\t{' '.join(targets)}\n"
