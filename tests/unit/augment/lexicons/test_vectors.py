"""Files of word vectors: every format gives the same, and what is damaged is told by its place."""

import gzip
import threading
from pathlib import Path

import numpy as np
import pytest

from augment.errors import ResourceError
from augment.lexicons.vector_files import read_vectors
from augment.lexicons.vectors import Neighbour, WordVectors, check_vectors
from tests.support.tiny_vectors import VECTORS

WORDS = ["big", "large", "Paris", "small", "of_the", "ice", "tea"]
ROWS = np.random.default_rng(0).normal(size=(len(WORDS), 4)).astype(np.float32)


def text(*, header: bool = True) -> bytes:
    lines = [f"{w} {' '.join(repr(float(x)) for x in r)}" for w, r in zip(WORDS, ROWS, strict=True)]
    top = [f"{len(WORDS)} 4"] if header else []
    return ("\n".join([*top, *lines]) + "\n").encode()


def binary(*, line_ends: bool) -> bytes:
    end = b"\n" if line_ends else b""
    parts = [f"{w} ".encode() + r.tobytes() + end for w, r in zip(WORDS, ROWS, strict=True)]
    return f"{len(WORDS)} 4\n".encode() + b"".join(parts)


def file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.vec", text()),
        ("glove.txt", text(header=False)),
        ("a.bin", binary(line_ends=True)),
        ("b.bin", binary(line_ends=False)),
        ("a.vec.gz", gzip.compress(text())),
        ("a.bin.gz", gzip.compress(binary(line_ends=False))),
        ("crlf.txt", text().replace(b"\n", b" \r\n")),
    ],
)
def test_every_format_gives_the_same(tmp_path: Path, name: str, data: bytes) -> None:
    found = list(read_vectors(file(tmp_path, name, data)))
    assert [word for word, _ in found] == WORDS
    assert (np.stack([row for _, row in found]) == ROWS).all()


def test_words_with_spaces_are_told_from_the_end(tmp_path: Path) -> None:
    path = file(tmp_path, "glove.txt", b"the 1 2\n. . . 3 4\n")
    assert [(word, row.tolist()) for word, row in read_vectors(path)] == [
        ("the", [1, 2]), (". . .", [3, 4]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"the 1 2\ncat 1\n", "a.txt, line 2 has 1 numbers, expected 2 behind a word"),
        ("a.txt", b"2 2\nthe 1 2\ncat 1 x\n", "line 3: could not convert .* a word and 2 numbers"),
        ("a.txt", b"the 1 2\ncat 1 nan\n", "line 2 has a number that is not finite"),
        ("a.txt", b"3 2\nthe 1 2\ncat 1 2\n", "tells of 3 words, but 2 follow; the file is torn"),
        ("a.txt", b"just\n", "line 1: 'just.n' is neither a word with its numbers nor"),
        ("a.txt", b"", "line 1: '' is neither"),
        ("a.txt", b"1 99999999\n", "is neither a word with its numbers nor a line of counts"),
        ("a.bin", binary(line_ends=True)[:-9], "word 7 of 7: the file ends here; it is torn"),
        ("a.bin", b"2 1\n" + b"x" * 9999, "word 1 of 2: no word before the vector"),
        ("a.bin", text(header=False), "vectors written as text must not end in .bin"),
        ("a.bin", b"\xba\x16\x4f\x2f" + bytes(50), "is a model of fastText; give .* a .vec file"),
        ("a.vec.gz", gzip.compress(text())[:-20], "cannot be read: Compressed file ended"),
        ("a.vec.gz", text(), "cannot be read: Not a gzipped file"),
        ("a.txt", b"The 1 2\nof_the 3 4\nzero 0 0\n", "no vector of a word in small letters"),
    ],
)
def test_what_is_damaged_is_told_by_its_place(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    with pytest.raises(ResourceError, match=message):
        WordVectors.load(file(tmp_path, name, data), tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.npy"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for look in (check_vectors, lambda path: WordVectors.load(path, tmp_path)):
        with pytest.raises(ResourceError, match="no word vectors at .*gone.vec; name a file"):
            look(tmp_path / "gone.vec")
    assert check_vectors(file(tmp_path, "a.vec", text())) == "4 numbers a word"


def test_neighbours_are_those_of_all_cosines(tmp_path: Path) -> None:
    vectors = WordVectors.load(VECTORS, tmp_path)
    words, rows = zip(*read_vectors(VECTORS), strict=True)
    small = [i for i, w in enumerate(words) if w.isalpha() and w.islower() and len(w) > 1]
    usable = [i for i in small if rows[i].any()]
    matrix = np.stack([rows[i] for i in usable]).astype(np.float64)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    assert len(vectors) == len(usable) > 300
    for place in range(0, len(usable), 17):
        cosines = matrix @ matrix[place]
        cosines[place] = -2
        (found,) = vectors.neighbours([words[usable[place]]], 5).values()
        best = np.sort(cosines)[::-1][:5]
        assert [n.cosine for n in found] == pytest.approx(best, abs=2e-6)


def test_answers_do_not_depend_on_what_is_asked_beside_them(tmp_path: Path) -> None:
    words = [word for word, _ in read_vectors(VECTORS)]
    together = WordVectors.load(VECTORS, tmp_path).neighbours(words, 7)
    other = WordVectors.load(VECTORS, tmp_path)
    alone = {word: answer for w in words for word, answer in other.neighbours([w], 7).items()}
    assert together == alone


def test_of_equal_neighbours_the_first_comes_first(tmp_path: Path) -> None:
    path = file(tmp_path, "a.txt", b"ab 1 0\nzz 1 1\ncc 2 2\nyy 1 1\n")
    found = WordVectors.load(path, tmp_path).neighbours(["ab", "none"], 2)
    assert found == {"ab": (Neighbour("zz", 0.707107), Neighbour("cc", 0.707107))}


def test_a_file_is_converted_once_and_again_if_the_copy_is_damaged(tmp_path: Path) -> None:
    path, cache = file(tmp_path, "a.vec", text()), tmp_path / "cache"
    assert len(WordVectors.load(path, cache)) == 5
    (made,) = cache.rglob("vectors.npy")
    before = made.stat().st_mtime_ns
    WordVectors.load(path, cache)
    assert made.stat().st_mtime_ns == before
    made.write_bytes(made.read_bytes()[:-4])
    assert "tea" in WordVectors.load(path, cache)
    (made.parent / "words.txt").write_text("one")
    assert "tea" in WordVectors.load(path, cache)
    assert [p.name for p in made.parent.parent.iterdir() if p.is_dir()] == [made.parent.name]


def test_the_limit_counts_usable_words(tmp_path: Path) -> None:
    vectors = WordVectors.load(file(tmp_path, "a.vec", text()), tmp_path, limit=3)
    assert [word in vectors for word in ("big", "large", "Paris", "small", "ice")] == [
        True, True, False, True, False,
    ]  # fmt: skip


def test_threads_may_load_at_the_same_time(tmp_path: Path) -> None:
    path, found = file(tmp_path, "a.vec", text()), []
    threads = [
        threading.Thread(target=lambda: found.append(len(WordVectors.load(path, tmp_path))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [5] * 4
