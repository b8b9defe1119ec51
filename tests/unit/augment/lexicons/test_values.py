"""What a rewording must keep is read the same from both wordings, and differs where it differs."""

from collections import Counter
from itertools import pairwise

import pytest

from augment.lexicons.values import difference, find, values

SAME = [
    # Numbers, as figures and as words.
    ("I ordered three plates", "I ordered 3 plates"),
    ("1,000 people came", "1000 people came"),
    ("1 000 people came", "1000 people came"),
    ("twenty-one guests", "21 guests"),
    ("twenty one guests", "21 guests"),
    ("one hundred and five rooms", "105 rooms"),
    ("a hundred rooms", "100 rooms"),
    ("two thousand three hundred", "2,300"),
    ("1.5 million users", "1,500,000 users"),
    ("one and a half million users", "1.5 million users"),
    ("half a million users", "500,000 users"),
    ("two dozen eggs", "24 eggs"),
    ("We bought a dozen eggs", "We bought some eggs"),
    ("It scored 3.50 points", "It scored 3.5 points"),
    ("It scored 3,5 points", "It scored 3.5 points"),
    ("the 3rd time", "the third time"),
    ("the twenty-first century", "the 21st century"),
    ("two thirds of them", "2/3 of them"),
    ("2½ cups", "two and a half cups"),
    ("2 1/2 cups", "2.5 cups"),
    ("I tried twice", "I tried two times"),
    ("5k followers", "5,000 followers"),
    ("minus 5 degrees", "-5 degrees"),
    ("No. 5 is best", "number 5 is best"),
    ("platform No.5", "platform 5"),
    ("in nineteen ninety-nine", "in 1999"),
    ("in the 1990s", "in the nineties"),
    ("the '90s", "the 1990's"),
    ("one in every five users", "one in five users"),
    ("the 42-year-old", "he is 42 years old"),
    ("He, 42, left", "The 42-year-old left"),
    ("Sunday's results", "the results of Sunday"),
    ("nobody's fault", "the fault of nobody"),
    ("an hour from now", "one hour from now"),
    ("my 70s hits", "the seventies hits"),
    ("wait for 30s", "wait for 30 seconds"),
    ("one in five users", "1 out of 5 users"),
    ("step one", "step 1"),
    ("between five and ten minutes", "between 5 and 10 minutes"),
    # Units, amounts, percentages.
    ("It costs $5", "It costs 5 dollars"),
    ("It costs US$5", "It costs 5 USD"),
    ("It costs $5 million", "It costs $5,000,000"),
    ("It costs $5m", "It costs five million dollars"),
    ("a $5 fee", "a fee of 5 US dollars"),
    ("£20.00 was taken", "20 pounds was taken"),
    ("€ 5,50", "5.50 euros"),
    ("R$ 10", "10 reais"),
    ("50% off", "50 percent off"),
    ("50 % off", "fifty per cent off"),
    ("20-30% of it", "20% to 30% of it"),
    ("$5-10 a month", "$5 to $10 a month"),
    ("5km away", "5 kilometres away"),
    ("a 10-minute wait", "a wait of ten minutes"),
    ("a 5 GB file", "a 5gb file"),
    ("20°C today", "20 degrees Celsius today"),
    ("60 mph", "60 miles per hour"),
    ("30 seconds", "30 sec"),
    ("a two-week delay", "a delay of 2 weeks"),
    ("one week ago", "a week ago"),
    ("for an hour", "for 1 hour"),
    ("two hours and a half", "2.5 hours"),
    ("It's been a week", "It's been one week"),
    ("half an hour late", "late by half an hour"),
    # Dates and times.
    ("12 March 2026", "March 12, 2026"),
    ("on 12th of March 2026", "on 2026-03-12"),
    ("Mar. 12, 2026", "the twelfth of March, 2026"),
    ("12-Mar-2026", "12 March 2026"),
    ("25/12/2026", "December 25, 2026"),
    ("25.12.2026", "25 Dec 2026"),
    ("due on March 3", "due on the 3rd of March"),
    ("since May 5", "since 5 May"),
    ("12-15 March", "March 12 to 15"),
    ("on Dec. the 25th, 2033", "on 25 December 2033"),
    ("the world\u2019s first shop", "the first shop in the world"),
    ("in March 2026", "in Mar 2026"),
    ("on Mondays", "every Monday"),
    ("at 3 p.m.", "at 3pm"),
    ("at 15:00", "at 3:00 PM"),
    ("at 3.30pm", "at 15:30"),
    ("at three in the afternoon", "at 3 PM"),
    ("at half past three", "at 3:30"),
    ("at noon", "at 12 pm"),
    ("from 2 to 4 pm", "from 2pm to 4pm"),
    ("at 15h30", "at 3:30 p.m."),
    # Negation.
    ("I don't know", "I do not know"),
    ("I don\u2019t know", "I don't know"),
    ("I cannot log in", "I can't log in"),
    ("I can not log in", "I am unable to log in"),
    ("no one answered", "nobody answered"),
    ("It does n't work", "It doesn't work"),
    ("it doesnt work", "it doesn't work"),
    ("neither A nor B works", "A and B do not work"),
    ("without a reason", "with no reason"),
    ("not only slow but dear", "slow and dear as well"),
    ("It is late, isn't it?", "It is late, right?"),
    ("Tell me whether or not it came", "Tell me whether it came"),
    ("He is no doubt right", "He is surely right"),
    # Free words.
    ("One has to wait", "You have to wait"),
    ("this one is broken", "this is broken"),
    ("wait a second", "wait a moment"),
    ("You may go", "You can go"),
    ("They march on", "They walk on"),
    ("First, log in", "To begin, log in"),
    ("hundreds of people", "many people"),
    ("a few hundred people", "several people"),
    ("once a week", "weekly"),
    ("may i ask", "can I ask"),
]

