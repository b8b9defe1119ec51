"""Sentences by offsets: nothing lost, nothing too long, hard cases right."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.translation.sentences import LONGEST_CHARACTERS, LONGEST_WORDS, sentence_offsets
from tests.support.strategies import texts


@given(st.one_of(texts, st.text(alphabet="ab. \n!?;é—\u2028", max_size=200)))
def test_only_whitespace_lies_between_sentences(text: str) -> None:
    at = 0
    for start, end in sentence_offsets(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end].strip() == text[start:end]
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Smith left.  He was tired.", ["Dr. Smith left.", "He was tired."]),
        ("It costs $3.50. Fine.", ["It costs $3.50.", "Fine."]),
        ("First line\nsecond line", ["First line", "second line"]),
        ("Hi!\r\n\r\n  - one\r\n  - two", ["Hi!", "- one", "- two"]),
        ("", []),
        (" \n\t", []),
        ("no full stop", ["no full stop"]),
    ],
)
def test_hard_cases(text: str, sentences: list[str]) -> None:
    assert [text[slice(*offsets)] for offsets in sentence_offsets(text)] == sentences


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    text = " ".join(["word"] * 40) + "; " + " ".join(["more"] * 40)
    parts = [text[slice(*offsets)] for offsets in sentence_offsets(text)]
    assert parts == [" ".join(["word"] * 40) + ";", " ".join(["more"] * 40)]


@given(st.integers(1, 2_000), st.sampled_from(["word", "a", "x" * 700, "é"]))
def test_no_sentence_is_too_long(count: int, word: str) -> None:
    text = " ".join([word] * min(count, 20_000 // len(word)))
    for start, end in sentence_offsets(text):
        assert end - start <= LONGEST_CHARACTERS
        assert len(text[start:end].split()) <= LONGEST_WORDS


def test_a_million_letters_without_a_space_are_cut() -> None:
    offsets = sentence_offsets("x" * 1_000_000)
    assert offsets[0][0] == 0
    assert offsets[-1][1] == 1_000_000
    assert all(a[1] == b[0] for a, b in pairwise(offsets))
