"""Parts share no text and no original, keep the shares of labels, and do not depend on order."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.errors import DataError
from regularize.data import Example, Removal, label_counts
from regularize.splits import (
    apart,
    check_known,
    few_shot,
    hold_out,
    k_fold,
    learnable,
    normalised,
)

SEEDS = st.integers(0, 1000)


@st.composite
def data(draw: st.DrawFn) -> tuple[Example, ...]:
    """Originals with labels, some of them with copies, in any order."""
    labels = draw(st.lists(st.sampled_from("abc"), min_size=4, max_size=40))
    rows = []
    for number, label in enumerate(labels):
        rows.append(Example(f"r:{number}", f"text {number}", label))
        for copy in range(draw(st.integers(0, 2))):
            source = f"r:{number}"
            rows.append(Example(f"{source}#{copy}", f"copy {number} {copy}", label, (), source))
    return tuple(draw(st.permutations(rows)))


def rows_of(label: str, count: int) -> list[Example]:
    return [Example(f"{label}:{n}", f"{label} {n}", label) for n in range(count)]


@given(data(), st.floats(0, 0.9), SEEDS)
def test_a_group_is_never_split_and_nothing_but_copies_is_lost(
    rows: tuple[Example, ...], share: float, seed: int
) -> None:
    train, held = hold_out(rows, share, seed=seed, name="dev", task="single")
    assert not {row.group for row in train} & {row.group for row in held}
    assert all(row.source_id is None for row in held)
    originals = {row.id for row in rows if row.source_id is None}
    assert {row.id for row in (*train, *held) if row.source_id is None} == originals
    # Copies of what stays stay.
    groups = {row.group for row in train}
    assert {row.id for row in train} == {row.id for row in rows if row.group in groups}


@given(data(), st.floats(0, 0.9), SEEDS)
def test_the_order_of_rows_changes_nothing(
    rows: tuple[Example, ...], share: float, seed: int
) -> None:
    held = hold_out(rows, share, seed=seed, name="dev", task="single")[1]
    again = hold_out(rows[::-1], share, seed=seed, name="dev", task="single")[1]
    assert set(held) == set(again)


def test_labels_have_their_share_and_each_keeps_one_at_least() -> None:
    rows = rows_of("a", 100) + rows_of("b", 50) + rows_of("c", 1)
    train, held = hold_out(rows, 0.2, seed=0, name="dev", task="single")
    assert label_counts(held) == {"a": 20, "b": 10}
    assert label_counts(train)["c"] == 1


def test_names_and_seeds_draw_apart() -> None:
    rows = rows_of("a", 200)

    def drawn(seed: int, name: str) -> set[str]:
        return {row.id for row in hold_out(rows, 0.5, seed=seed, name=name, task="single")[1]}

    assert len({frozenset(drawn(s, n)) for s in (0, 1) for n in ("dev", "test")}) == 4


@given(data(), st.integers(2, 4), SEEDS)
def test_in_folds_each_original_is_held_out_once(
    rows: tuple[Example, ...], folds: int, seed: int
) -> None:
    found = k_fold(rows, folds, seed=seed, task="single")
    held = Counter(row.id for fold in found for row in fold.dev)
    assert held == Counter(row.id for row in rows if row.source_id is None)
    sizes = [len(fold.dev) for fold in found]
    assert max(sizes) - min(sizes) <= 1
    for fold in found:
        assert not {row.group for row in fold.train} & {row.group for row in fold.dev}


def test_folds_have_each_label_alike() -> None:
    found = k_fold(rows_of("a", 20) + rows_of("b", 10), 5, seed=3, task="single")
    assert [label_counts(fold.dev) for fold in found] == [{"a": 4, "b": 2}] * 5


def test_too_many_folds_are_refused() -> None:
    with pytest.raises(DataError, match="9 folds of 4 texts: give a number from 2 to 4"):
        k_fold(rows_of("a", 4), 9, seed=0, task="single")


def test_few_shot_takes_so_many_a_class_and_hides_the_labels_of_the_rest() -> None:
    rows = rows_of("a", 30) + rows_of("b", 20)
    parts = few_shot(rows, 10, 5, seed=0, task="single")
    assert label_counts(parts["train"]) == {"a": 10, "b": 10}
    assert label_counts(parts["dev"]) == {"a": 5, "b": 5}
    assert label_counts(parts["unlabelled"]) == {"": 20}
    ids = [row.id for part in parts.values() for row in part]
    assert sorted(ids) == sorted(row.id for row in rows)


def test_with_more_a_class_training_holds_what_it_held() -> None:
    rows = rows_of("a", 30) + rows_of("b", 20)
    few, more = (few_shot(rows, n, 5, seed=4, task="single") for n in (5, 10))
    assert set(few["train"]) < set(more["train"])
    assert few["dev"] == more["dev"]


def test_few_shot_names_the_classes_that_are_too_small() -> None:
    with pytest.raises(DataError, match=r"need 15 of each; too few have: 'b' 14; ask for fewer"):
        few_shot(rows_of("a", 15) + rows_of("b", 14), 10, 5, seed=0, task="single")
    with pytest.raises(DataError, match="needs texts with one label each"):
        few_shot([Example("1", "x", ("a",))], 1, 1, seed=0, task="several")


def test_doubles_within_and_between_parts_are_taken_out_and_counted() -> None:
    def rows(part: str, *texts: tuple[str, str]) -> tuple[Example, ...]:
        return tuple(Example(f"{part}:{n}", text, label) for n, (text, label) in enumerate(texts))

    parts, removed = apart(
        {
            "train": rows("train", ("Play it", "a"), ("play  IT", "a"), ("stop", "b"), ("new", "b"),
                          ("NEW", "a"), ("left", "b")),
            "dev": rows("dev", ("stop", "b"), ("halt", "b")),
            "test": rows("test", ("Halt ", "b"), ("go", "a"), ("go", "a")),
            "unlabelled": rows("unlabelled", ("left", ""), ("ｇｏ", ""), ("free", "")),
        }
    )  # fmt: skip
    assert {name: [row.text for row in part] for name, part in parts.items()} == {
        "test": ["Halt ", "go"],
        "dev": ["stop"],
        "train": ["Play it", "new", "left"],
        "unlabelled": ["free"],
    }
    assert set(removed) == {
        Removal("train", "duplicate", 1), Removal("train", "overlap", 1),
        Removal("train", "contradictory", 1), Removal("dev", "overlap", 1),
        Removal("test", "duplicate", 1), Removal("unlabelled", "overlap", 2),
    }  # fmt: skip


def test_copies_of_measured_texts_are_nowhere_but_others_with_the_same_number_stay() -> None:
    copy = Example("7#1", "a copy", "a", (), "7")
    parts, removed = apart({"train": (copy,), "test": (Example("7", "the text", "a"), copy)})
    assert parts["train"] == ()
    assert [row.id for row in parts["test"]] == ["7"]
    assert set(removed) == {Removal("train", "copy", 1), Removal("test", "copy", 1)}
    # Two files may number their rows alike: an original in the same part is the copy's own.
    own = Example("7", "another text", "a")
    assert apart({"train": (copy, own), "test": (Example("7", "the text", "a"),)})[0]["train"] == (
        copy, own,
    )  # fmt: skip


def test_of_an_original_and_its_equal_copy_the_original_stays() -> None:
    copy, original = Example("1#1", "x", "a", (), "1"), Example("1", "x", "a")
    assert apart({"train": (copy, original)})[0]["train"] == (original,)


@given(st.lists(st.sampled_from(["x", "X ", "y", "z"]), max_size=8), data())
def test_afterwards_no_text_is_there_twice(texts: Sequence[str], rows: tuple[Example, ...]) -> None:
    extra = tuple(Example(f"t:{n}", text, "a") for n, text in enumerate(texts))
    parts, removed = apart({"train": (*rows, *extra), "test": extra, "dev": rows[:2]})
    seen = [normalised(row.text) for part in parts.values() for row in part]
    assert len(seen) == len(set(seen))
    given_rows = len(rows) + 2 * len(extra) + len(rows[:2])
    assert len(seen) + sum(one.count for one in removed) == given_rows


def test_labels_are_sorted_and_tags_complete() -> None:
    assert learnable(rows_of("b", 1) + rows_of("a", 1), "single") == ("a", "b")
    tagged = [Example("1", "x y", ("B-x", "O"), ("x", "y"))]
    assert learnable(tagged, "tags") == ("O", "B-x", "I-x")
    assert learnable([Example("1", "x", ("a",)), Example("2", "y", ())], "several") == ("a",)


def test_nothing_to_tell_apart_is_refused() -> None:
    with pytest.raises(DataError, match="in the training texts the only label is 'a'"):
        learnable(rows_of("a", 5), "single")
    with pytest.raises(DataError, match="no text has a label"):
        learnable([Example("1", "x", ())], "several")
    with pytest.raises(DataError, match="the only label is 'O'"):
        learnable([Example("1", "x", ("O",), ("x",))], "tags")


def test_labels_that_training_lacks_are_named_with_counts() -> None:
    with pytest.raises(DataError, match=r"dev has labels that the training texts lack: 'c' \(3\)"):
        check_known(rows_of("a", 2) + rows_of("c", 3), ("a", "b"), "dev")


def test_texts_with_several_labels_are_spread_by_their_rarest() -> None:
    rows = [Example(f"{n}", f"t{n}", ("a", "b") if n < 10 else ("a",)) for n in range(100)]
    held = hold_out(rows, 0.2, seed=0, name="dev", task="several")[1]
    assert label_counts(held) == {"a": 20, "b": 2}
