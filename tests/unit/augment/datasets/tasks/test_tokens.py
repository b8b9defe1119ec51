"""Tokens of a copy: untouched ones stay whatever they are, new stretches are cut at words."""

import pytest

from augment.datasets.tasks.tokens import cut_anew, placed
from augment.edits import Anchor, Edit, Span, apply_edits
from augment.record import Step


def tokens(original: str, *steps: list[Edit], spans: tuple[Span, ...] = ()) -> list[str]:
    text, trail = original, []
    for edits in steps:
        text = apply_edits(text, edits)
        trail.append(Step("x", tuple(edits)))
    found = cut_anew(placed(original.split(" ")), tuple(trail), text, spans)
    assert [original.split(" ")[t.origin] for t in found if t.origin is not None] == [
        text[t.start : t.end] for t in found if t.origin is not None
    ]
    return [text[token.start : token.end] for token in found]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], ["It", "'s", ":-)", "U.S.", "!"]),
        ([Edit(0, "It", "That")], ["That", "'s", ":-)", "U.S.", "!"]),
        # Letters that an edit glues to a token make one new word of both.
        ([Edit(2, " ", "")], ["It's", ":-)", "U.S.", "!"]),
        ([Edit(0, "", "so , ")], ["so", ",", "It", "'s", ":-)", "U.S.", "!"]),
        ([Edit(6, ":-) ", "")], ["It", "'s", "U.S.", "!"]),
        ([Edit(6, ":-)", "[MASK]")], ["It", "'s", "[MASK]", "U.S.", "!"]),
        (
            [Edit(6, ":-)", "ok, see http://a.io/b?c! (well-known)...")],
            [
                *("It", "'s", "ok", ",", "see", "http://a.io/b?c", "!"),
                *("(", "well-known", ")", "...", "U.S.", "!"),
            ],
        ),
        ([Edit(6, ":-)", "👍🏽 naïve")], ["It", "'s", "👍🏽", "naïve", "U.S.", "!"]),
    ],
)
def test_cut(edits: list[Edit], expected: list[str]) -> None:
    assert tokens("It 's :-) U.S. !", edits) == expected


def test_an_anchor_keeps_tokens_where_it_put_them() -> None:
    edit = Edit(0, "in St . Ives it is cold", "it's cold in St . Ives", (Anchor(3, 12, 13, 22),))
    moved = Span(13, 22, "place")
    assert tokens("in St . Ives it is cold", [edit], spans=(moved,)) == [
        *("it's", "cold", "in", "St", ".", "Ives")
    ]


def test_steps_one_after_the_other() -> None:
    assert tokens(
        "a b c", [Edit(0, "a", "new one")], [Edit(4, "one", "two"), Edit(9, " c", "")]
    ) == [*("new", "two", "b")]


def test_a_span_keeps_its_words_though_letters_are_glued_to_it() -> None:
    text = "New York s"
    spans = (Span(0, 8, "city"),)
    assert tokens(text, [Edit(8, " ", "")], spans=spans) == ["New", "York", "s"]


def test_clitics_are_parted_where_the_data_does_so() -> None:
    text, edit = "it is", Edit(0, "it is", "It's what I can't, he’d and 'twas")
    trail = (Step("x", (edit,)),)
    found = cut_anew(placed(text.split()), trail, edit.new, (), clitics=True)
    assert [edit.new[token.start : token.end] for token in found] == [
        *("It", "'s", "what", "I", "ca", "n't", ",", "he", "’d", "and", "'", "twas")
    ]
