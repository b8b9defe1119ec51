"""Words that tell little give way to others of their kind; those that tell much stay."""

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import pytest

from augment.build import build_pipeline
from augment.commands.learning import _records
from augment.errors import DataError, SpecError
from augment.pipeline import Pipeline
from augment.randomness import stream
from augment.record import Record, undo
from augment.resources import Resources
from augment.samples import sample_file
from augment.spec import parse_spec
from augment.transforms.word_weights import Counted, WordCounting, WordWeights


@pytest.fixture(scope="module")
def built() -> Pipeline:
    spec = parse_spec({"steps": [{"kind": "tfidf", "rate": 0.3}], "copies": 3})
    return build_pipeline(spec, Resources())


@pytest.fixture(scope="module")
def sample() -> list[Record]:
    with sample_file("sample:support") as path:
        return list(_records(path))


def test_copies_are_edited_texts_of_the_same_length(built: Pipeline, sample: list[Record]) -> None:
    with built.fitted(sample) as pipeline:
        outcomes = list(pipeline.augment(sample[:60]))
    copies = [(one.record, copy) for one in outcomes for copy in one.copies]
    assert len(copies) > 100
    for original, copy in copies:
        assert undo(copy.record.text, copy.trail) == original.text
        assert len(copy.record.text.split()) == len(original.text.split())


def test_words_that_tell_much_stay(built: Pipeline, sample: list[Record]) -> None:
    with built.fitted(sample) as pipeline:
        edits = [
            edit
            for outcome in pipeline.augment(sample[:100])
            for copy in outcome.copies
            for edit in copy.trail[0].edits
        ]
    texts = [set(record.text.casefold().split()) for record in sample]
    rarity = {word: -math.log(n) for word, n in Counter(w for t in texts for w in t).items()}
    gone = fmean(rarity.get(edit.old.casefold(), 0.0) for edit in edits)
    assert gone < fmean(rarity[word] for text in texts[:100] for word in text) - 0.3
    known = {word.strip(".,?!'\"").casefold() for r in sample for word in r.text.split()}
    assert sum(edit.new.casefold() in known for edit in edits) > 0.9 * len(edits)


def test_numbers_names_and_negations_stay_and_do_not_come(
    built: Pipeline, sample: list[Record]
) -> None:
    text = "Anna has not paid the $20 of 3 March, and never will she pay for the two cards."
    with built.fitted(sample) as pipeline:
        (outcome,) = pipeline.augment([Record(text)], copies=20)
    assert len(outcome.copies) > 5
    for copy in outcome.copies:
        words = copy.record.text.split()
        for kept in ("Anna", "not", "$20", "3", "March,", "never", "two"):
            assert kept in words


def test_the_order_of_what_was_read_does_not_matter(
    built: Pipeline, sample: list[Record], tmp_path: Path
) -> None:
    built.fit(sample, (), tmp_path / "one")
    built.fit(reversed(sample), (), tmp_path / "two")
    (one,) = (tmp_path / "one").rglob("*.json")
    (two,) = (tmp_path / "two").rglob("*.json")
    assert one.read_bytes() == two.read_bytes()


def test_unfitted_it_says_what_to_do(built: Pipeline) -> None:
    with pytest.raises(SpecError, match=r"tfidf must read the whole data set first"):
        built.augment_batch([Record("some text")])


def test_too_few_words_are_an_error(built: Pipeline, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="only 2 words that stand in 2 texts or more, of 3 texts"):
        built.fit([Record("a b"), Record("b a"), Record("c d")], (), tmp_path / "fit")


def test_a_vocabulary_without_end_is_thinned_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augment.transforms.word_weights.MOST_WORDS", 100)
    counting = WordCounting(tmp_path, min_texts=2)
    for number in range(500):
        counting.add(Record(f"the of and to in is for on with at by word{number}"))
        assert len(counting._in_texts) <= 112
    counting.save()
    assert set(WordWeights.load(tmp_path).vocabulary) == {
        *("the", "of", "and", "to", "in", "is", "for", "on", "with", "at", "by")
    }


def test_draws_prefer_what_tells_little() -> None:
    weights = WordWeights(100, {"the": Counted(100), "card": Counted(30), "rare": Counted(2)})
    draws = stream(0, "draws")
    found = Counter(weights.draw(draws) for _ in range(3000))
    assert found["the"] > found["card"] > 0
    assert weights.of(["the", "rare"])[0] == 0


def test_a_word_and_the_article_before_it_change_together(sample: list[Record]) -> None:
    spec = parse_spec({"steps": [{"kind": "tfidf", "rate": 1.0}], "copies": 20})
    record = Record("I sent a card in an envelope to a friend with a note", id="a")
    with build_pipeline(spec, Resources()).fitted([*sample, record]) as pipeline:
        (outcome,) = pipeline.augment([record])
    assert len(outcome.copies) > 10
    for copy in outcome.copies:
        words = copy.record.text.split()
        for article, word in pairwise(words):
            if article in ("a", "an"):
                vowel = word[0] in "aeiou"
                assert article == ("an" if vowel else "a") or word[:2] in ("on", "us", "un", "ho")


def test_what_tells_the_label_stays_however_frequent_it_is(tmp_path: Path) -> None:
    counting = WordCounting(tmp_path, min_texts=2)
    for number in range(200):
        verb, label = ("add", "music") if number % 2 else ("book", "table")
        filler = ("one", "two", "three", "four", "five")[number % 5]
        counting.add(Record(f"please {verb} it for me at {filler} or so then", label=label))
    counting.save()
    weights = WordWeights.load(tmp_path)
    add, please, rare = weights.of(["add", "please", "three"])
    assert add > rare > please
    draws = stream(0, "draws")
    found = Counter(weights.draw(draws) for _ in range(2000))
    assert found["please"] > 3 * (found["add"] + found["book"])
