"""Counts add up, and a label column that is none of classes does not fill memory."""

from augment.datasets.labels import MOST_LABELS, NO_LABEL, OTHER_LABELS, LabelCount
from augment.datasets.rows import Fault, Row
from augment.datasets.summary import CopyCounts, Tally
from augment.datasets.tasks.task import RowCopy
from augment.edits import Edit
from augment.record import Copy, Record, Refusal, Step, Trail


def row(*labels: str) -> Row:
    return Row(1, b"x\n", "1", (Record("x"),), {}, {}, insert=1, stop=1, labels=labels)


def copy(text: str, trail: Trail = ()) -> RowCopy:
    return RowCopy(1, {}, (Copy(Record(text), 1, trail),), (), ("nothing_to_mask",))


def test_counts() -> None:
    tally = Tally(keep_originals=True)
    trail = (Step("0.one_of.1.masking", (Edit(0, "a", "b"),)), Step("1.masking", ()))
    tally.row(row())
    tally.copy(row().labels, CopyCounts.of(copy("One. Two! Three", trail)))
    tally.dropped(Refusal("unchanged"))
    tally.fault(Fault(2, "row_too_long", "", b"x", 1, parts_follow=True))
    tally.fault(Fault(2, "row_too_long", "", b"x", 2))
    summary = tally.summary(blank_lines=1, seconds=2, output=None, rejects=None)
    assert (summary.rows, summary.kept, summary.rejected) == (2, 1, {"row_too_long": 1})
    assert (summary.asked, summary.written, summary.dropped) == (2, 1, {"unchanged": 1})
    assert (summary.kinds, summary.labels) == ({"masking": 1}, {NO_LABEL: LabelCount(1, 2)})
    assert summary.stayed == {"nothing_to_mask": 1}
    assert (summary.sentences, summary.sentences_per_second) == (3, 1.5)
    assert summary.to_json()["labels"] == {NO_LABEL: {"before": 1, "after": 2}}


def test_labels_past_the_limit_are_counted_together() -> None:
    tally = Tally(keep_originals=True)
    for number in range(MOST_LABELS + 5):
        tally.row(row(f"{number}"))
    labels = tally.summary(blank_lines=0, seconds=0, output=None, rejects=None).labels
    assert len(labels) == MOST_LABELS + 1
    assert labels[OTHER_LABELS] == LabelCount(5, 5)


def test_a_row_of_several_classes_counts_for_each() -> None:
    tally = Tally(keep_originals=True)
    tally.row(row("a", "b"))
    tally.copy(row("a", "b").labels, CopyCounts.of(copy("x")))
    tally.row(row())
    labels = tally.summary(blank_lines=0, seconds=0, output=None, rejects=None).labels
    assert labels == {
        NO_LABEL: LabelCount(1, 1),
        "a": LabelCount(1, 2),
        "b": LabelCount(1, 2),
    }
