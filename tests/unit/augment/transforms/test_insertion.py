"""Insertion: what is put in, and where it can stand."""

import re
from typing import Any

import pytest

from augment.edits import Span
from augment.resources import Resources
from tests.support.copies import copies_of, outcome_of, refusal_of

ONE: dict[str, Any] = {"kind": "insertion", "rate": 0.01}


def added(text: str, resources: Resources, step: dict[str, Any] = ONE, **fields: Any) -> set[str]:
    """The texts with a bar in place of each synonym of "buy" or "purchase"."""
    found = copies_of(step, text, resources, copies=60, **fields)
    return {copy.replace("purchased", "|").replace("acquired", "|") for copy in found}


def test_a_synonym_comes_with_one_space(resources: Resources) -> None:
    for text in ("They bought it.", "They bought it (here).", "THEY bought it"):
        found = added(text, resources)
        assert found
        for copy in found:
            assert "  " not in copy
            assert copy.replace(" |", "") == text


def test_every_free_place_is_used(resources: Resources) -> None:
    assert added("They bought it, too.", resources) == {
        "They | bought it, too.", "They bought | it, too.", "They bought it |, too.",
        "They bought it, too |.",
    }  # fmt: skip


def test_nothing_comes_under_a_negation(resources: Resources) -> None:
    found = added("They bought it but do not like this place, sadly.", resources)
    assert found
    behind = [copy.partition("not")[2].partition(",")[0] for copy in found]
    assert set(behind) == {" like this place"}


def test_values_and_spans_stay_whole(resources: Resources) -> None:
    text = "They bought two hundred and five in New York for a week"
    span = Span(text.index("New"), text.index("New") + 8, "CITY")
    outcome = outcome_of(ONE, text, resources, spans=[span], copies=20)
    assert outcome.copies
    for copy in outcome.copies:
        after = copy.record
        assert "two hundred and five" in after.text
        assert "for a week" in after.text
        assert after.text[after.spans[0].start : after.spans[0].end] == "New York"


def test_an_article_is_mended(resources: Resources) -> None:
    found = copies_of(ONE, "We enormously like an idea, all of us in the end", resources, copies=60)
    pairs = [pair for copy in found for pair in re.findall(r"\b(an?) (\w)", copy)]
    assert {("an", "i"), ("a", "c")} <= set(pairs)
    assert all((article == "an") == (first in "aeiou") for article, first in pairs)


def test_a_capital_stays_at_the_beginning(resources: Resources) -> None:
    found = copies_of(ONE, "Purchasing it went well", resources, copies=60)
    assert found
    assert all(copy.startswith("Purchasing") and copy[10:].islower() for copy in found)


def test_each_word_lends_one_synonym(resources: Resources) -> None:
    found = added("They bought it", resources, {"kind": "insertion", "rate": 1.0})
    assert {copy.count("|") for copy in found} == {1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \r\n",
        "the",
        "it is so",
        "我喜欢",
        "مرحبا بالعالم",
        "👍🏽",
        "12 March 2026",
        "http://a.b/c",
    ],
)
def test_there_may_be_nothing_to_insert(text: str, resources: Resources) -> None:
    assert refusal_of(ONE, text, resources).startswith("nothing_to_insert: ")


def test_line_ends_stay(resources: Resources) -> None:
    found = added("They bought\r\nit", resources)
    assert found == {"They | bought\r\nit", "They bought |\r\nit", "They bought\r\nit |"}
