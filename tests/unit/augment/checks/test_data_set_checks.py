"""Duplicates, leak and labels: what a pass over the data set teaches them."""

import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from augment.checks.base import Case, Unfitted, Verdict
from augment.checks.duplicates import DuplicatesCheck
from augment.checks.fingerprints import NearIndex, likeness, normalised, shingles, signature
from augment.checks.label_counts import LabelCounts
from augment.checks.labels import LabelsCheck
from augment.checks.leak import LeakCheck
from augment.errors import DataError
from augment.randomness import stream
from augment.record import Copy, Record
from augment.spec import Duplicates, Labels, Leak

WORDS = (
    *("card", "parcel", "order", "money", "late", "lost", "where", "when"),
    *("send", "track", "bank", "code", "phone", "call", "help", "ask"),
)


def sentence(number: int, words: int = 14) -> str:
    draw = stream(0, "sentence", number)
    return " ".join(draw.choice(WORDS) for _ in range(words))


def case(original: Record, new: str) -> Case:
    return Case(original, Copy(Record(new, original.id, original.label), 1, ()))


def ready(check: Unfitted, records: Iterable[Record], held_out: Iterable[Record] = ()) -> Any:
    """A check that has read a data set; it judges on when its folder is gone."""
    with TemporaryDirectory() as name:
        fitting = check.fitting(Path(name))
        for record in records:
            fitting.add(record)
        for record in held_out:
            fitting.add_held_out(record)
        try:
            fitting.save()
        finally:
            fitting.close()
        return check.fitted(Path(name))


# -- fingerprints


def test_normalising_leaves_words_alone() -> None:
    assert normalised("  Where's MY card?! ") == "where s my card"
    assert normalised("ﬁne") == "fine"
    assert normalised("\ud800?") == "\ud800?"
    assert normalised("") == ""
    assert likeness("", "") == 1.0


def test_signatures_estimate_the_likeness() -> None:
    text, other = sentence(1, 60), sentence(1, 50) + " " + sentence(2, 10)
    ours, theirs = (signature(shingles(normalised(one))) for one in (text, other))
    assert (ours == theirs).mean() == pytest.approx(likeness(text, other), abs=0.12)


@pytest.mark.parametrize("near", [0.5, 0.8, 0.9, 1.0])
def test_what_is_found_is_what_comparing_all_pairs_finds(near: float) -> None:
    texts = [sentence(number, 30) for number in range(60)]
    changed = [text.replace("card", "cards", number % 4) for number, text in enumerate(texts)]
    index = NearIndex(near)
    for number, text in enumerate(texts):
        index.add(text, str(number))
    for text in changed:
        best = max(likeness(text, other) for other in texts)
        found = index.find(text)
        assert (found is not None) == (best >= near)
    index.close()


def test_equal_texts_are_kept_once_and_by_their_first_owner() -> None:
    index = NearIndex(0.9)
    for owner in ("a", "b"):
        index.add("Where is my card?", owner)
    assert len(index) == 1
    found = index.find("where is my CARD")
    assert found == (1.0, "a")
    assert index.find("where is my card", not_of="a") is None
    assert index.find("where is my card", besides="Where is my card?") is None
    index.close()


