"""Word vectors in arrays give what text files give; parts that do not fit are told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from augment.errors import ResourceError
from augment.lexicons.vector_files import read_vectors
from augment.lexicons.vectors import WordVectors, check_vectors

# As GloVe writes its files: a word, spaces, decimals, no line of counts.
GLOVE = "big 0.5 -0.25 1.0\nlarge 0.5 -0.5 1.0\nice -1.0 0.125 0.0\ntea -0.75 0.25 0.5\n"
WORDS = ["big", "large", "ice", "tea"]
ROWS = np.array([[0.5, -0.25, 1], [0.5, -0.5, 1], [-1, 0.125, 0], [-0.75, 0.25, 0.5]], np.float32)


def npz(path: Path, words: Any = WORDS, rows: Any = ROWS) -> Path:
    np.savez(path, words=np.array(words), vectors=rows)
    return path


def tensors(path: Path, words: list[str] = WORDS, rows: Any = ROWS) -> Path:
    save_file({"vectors": rows}, path, {"words": "\n".join(words)})
    return path


WRITERS = {".npz": npz, ".safetensors": tensors}


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_arrays_give_what_text_gives(tmp_path: Path, ending: str, dtype: Any) -> None:
    text = tmp_path / "glove.txt"
    text.write_text(GLOVE, encoding="utf-8")
    path = WRITERS[ending](tmp_path / f"a{ending}", rows=ROWS.astype(dtype))
    for (word, row), (wanted, numbers) in zip(read_vectors(path), read_vectors(text), strict=True):
        assert (word, row.tolist()) == (wanted, numbers.tolist())
    found = [WordVectors.load(p, tmp_path / "cache").neighbours(WORDS, 2) for p in (path, text)]
    assert found[0] == found[1]
    assert found[0]["big"][0].word == "large"
    assert check_vectors(path) == "3 numbers a word"


def test_a_matrix_may_lie_by_columns(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", rows=np.asfortranarray(ROWS))
    assert [row.tolist() for _, row in read_vectors(path)] == ROWS.tolist()


@pytest.mark.parametrize("ending", WRITERS)
def test_more_rows_than_are_read_at_once(tmp_path: Path, ending: str) -> None:
    rows = np.arange(20_000, dtype=np.float32).reshape(-1, 2)
    words = [f"word{i}" for i in range(len(rows))]
    found = list(read_vectors(WRITERS[ending](tmp_path / f"a{ending}", words, rows)))
    assert [word for word, _ in found] == words
    assert (np.stack([row for _, row in found]) == rows).all()


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize(
    ("words", "rows", "message"),
    [
        (WORDS[:3], ROWS, "has 3 words, but 4 rows of vectors; write one for each"),
        (["a", "b", "c", "b"], ROWS, "has 'b' twice, in the rows 1 and 3; keep one of them"),
        (WORDS, ROWS * np.float32("nan"), r"row 0 \('big'\) has a number that is not finite"),
        (WORDS, np.full((4, 2), 1e300), "not finite; .* too great for float32"),
        (WORDS, ROWS[:, 0].copy(), r"the shape \(4,\); expected a row for each word"),
        (WORDS, ROWS.astype(np.int32), "vectors (has )?the dtype"),
    ],
)
def test_parts_that_do_not_fit_are_told(
    tmp_path: Path, ending: str, words: list[str], rows: Any, message: str
) -> None:
    with pytest.raises(ResourceError, match=message):
        WordVectors.load(WRITERS[ending](tmp_path / f"a{ending}", words, rows), tmp_path)


def test_parts_that_are_not_there_are_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", keys=np.array(WORDS), vectors=ROWS)
    save_file({"matrix": ROWS}, tmp_path / "a.safetensors")
    save_file({"vectors": ROWS}, tmp_path / "b.safetensors")
    for name, message in (
        ("a.npz", r"no words among its arrays \(keys, vectors\); expected vectors and words"),
        ("a.safetensors", r"no vectors among its tensors \(matrix\)"),
        ("b.safetensors", r"no words among its metadata \(none\)"),
    ):
        with pytest.raises(ResourceError, match=message):
            check_vectors(tmp_path / name)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", words=np.array(WORDS, dtype=object), vectors=ROWS)
    with pytest.raises(ResourceError, match="Object arrays cannot be loaded .* not object"):
        check_vectors(tmp_path / "a.npz")


@pytest.mark.parametrize("ending", WRITERS)
def test_a_torn_file_is_told(tmp_path: Path, ending: str) -> None:
    path = WRITERS[ending](tmp_path / f"a{ending}")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ResourceError, match="cannot be read"):
        check_vectors(path)


def test_a_single_array_is_no_file_of_vectors(tmp_path: Path) -> None:
    with (tmp_path / "a.npz").open("wb") as file:
        np.save(file, ROWS)
    with pytest.raises(ResourceError, match="cannot be read: File is not a zip file"):
        check_vectors(tmp_path / "a.npz")
