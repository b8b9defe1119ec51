"""Edits: faults are found, spans move as they should."""

import pytest

from augment.edits import Anchor, Edit, Span, SpanLostError, apply_edits, invert_edits, move_spans


def test_edits_are_made_together() -> None:
    edits = [Edit(0, "A", "The"), Edit(2, "cat", ""), Edit(6, "", "has ")]
    assert apply_edits("A cat sat", edits) == "The  has sat"


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([Edit(2, "cat", "x"), Edit(0, "A", "y")], "overlap or are not sorted at offset 0"),
        ([Edit(0, "A c", "x"), Edit(2, "cat", "y")], "overlap or are not sorted at offset 2"),
        ([Edit(1, "cat", "x")], "replaces 'cat', but ' ca' stands there"),
    ],
)
def test_a_wrong_edit_is_an_error(edits: list[Edit], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        apply_edits("A cat sat", edits)


@pytest.mark.parametrize(
    ("edit", "moved"),
    [
        (Edit(0, "I", "We"), (9, 15)),  # before it
        (Edit(15, "now", "soon"), (8, 14)),  # after it
        (Edit(8, "New", "Old"), (8, 14)),  # inside it, at its start
        (Edit(12, "Yo", "York"), (8, 16)),  # inside it, at its end
        (Edit(8, "", "the "), (12, 18)),  # put in before it stays outside
        (Edit(14, "", "!"), (8, 14)),  # put in after it stays outside
    ],
)
def test_spans_move(edit: Edit, moved: tuple[int, int]) -> None:
    text = "I am in New Yo now"
    assert text[edit.start : edit.end] == edit.old
    assert move_spans([Span(8, 14, "city")], [edit]) == (Span(*moved, "city"),)


@pytest.mark.parametrize(
    "edit",
    [
        Edit(5, "in New", "at New"),  # over its start
        Edit(12, "Yo now", "York"),  # over its end
        Edit(8, "New Yo", "Boston"),  # exactly it, without an anchor
        Edit(0, "I am in New Yo now", "Now I am in New Yo"),  # around it, without an anchor
        Edit(8, "New", ""),  # takes part of it away
    ],
)
def test_a_span_is_lost_rather_than_guessed(edit: Edit) -> None:
    with pytest.raises(SpanLostError, match="loses the span 8-14"):
        move_spans([Span(8, 14)], [edit])


def test_an_anchor_says_where_a_span_went() -> None:
    text, new = "Well. I am in Rome now. Bye.", "Now, in Rome, I am."
    anchor = Anchor(14, 18, 8, 12)
    edits = [Edit(0, "Well.", "So."), Edit(6, "I am in Rome now.", new, (anchor,))]
    after = apply_edits(text, edits)
    (moved,) = move_spans([Span(14, 18, "city")], edits)
    assert after[moved.start : moved.end] == "Rome"
    (back,) = move_spans([moved], invert_edits(edits))
    assert back == Span(14, 18, "city")


def test_an_anchor_of_another_stretch_does_not_save_a_span() -> None:
    edit = Edit(0, "Rome and Bern", "Bern and Rome", (Anchor(9, 13, 0, 4),))
    with pytest.raises(SpanLostError):
        move_spans([Span(0, 4)], [edit])