def test_threads_may_share_an_index() -> None:
    index = NearIndex(0.9)
    threads = [
        threading.Thread(
            target=lambda start: [index.add(sentence(start + i), "x") for i in range(50)],
            args=(number * 50,),
        )
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(index) == len({sentence(i) for i in range(200)})
    index.close()


# -- duplicates


def duplicates(texts: list[str], **fields: object) -> "tuple[list[Record], Any]":
    records = [Record(text, id=f"r{i}") for i, text in enumerate(texts)]
    return records, ready(DuplicatesCheck(Duplicates(**fields)), records)  # type: ignore[arg-type]


def test_a_copy_near_another_original_is_dropped() -> None:
    (first, _), check = duplicates(["Where is my card?", "When will the new parcel arrive here?"])
    near, fine = check.judge(
        [case(first, "When will the new parcel arrive, here?"), case(first, "Where's the card?")]
    )
    assert near.refusal is not None
    assert near.refusal.reason == "near_duplicate"
    assert near.refusal.detail == "nearly equals the record r1"
    assert near.score == 1.0
    assert fine == Verdict()


def test_its_own_original_counts_unless_own_is_off() -> None:
    text = "Where is my card, please?"
    (first,), check = duplicates([text])
    (verdict,) = check.judge([case(first, "Where is my card please")])
    assert verdict.refusal is not None
    assert verdict.refusal.detail == "nearly equals its original"
    (first,), check = duplicates([text], own=False)
    assert check.judge([case(first, "Where is my card please")]) == [Verdict()]
    assert check.alike("a", "a") is None


def test_a_selection_lets_the_first_of_two_like_copies_through() -> None:
    (one, two), check = duplicates([sentence(1), sentence(2)])
    selection = check.selection()
    assert selection.admit(case(one, "The parcel is still on its way")).refusal is None
    dropped = selection.admit(case(two, "the parcel is still on its way.")).refusal
    assert dropped is not None
    assert dropped.detail == "nearly equals a copy of the record r0"
    # Copies of one record are told apart when they are drawn.
    assert selection.admit(case(one, "The parcel is still on its way!")).refusal is None
    selection.close()


# -- leak


def test_a_copy_that_gives_away_a_held_out_row_is_dropped() -> None:
    original = Record("Where is the parcel?", id="r0")
    held_out = [Record("When will my new card come?", id="test:1")]
    check = ready(LeakCheck(Leak()), [original], held_out)
    fine, leaked = check.judge(
        [case(original, "Where is the parcel?!"), case(original, "When will my new card come!")]
    )
    assert fine == Verdict()
    assert leaked.refusal is not None
    assert str(leaked.refusal) == "leak: nearly equals the held-out record test:1"


def test_nothing_held_out_is_an_error_with_a_remedy() -> None:
    with pytest.raises(DataError, match=r"--split-column.*files: \[test.csv\]"):
        ready(LeakCheck(Leak()), [])


# -- labels

ROWS = [
    *(
        (f"{start} my card is lost {end}", "card")
        for start in ("help", "oh", "hi")
        for end in "abc"
    ),
    *((f"{start} send the money home {end}", "money") for start in ("i", "we") for end in "abcd"),
]


def labels(**fields: object) -> "tuple[list[Record], Any]":
    records = [Record(text, id=str(i), label=label) for i, (text, label) in enumerate(ROWS)]
    return records, ready(LabelsCheck(Labels(**fields)), records)  # type: ignore[arg-type]


def test_a_copy_that_reads_as_another_label_is_dropped() -> None:
    records, check = labels()
    kept, dropped = check.judge(
        [case(records[0], "hello, my card was lost"), case(records[0], "help me send the money")]
    )
    assert kept.refusal is None
    assert kept.score > 0
    assert dropped.refusal is not None
    assert dropped.refusal.detail == "reads as 'money', its label is 'card'"
    assert dropped.refusal.score < 0


def test_a_row_that_is_told_to_another_label_itself_does_not_count_against_its_copy() -> None:
    records, check = labels()
    odd = Record("we send the money back", id="odd", label="card")
    assert check.judge([case(odd, "we send money back")])[0].refusal is None
    _, strict = labels(strict=True)
    assert strict.judge([case(odd, "we send money back")])[0].refusal is not None
    _, lax = labels(strict=True, margin=100)
    assert lax.judge([case(odd, "we send money back")])[0].refusal is None
    del records


def test_rare_labels_and_rows_without_one_are_not_judged() -> None:
    records, check = labels(least=9)
    assert check.judge([case(records[0], "send the money")]) == [Verdict()]
    plain = Record("my card is lost", id="x")
    assert check.judge([case(plain, "send the money")]) == [Verdict()]


def test_no_text_is_judged_by_a_model_that_saw_it() -> None:
    """Leaving a text out comes to the same as never adding it, and any order of texts does."""
    text, label = ROWS[3]
    whole, without = LabelCounts(), LabelCounts()
    for one, its in (*ROWS, *ROWS[:5]):  # doubles
        whole.add(one, its)
    for one, its in reversed(ROWS):
        if one != text:
            without.add(one, its)
    whole.freeze()
    without.freeze()
    ours, theirs = whole.margins(text, without=text), without.margins(text, without="")
    assert whole.rows(label, without=text) == without.rows(label, without=text) == 8
    for name, margin in ours.items():
        # All but the number of words in use, which tells nothing of the text.
        assert margin == pytest.approx(theirs[name], rel=0.02)
    assert whole.margins(text, without="")["card"] > ours["card"]


def test_many_labels_share_places_within_a_bounded_table(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[LabelCounts.__module__]
    monkeypatch.setattr(module, "_CELLS", 1 << 16)
    counts = LabelCounts()
    for number in range(40):
        counts.add(f"word{number} more{number} here", f"label{number}")
        counts.add(f"word{number} here again", f"label{number}")
    counts.freeze()
    margins = counts.margins("this is word7", without="")
    assert max(margins, key=lambda one: margins[one]) == "label7"
    monkeypatch.setattr(module, "MOST_LABELS", 40)
    with pytest.raises(DataError, match="more than 40 different labels"):
        counts.add("x", "one more")


def test_one_label_alone_is_an_error_with_a_remedy() -> None:
    with pytest.raises(DataError, match="the data set has 'only'; name the column with --label"):
        ready(LabelsCheck(Labels()), [Record("x", label="only")])


def test_texts_without_words_do_no_harm() -> None:
    records, check = labels()
    for text, new in (("", "?"), ("help my card is lost a", ""), ("?", "my card is lost")):
        original = Record(text, id="e", label="card")
        assert check.judge([case(original, new)])[0].refusal is None
    del records
