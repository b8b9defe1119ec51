"""Laws of protection, over any text and over texts made of known pieces."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from augment.lexicons.protected import Protection, Stretch
from augment.lexicons.values import difference, find, stretches, values

PLAIN = ["the", "cat", "went", "home", "Sure,", "it", "arrived.", "Why?", "one", "maybe"]
VERBATIM = [
    "https://example.com/a", "jo@example.org", "@anna", "#late", "`x = 1`", "user_id", "/usr/bin",
    "{name}", "{{ x }}", "<TAG>", "</b>", "$VAR", "%s", "[MASK]", "AB-1234-X", "H1N1",
]  # fmt: skip
VALUED = [
    "42", "three", "$5", "50%", "2026-03-12", "12 March 2026", "3 p.m.", "not", "don't", "nobody",
    "5 km", "the 1990s", "twenty-one", "on Monday",
]  # fmt: skip
# Letters and signs that the rules look for, so that chance finds their borders.
SIGNS = st.text(
    alphabet="aBn't \n.,:;/\\@#$%{}[]<>()_`'\"-\u2019\u00a0\u0130\u00bd019+&*", max_size=60
)
TEXTS = st.one_of(
    st.text(max_size=60),
    SIGNS,
    st.lists(st.sampled_from([*PLAIN, *VERBATIM, *VALUED, "no", "and", "-", "may", "5", "half"]))
    .map(" ".join),
)  # fmt: skip
SPACES = st.sampled_from([" ", "\n", "\t", "  ", " \r\n", "\u00a0", "\u2009"])
WORDS = st.from_regex(r"\w[\w'-]{0,6}", fullmatch=True)
PROTECTION = Protection(["acme cloud", "C++"], ["z+"])


@given(TEXTS)
@example("\u0130 isn\u2019t 5\u00bd km")
def test_stretches_are_sorted_apart_and_inside_the_text(text: str) -> None:
    for found in (PROTECTION.verbatim(text), PROTECTION.valued(text), PROTECTION.stretches(text)):
        assert all(0 <= s.start < s.end <= len(text) and s.reason for s in found)
        assert all(a.end <= b.start for a, b in pairwise(found))


@given(TEXTS)
def test_stretches_cover_both_strengths(text: str) -> None:
    both = covered(PROTECTION.stretches(text))
    assert both == covered(PROTECTION.verbatim(text)) | covered(PROTECTION.valued(text))


@given(TEXTS, st.lists(WORDS, min_size=1, max_size=3), SPACES, TEXTS)
def test_a_phrase_of_the_user_is_always_covered(
    before: str, phrase: list[str], space: str, after: str
) -> None:
    protection = Protection([" ".join(phrase)])
    written = space.join(phrase)
    text = f"{before} {written} {after}"
    start = len(before) + 1
    assert set(range(start, start + len(written))) <= covered(protection.verbatim(text))


@given(st.lists(st.sampled_from([*PLAIN, *VERBATIM]), min_size=1))
def test_verbatim_pieces_keep_their_stretches_among_others(pieces: list[str]) -> None:
    expected, start = [], 0
    for piece in pieces:
        expected += [(start + s.start, start + s.end) for s in PROTECTION.verbatim(piece)]
        start += len(piece) + 1
    found = PROTECTION.verbatim(" ".join(pieces))
    assert [(s.start, s.end) for s in found] == expected
    assert len(expected) == sum(piece in VERBATIM for piece in pieces)


@given(st.lists(st.sampled_from(VALUED)))
def test_values_of_sentences_add_up(pieces: list[str]) -> None:
    text = " ".join(f"He said {piece} today." for piece in pieces)
    alone = sum((values(f"He said {piece} today.") for piece in pieces), start=values(""))
    assert difference(alone, values(text)) == ""


@given(TEXTS, st.lists(SPACES, min_size=1))
def test_whitespace_changes_no_value(text: str, spaces: list[str]) -> None:
    words = text.split()
    other = "".join(w + spaces[i % len(spaces)] for i, w in enumerate(words))
    assert values(" ".join(words)) == values(other)


@given(st.lists(st.sampled_from([*PLAIN, *VALUED, "may", "March", "no", "5"]), min_size=1))
def test_case_of_the_first_letter_changes_no_value(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert values(text[0].upper() + text[1:]) == values(text[0].lower() + text[1:])


@given(TEXTS)
def test_values_are_what_is_found(text: str) -> None:
    assert values(text).total() == sum(value.counted for value in find(text))
    assert difference(values(text), values(text)) == ""


def covered(found: tuple[Stretch, ...]) -> set[int]:
    return {place for stretch in found for place in range(stretch.start, stretch.end)}


_NEGATING = st.lists(
    st.sampled_from(
        [
            *("not", "Not", "never", "no", "doubt", "only", "cannot", "nobody", "don't", "can’t"),
            *("don`t", "is", "it", "good", ",", ".", "?", "_", "-", "neither", "nor", "whether"),
            *("or", "without", "a", "won't've", "knot", "unable", "İ", "two", "half", "past", "3"),
        ]
    ),
    max_size=12,
).map(" ".join)


@given(st.one_of(_NEGATING, st.text(alphabet="no t'’n-_.,NOT½ ", max_size=30)))
def test_the_quick_way_finds_what_reading_finds(text: str) -> None:
    read = [(v.start, v.end, v.reason) for v in find(text)]
    assert list(stretches(text)) == read
