"""Marks: they show the edits that were made, and nothing else."""

from augment.commands.examples import Examples
from augment.edits import Edit
from augment.preview import marked_copy
from augment.record import Copy, Outcome, Record, Step


def copy_of(text: str, *edits: Edit, path: str = "0.masking") -> Copy:
    return Copy(Record(text, label="x").edited(edits), 1, (Step(path, edits),))


def test_an_edit_is_marked_as_it_was_made() -> None:
    text = "No. We need it."
    copy = copy_of(text, Edit(4, "We", "[MASK]"), Edit(12, "it", "[MASK]"))
    assert marked_copy(text, copy) == "No. [-We-]{+[MASK]+} need [-it-]{+[MASK]+}."


def test_a_sentence_is_compared_by_words() -> None:
    text = "I would like to go home."
    copy = copy_of(text, Edit(0, text, "I would love to go home."))
    assert marked_copy(text, copy) == "I would [-like-]{+love+} to go home."


def test_examples_take_the_kinds_in_turn() -> None:
    examples = Examples(2)
    text = "a big house"
    for kind in ("masking", "masking", "masking", "synonyms"):
        copy = copy_of(text, Edit(2, "big", kind[0]), path=f"0.{kind}")
        examples.observe(Outcome(Record(text, label="x"), (copy,)))
    lines = [
        line.split("  ")[-1].strip() for line in examples.lines(colour=False) if "[-big-]" in line
    ]
    assert lines == ["a [-big-]{+m+} house", "a [-big-]{+s+} house"]


def test_without_copies_there_is_no_table() -> None:
    assert list(Examples(3).lines(colour=False)) == []
