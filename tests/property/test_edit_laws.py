"""Laws of edits and spans."""

from hypothesis import given
from hypothesis import strategies as st

from augment.edits import Edit, Span, SpanLostError, apply_edits, invert_edits, move_spans
from augment.record import Step, redo, trail_from_json, trail_to_json, undo
from augment.words import split_pieces, split_words
from tests.support.strategies import edited_texts, texts


@given(edited_texts())
def test_inverted_edits_give_the_text_back(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    assert apply_edits(apply_edits(text, edits), invert_edits(edits)) == text


@given(edited_texts())
def test_the_trail_undoes_and_redoes_through_json(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    after = apply_edits(text, edits)
    trail = (Step("0.a", tuple(edits)), Step("1.b", (Edit(0, after[:1], "Q"),), "model"))
    final = redo(text, trail)
    assert undo(final, trail) == text
    assert trail_from_json(trail_to_json(trail)) == trail


@given(edited_texts(), st.data())
def test_a_span_keeps_its_text_unless_an_edit_touches_it(
    case: tuple[str, list[Edit]], data: st.DataObject
) -> None:
    text, edits = case
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))), "x")
    after = apply_edits(text, edits)
    try:
        (moved,) = move_spans([span], edits)
    except SpanLostError:
        assert any(e.start < span.end and e.end > span.start for e in edits)
        return
    assert 0 <= moved.start <= moved.end <= len(after)
    if not any(e.start < span.end and e.end > span.start for e in edits):
        assert after[moved.start : moved.end] == text[span.start : span.end]


@given(texts)
def test_words_and_gaps_join_to_the_text(text: str) -> None:
    assert "".join(split_pieces(text)) == text
    assert all(text[word.start : word.end] == word.surface for word in split_words(text))


@given(st.text(alphabet="ab1._-'U.S, ", max_size=20))
def test_plain_text_has_the_words_that_the_general_pattern_finds(text: str) -> None:
    alike = split_words(f"{text} é")[:-1]
    assert [word.surface for word in split_words(text)] == [word.surface for word in alike]


@given(texts)
def test_every_letter_and_digit_is_in_a_word(text: str) -> None:
    inside = {i for word in split_words(text) for i in range(word.start, word.end)}
    assert all(i in inside for i, character in enumerate(text) if character.isalnum())