DIFFERENT = [
    ("3 plates", "4 plates"),
    ("three plates", "plates"),
    ("1,000", "1,001"),
    ("1.5", "15"),
    ("1.500", "1,500"),
    ("$5", "\u20ac5"),
    ("$5", "5"),
    ("$5", "$5 million"),
    ("50%", "50"),
    ("5 km", "5 miles"),
    ("5 m", "5 million"),
    ("2 weeks", "2 months"),
    ("a week ago", "two weeks ago"),
    ("one hour", "three hours"),
    ("half an hour", "an hour"),
    ("third", "three"),
    ("2/3", "3/2"),
    ("a second card", "a third card"),
    ("his first order", "his second order"),
    ("-5 degrees", "5 degrees"),
    ("12 March 2026", "13 March 2026"),
    ("12 March 2026", "12 March 2025"),
    ("12 March", "12 May"),
    ("03/04/2026", "04/03/2026"),
    ("March 2026", "March"),
    ("in May", "in June"),
    ("on Monday", "on Tuesday"),
    ("3 pm", "3 am"),
    ("15:00", "16:00"),
    ("the 1990s", "the 1980s"),
    ("MP3", "MP4"),
    ("I do", "I don't"),
    ("I never go", "I always go"),
    ("nobody came", "somebody came"),
    ("without help", "with help"),
    ("it hardly works", "it works"),
    ("No, it works", "Yes, it works"),
    ("not, not", "not"),
    ("I can not", "I can"),
    ("there is no 5 here", "there is 5 here"),
    ("007", "7"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_rewordings_agree(one: str, other: str) -> None:
    assert difference(values(one), values(other)) == ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_changes_are_seen(one: str, other: str) -> None:
    assert values(one) != values(other)


READINGS = [
    ("order 42 for 5 days", ["number 42", "number 5 day"]),
    ("Call at 3:00:15 PM", ["time 15:00:15"]),
    ("12 midnight", ["time 00:00"]),
    ("at twenty three o'clock", ["time 23:00"]),
    ("a 4G phone, 2x4 and B2B", ["code 4g", "code 2x4", "code b2b"]),
    ("10-year-old", ["number 10"]),
    ("twenty twenty-six", ["number 2026"]),
    ("the thirty-second president", ["ordinal 32"]),
    ("a thirty second delay", ["number 30 second"]),
    ("a third of it", ["number 1/3"]),
    ("three quarters", ["number 0.75"]),
    ("1.2.3 and 1.000.000", ["number 1.2.3", "number 1000000"]),
    ("24/7 service", ["number 24/7"]),
    ("Only 5 may enter", ["number 5"]),
    ("you may 5 times", ["number 5"]),
    ("in march 5 people left", ["date month 3", "number 5"]),
    ("This may be wrong in may.", ["date month 5"]),
    ("two hundred and third", ["ordinal 203"]),
    ("5 to 10 kg", ["number 5 kg", "number 10 kg"]),
    ("March 12 to 15, 2026", ["date 2026-03-12", "date 2026-03-15"]),
    ("31/02/26", ["date 31/02/26"]),
    ("٣ apples", ["number 3"]),
    ("", []),
    ("\u200b \U0001f600", []),
]


@pytest.mark.parametrize(("text", "expected"), READINGS)
def test_readings(text: str, expected: list[str]) -> None:
    assert sorted(values(text).elements()) == sorted(expected)


def test_difference_names_what_was_lost_and_added() -> None:
    before, after = values("Pay $5 for 42, not 42."), values("Pay \u20ac5.")
    assert difference(before, after) == (
        "lost amount 5 USD; lost negation; lost number 42 x2; added amount 5 EUR"
    )
    assert difference(Counter(), Counter()) == ""


def test_offsets_count_code_points_and_cover_the_words() -> None:
    text = "\U0001f600 It isn\u2019t 1 000 km, is it? Not only 3rd."
    assert [(text[v.start : v.end], v.counted) for v in find(text)] == [
        ("isn\u2019t", True),
        ("1 000 km", True),
        ("Not only", False),
        ("3rd", True),
    ]


def test_reasons_are_the_kinds_of_values() -> None:
    text = "No, 5 of 10% for $3 on Monday at 5pm; the 2nd B2B in the 1990s."
    assert [v.reason for v in find(text)] == [
        "negation", "number", "percentage", "amount", "date", "time", "ordinal", "code", "decade",
    ]  # fmt: skip


def test_other_languages_are_read_for_figures_and_symbols() -> None:
    assert values("N\u00e3o, 50% de 3 km, R$ 10", "pt") == Counter(
        ["percentage 50%", "number 3 km", "amount 10 BRL"]
    )
    assert values("5 km", "../../etc") == Counter(["number 5 km"])


HOSTILE = [
    *("a", "{", "7", "7 ", "a-", "1-", "1/", "-", "$", "minus ", "twenty ", "million ", "no. "),
    *("1 million ", "a hundred ", "may ", "may 5 ", "half ", "1:2", "\u00bd", "n't", "100 ", "- 5"),
    *("and ", "hundred and ", "two-", "5 to ", "5 and 5 and ", "1 January ", "neither "),
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_lines_are_read_to_the_end(unit: str) -> None:
    """No recursion limit, no number grown beyond what Python prints; apart and in order."""
    found = find(unit * (30_000 // len(unit)))
    assert all(a.end <= b.start for a, b in pairwise(found))
