"""The figures of a report against other programs, and at their ends."""

import pytest
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

from augment.report.measures import distinct, edit_rate, quantile, self_bleu, spread
from augment.report.sample import Sample

TEXTS = [
    "the dog saw a cat",
    "the dog saw a bird today in the park",
    "one two three",
    "the cat saw the dog the dog",
    "word",
    "the dog saw a cat",
]


def test_self_bleu_is_that_of_nltk() -> None:
    words = [text.split() for text in TEXTS]
    smooth = SmoothingFunction().method1
    expected = [
        sentence_bleu(words[:i] + words[i + 1 :], words[i], smoothing_function=smooth)
        for i in range(len(words))
    ]
    assert self_bleu(TEXTS) == pytest.approx(sum(expected) / len(expected))


def test_self_bleu_at_its_ends() -> None:
    assert self_bleu(["all the same words here"] * 3) == pytest.approx(1)
    assert self_bleu(["one two", "three four"]) == 0
    assert self_bleu(["alone", "!"]) is None


def test_distinct_of_nothing() -> None:
    assert distinct(["one"], 2) is None
    assert distinct(["a b", "a b"], 2) == 0.5


def test_edit_rate_at_its_ends() -> None:
    assert edit_rate("a b", "a b") == 0
    assert edit_rate("a b", "c d") == 1
    assert edit_rate("", "") == 0
    assert edit_rate("!", "?") == 1
    assert edit_rate("", "a b") == 1


def test_spread() -> None:
    found = spread([0.0, 0.25, 0.5, 0.75, 1.0, 7.0], 0, 1)
    assert (found.count, found.median, found.least, found.most) == (6, 0.625, 0.0, 7.0)
    assert sum(found.bins) == 6
    assert found.bins[-1] == 2  # what lies beyond as well
    assert sum(spread([3.0]).bins) == 1
    assert quantile([5.0], 0.95) == 5.0


def test_a_sample_is_fair_and_repeatable() -> None:
    counts = [0] * 20
    for seed in range(600):
        sample = Sample[int](5, seed=seed, name="x")
        for number in range(20):
            sample.add(number)
        assert len(set(sample.items)) == 5
        for number in sample.items:
            counts[number] += 1
    assert all(100 < count < 200 for count in counts)  # 150 expected, a deviation is about 11
