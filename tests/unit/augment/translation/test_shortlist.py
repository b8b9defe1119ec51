"""Shortlists: Marian's tables as vocabulary maps, and the most frequent pieces."""

import struct
from pathlib import Path

import numpy as np
import pytest

from augment.errors import ModelError
from augment.translation.shortlist import FREQUENT, LEXICAL, frequent, read_table, vocabulary_map

PIECES = ["</s>", "<unk>", "▁a", "▁b", "▁c"]


def write_table(folder: Path, rows: list[list[int]], always: int = 2) -> Path:
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.uint64)
    entries = np.array([i for row in rows for i in row], np.uint32)
    header = struct.pack("<6Q", 0xF11A48D5013417F5, 0, always, 50, len(offsets), len(entries))
    path = folder / LEXICAL
    path.write_bytes(header + offsets.tobytes() + entries.tobytes())
    return path


def test_a_table_becomes_a_map(tmp_path: Path) -> None:
    write_table(tmp_path, [[], [], [3, 4], [], [3]])
    found = vocabulary_map(tmp_path, PIECES, "lexical", 0).decode()
    assert found == "\t</s> <unk>\n▁a\t▁b ▁c\n▁c\t▁b\n"


def test_the_most_frequent_come_from_counts_then_the_table_then_the_vocabulary(
    tmp_path: Path,
) -> None:
    assert list(frequent(tmp_path, 5)) == [0, 1, 2, 3, 4]
    write_table(tmp_path, [[], [], [3, 4], [], [3]])
    assert list(frequent(tmp_path, 5)) == [3, 4, 0, 1, 2]
    np.save(tmp_path / FREQUENT, np.array([2, 4], np.uint16))
    assert list(frequent(tmp_path, 5)) == [2, 4, 3, 0, 1]
    assert vocabulary_map(tmp_path, PIECES, "static", 3).decode() == "\t▁a ▁c ▁b\n"


def test_a_lexical_shortlist_needs_a_table(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no lexical table.*write `shortlist: static`"):
        vocabulary_map(tmp_path, PIECES, "lexical", 0)


@pytest.mark.parametrize("harm", ["short", "magic", "long", "entry", "pieces", "falling"])
def test_a_damaged_table_is_refused_by_name(tmp_path: Path, harm: str) -> None:
    path = write_table(tmp_path, [[], [], [3, 9 if harm == "entry" else 4], [], [3]])
    data = bytearray(path.read_bytes())
    if harm == "magic":
        data[0] ^= 1
    elif harm == "long":
        data[40:48] = struct.pack("<Q", 1 << 60)
    elif harm == "falling":
        data[48 + 8 * 3 : 48 + 8 * 4] = struct.pack("<Q", 0)
        data[48 + 8 * 2 : 48 + 8 * 3] = struct.pack("<Q", 2)
    path.write_bytes(data[:20] if harm == "short" else data)
    with pytest.raises(ModelError, match=LEXICAL):
        read_table(path, 6 if harm == "pieces" else 5)


def test_counts_of_another_vocabulary_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / FREQUENT, np.array([7], np.uint16))
    with pytest.raises(ModelError, match="names piece 7 of 5"):
        frequent(tmp_path, 5)
