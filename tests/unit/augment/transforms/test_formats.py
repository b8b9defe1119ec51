"""Values written in another way: each format, and where none fits."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augment.edits import Span
from augment.lexicons.value_formats import alternatives
from augment.lexicons.values import difference, find, values
from augment.resources import Resources
from tests.support.copies import copies_of, outcome_of, refusal_of

STEP: dict[str, Any] = {"kind": "formats", "rate": 1.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Numbers.
        ("I have 12 apples.", {"I have twelve apples."}),
        ("I have twelve apples.", {"I have 12 apples."}),
        ("12 apples fell.", {"Twelve apples fell."}),
        ("Wait 5 minutes!", {"Wait five minutes!"}),
        ("A 10-minute walk", {"A ten-minute walk"}),
        ("a ten-minute walk", {"a 10-minute walk"}),
        ("his 3-year-old boy", {"his three-year-old boy"}),
        ("about 1,000 people", {"about 1000 people"}),
        ("about 20000 people", {"about 20,000 people"}),
        ("it runs 1500 km", {"it runs 1,500 km"}),
        ("some five million people", {"some 5 million people"}),
        ("some 5 million people", {"some five million people"}),
        ("the 21st century", {"the twenty-first century"}),
        ("the third prize", {"the 3rd prize"}),
        ("after 1 week", {"after one week"}),
        # Percentages and amounts.
        ("up 3% today", {"up 3 percent today"}),
        ("up 3 % today", {"up 3 percent today"}),
        ("up 3 per cent today", {"up 3% today"}),
        ("up three percent today", {"up 3% today"}),
        ("it cost $5.", {"it cost 5 dollars."}),
        ("it cost 5 euros.", {"it cost €5."}),
        ("it cost $1.2 million", {"it cost 1.2 million dollars"}),
        ("paid 20 dollars to me", {"paid $20 to me"}),
        # Dates.
        ("on 2024-03-05", {"on 5 March 2024", "on March 5, 2024"}),
        ("on 5 March 2024", {"on 2024-03-05", "on March 5, 2024"}),
        ("on March 5th, 2024", {"on 2024-03-05", "on 5 March 2024"}),
        ("on 5 May", {"on May 5"}),
        ("on Sept. 9", {"on 9 September"}),
        # Times.
        ("at 5:30 pm", {"at 17:30"}),
        ("at 17:30", {"at 5:30 pm"}),
        ("at 5:30 am", {"at 05:30"}),
        ("It ends at 5 p.m.", {"It ends at 17:00."}),
        ("It ends at 5 p.m. Come!", {"It ends at 17:00. Come!"}),
        ("at 5 p.m. on the dot", {"at 17:00 on the dot"}),
        ("an 11 minute walk", {"an eleven minute walk"}),
        ("5 kg of rice\r\nfor 12 cats 😺", {"5 kg of rice\r\nfor twelve cats 😺"}),
    ],
)
def test_values_are_written_otherwise(text: str, expected: set[str], resources: Resources) -> None:
    assert copies_of(STEP, text, resources) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "no number here",
        "मैं 12 हूँ",
        # It could be the fifth of March or the third of May.
        "on 03/05/2024",
        "from 5 to 10 km",
        "5-10 km",
        "he won 3-2",
        "2 + 3 = 5",
        "one or two days",
        "see https://a.io/2024-03-05/12 or v1.2 or 1.2.3.4",
        "call 555-123-4567 or +1 555 123 4567",
        "order 48213 with AB-1234-X",
        "Room 12, Boeing 747, Windows 10, flight 93, page 7, Chapter 3",
        "since 1999 and in 2024",
        "live in 90210 now",
        "7 Eleven",
        "a $5 note",
        "it cost $1.00",
        "it weighs 5 pounds",
        "5 km, 6 hrs, 10 mins",
        "Psalm 23:14",
        "at 5:30",
        "around 11 am",
        "The First Lady, the second thought, a third party, the western third",
        "one day he came",
        "a two - game lead",
        "nothing 2 do",
        # "an March 8 deadline" is no English.
        "by an 8 March deadline",
    ],
)
def test_where_another_way_is_not_certain_all_stays(text: str, resources: Resources) -> None:
    assert refusal_of(STEP, text, resources).startswith("no_other_format")


def test_formats_can_be_chosen(resources: Resources) -> None:
    text = "12 cats paid $5 and 3% at 17:30 on 5 May"
    step = {**STEP, "which": ["times"]}
    assert copies_of(step, text, resources) == {"12 cats paid $5 and 3% at 5:30 pm on 5 May"}


def test_what_the_user_protects_stays(resources: Resources) -> None:
    text = "12 cats and 13 dogs and 14 cows"
    found = copies_of(
        STEP, text, resources, protect={"phrases": ["12 cats"], "patterns": ["13 dogs"]}
    )
    assert found == {"12 cats and 13 dogs and fourteen cows"}
    outcome = outcome_of(STEP, "12 cats and 13 dogs", resources, spans=[Span(0, 7, "X")])
    assert [copy.record.text for copy in outcome.copies] == ["12 cats and thirteen dogs"]
    assert outcome.copies[0].record.spans == (Span(0, 7, "X"),)


def test_a_span_behind_an_edit_moves(resources: Resources) -> None:
    outcome = outcome_of(STEP, "12 cats saw Ann", resources, spans=[Span(12, 15, "PER")])
    (copy,) = outcome.copies
    (span,) = copy.record.spans
    assert copy.record.text[span.start : span.end] == "Ann"


PIECES = st.sampled_from(
    [
        *("12", "twelve", "1,000", "3%", "3 percent", "$5", "5 dollars", "2024-03-05", "a", "an"),
        *("5 March 2024", "March 5, 2024", "5 May", "5:30 pm", "17:30", "5 p.m.", "third", "21st"),
        *("at", "on", "cats", "the", "and", "or", ",", ".", "-", "(", "to", "of", "not", "one"),
        *("5 million", "half", "a dozen", "10000", "minutes", "km", "May", "in", "No.", "past"),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=12))
def test_values_are_the_same_before_and_after(pieces: list[str], resources: Resources) -> None:
    text = " ".join(pieces)
    for copy in copies_of(STEP, text, resources, copies=4):
        assert difference(values(text), values(copy)) == ""


@pytest.mark.parametrize(
    "text", ["12 days", "twenty-two", "5 May 2024", "$5 million", "3 %", "17:30", "the 3rd man"]
)
def test_each_alternative_states_the_value(text: str) -> None:
    for value in find(text):
        written = text[value.start : value.end]
        name, ways = alternatives(written, value.key)
        assert name
        assert ways
        for way in ways:
            assert values(text.replace(written, way)) == values(text), way
