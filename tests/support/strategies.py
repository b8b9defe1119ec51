"""Hypothesis strategies: texts, records and specs, odd ones among them."""

from typing import Any

from hypothesis import strategies as st

from augment.edits import Edit, Span
from augment.record import Record
from augment.words import split_words

SAMPLES = (
    "The children went to the big house, but they didn't find 3 dogs.",
    "Please refund $49.99 to bob@example.com  by 12 March 2026!",
    "An old man\tbought a car.\r\nIt wasn't cheap...",
    "Visit https://example.com/a?b=c or call {name} about <TAG> and `code`.",
    "मैं हिन्दी नहीं बोलता, 我不喜欢 sushi 👍🏽 ok",
    "مرحبا بالعالم",
    "",
    "   \n ",
    "word",
)

texts = st.one_of(
    st.sampled_from(SAMPLES),
    st.lists(st.sampled_from(" ".join(SAMPLES).split(" ")), max_size=25).map(" ".join),
    st.text(max_size=60),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A record with up to three spans on whole words."""
    text = draw(texts)
    words = split_words(text)
    spans = []
    if words:
        chosen = sorted(draw(st.sets(st.integers(0, len(words) - 1), max_size=3)))
        spans = [Span(words[i].start, words[i].end, f"L{i}") for i in chosen]
    return Record(text, id=draw(st.text(max_size=6)), label="x", spans=tuple(spans))


@st.composite
def edited_texts(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A text and sorted edits apart from each other that fit it."""
    text = draw(st.text(max_size=40))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if not edits or start > edits[-1].end:
            edits.append(Edit(start, text[start:end], draw(st.text(max_size=5))))
    return text, edits


_leaves = st.one_of(
    st.fixed_dictionaries({"kind": st.just("masking"), "rate": st.floats(0, 1)}),
    st.fixed_dictionaries(
        {"kind": st.just("synonyms"), "rate": st.floats(0, 1), "phrases": st.booleans()}
    ),
    st.fixed_dictionaries({"kind": st.just("back_translation"), "beam": st.integers(1, 16)}),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["typos", "ocr", "unicode_noise"]), "per_word": st.integers(1, 5)}
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("names"),
            "spans": st.dictionaries(
                st.sampled_from(["PER", "B-loc", "Größe", "a: b", "#", "no"]),
                st.sampled_from(["person", "place", "city"]),
            ),
        }
    ),
)


def _combined(steps: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.lists(steps, min_size=1, max_size=3)
    return st.one_of(
        st.fixed_dictionaries({"kind": st.just("chain"), "steps": some}),
        st.fixed_dictionaries({"kind": st.just("maybe"), "p": st.floats(0, 1), "step": steps}),
        st.fixed_dictionaries({"kind": st.just("one_of"), "steps": some}),
        some.map(lambda found: {"kind": "some_of", "steps": found, "k": [0, len(found)]}),
    )


spec_values = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**63 - 1),
        "copies": st.integers(1, 1000),
        "steps": st.lists(st.recursive(_leaves, _combined, max_leaves=6), min_size=1, max_size=3),
    }
)
