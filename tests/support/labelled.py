"""Labelled rows of every sort: strategies for them, and a few of our own to read by eye."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from augment.datasets.tasks.schemes import SCHEMES, Entity, write_tags
from tests.support.strategies import texts

# As data sets have them: clitics and marks apart, emoticons, hashes, odd spaces, other scripts.
TOKENS = (
    *("The", "children", "did", "n't", "go", "to", "New", "York", ",", "but", "'s", "big", "house"),
    *("I", "'m", ":-)", "...", "http://a.io/b?c", "@you", "#tag", "#", "3", "$", "49.99", "U.S."),
    *("12", "March", "2026", "not", "old", "man", "bought", "car", "!", '"', "``", "(", ")", "&"),
    *(
        "New York",
        "\u00a0",
        "👍🏽",
        "é",
        "e\u0301",
        "日本語",
        "नहीं",
        "مرحبا",
        "[MASK]",
        "x",
        "can not",
    ),
)

LABELS = ("L0", "L1", "L2", "creative-work")

SAMPLE = (
    ("Maria flew to New York on Monday and bought a very expensive car .", {0: 1, 3: 2}),
    ("The old bridge in Porto was closed , so we did n't cross the river .", {4: 1}),
    ("Please send my order of 12 green lamps to Acme Ltd in Berlin today !", {9: 2, 12: 1}),
    ("I 'm sure that Doctor Strange is the best film of the year :-)", {4: 2}),
    ("She has lived in the United States of America since 2004 .", {4: 5}),
)


@st.composite
def tagged(draw: st.DrawFn) -> dict[str, Any]:
    """Tokens, their tags in some scheme, and that scheme."""
    tokens = draw(st.lists(st.sampled_from(TOKENS), max_size=20))
    cuts = sorted(draw(st.sets(st.integers(0, len(tokens)), max_size=6)))
    entities = [
        Entity(start, end, draw(st.sampled_from(LABELS)))
        for start, end in pairwise(cuts)
        if draw(st.booleans())
    ]
    scheme = draw(st.sampled_from(SCHEMES))
    return {
        "tokens": tokens,
        "tags": write_tags(entities, len(tokens), scheme),
        "scheme": scheme,
    }


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A context with up to three answers anywhere in it, also one in another, and a question."""
    context = draw(texts)
    answers = []
    for _ in range(draw(st.integers(0, 3)) if context else 0):
        start = draw(st.integers(0, len(context) - 1))
        end = draw(st.integers(start + 1, min(len(context), start + 20)))
        answers.append((context[start:end], start))
    return {
        "context": context,
        "question": draw(texts),
        "answers": {
            "text": [text for text, _ in answers],
            "answer_start": [start for _, start in answers],
        },
    }


def sample_tagged() -> list[dict[str, Any]]:
    """Sentences of our own with places and names."""
    rows = []
    for text, entities in SAMPLE:
        tokens = text.split(" ")
        found = [Entity(start, start + size, "place") for start, size in entities.items()]
        rows.append({"tokens": tokens, "tags": write_tags(found, len(tokens), "bio")})
    return rows


def sample_questions() -> list[dict[str, Any]]:
    """The same sentences with their entities as answers."""
    rows = []
    for row in sample_tagged():
        context, at = " ".join(row["tokens"]), 0
        texts, starts = [], []
        for token, tag in zip(row["tokens"], row["tags"], strict=True):
            if tag.startswith("B"):
                texts.append(token)
                starts.append(at)
            at += len(token) + 1
        answers = {"text": texts, "answer_start": starts}
        rows.append({"context": context, "question": "What is it called ?", "answers": answers})
    return rows
