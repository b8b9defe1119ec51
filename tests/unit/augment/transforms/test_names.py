"""Names exchanged for others of their kind, in running text and in labelled spans."""

import re
from typing import Any

import pytest

from augment.edits import Span
from augment.lexicons.gazetteer import Gazetteer
from augment.record import Record
from augment.resources import Resources
from tests.support.copies import copies_of, outcome_of, refusal_of

STEP: dict[str, Any] = {"kind": "names"}
LABELLED: dict[str, Any] = {**STEP, "spans": {"PER": "person", "LOC": "place", "CTRY": "country"}}
GAZETTEER = Gazetteer.load()


def labelled(text: str, *spans: tuple[str, str]) -> Record:
    """A record with spans on the first occurrences of words."""
    places = [(text.index(words), words, label) for words, label in spans]
    return Record(
        text, spans=tuple(Span(at, at + len(words), label) for at, words, label in places)
    )


def exchanged(record: Record, resources: Resources, **fields: Any) -> list[Record]:
    """Twenty copies of a record."""
    step = {**LABELLED, **fields}
    outcome = outcome_of(step, record.text, resources, copies=20, spans=record.spans)
    return [copy.record for copy in outcome.copies]


@pytest.mark.parametrize(
    ("text", "pattern", "kinds"),
    [
        ("I met Mary today.", r"I met (.+) today\.", ["female"]),
        ("Peter went home.", r"(.+) went home\.", ["male"]),
        ("We saw John Smith.", r"We saw (\S+) (\S+)\.", ["male", "family"]),
        ("Dear Mr. Jones, hello", r"Dear Mr\. (\S+), hello", ["family"]),
        ("I live in Paris now", r"I live in (.+) now", ["city"]),
        ("I live in New York now", r"I live in (.+) now", ["city"]),
        ("In Peru it rains.", r"In (.+) it rains\.", ["country"]),
        (
            "Anna’s dog is in Oslo, Norway 🐶",
            r"(.+)’s dog is in (.+), (.+) 🐶",
            "female city country",
        ),
    ],
)
def test_names_are_exchanged_within_their_kind(
    text: str, pattern: str, kinds: Any, resources: Resources
) -> None:
    found = copies_of(STEP, text, resources, copies=15)
    assert len(found) == 15
    for copy in found:
        match = re.fullmatch(pattern, copy)
        assert match, copy
        for name, kind in zip(
            match.groups(), kinds.split() if " " in kinds else kinds, strict=True
        ):
            assert name in GAZETTEER.names[kind]
            assert name not in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody here",
        "Will may mark May in Turkey and Georgia.",
        "The Bank of England said so.",
        "They signed the Paris Agreement.",
        "In Northern Ireland it rains.",
        "King Charles spoke.",
        "Elizabeth II spoke.",
        "St. John's Hospital is closed.",
        "I met @Mary and mary@a.io at https://a.io/Paris",
        "JOHN SMITH VISITED PARIS",
        "mary went to paris",
        "मेरी 我是 Мария",
        "Smith and Brown are words.",
        # One of the two cannot change, so neither does.
        "He left Paris for the Paris Agreement.",
        "Mary, not {Mary}, came.",
    ],
)
def test_what_may_be_no_name_stays(text: str, resources: Resources) -> None:
    assert refusal_of(STEP, text, resources).startswith("no_name")


def test_the_same_name_gets_the_same_one_throughout(resources: Resources) -> None:
    text = "John Smith met Mary in Paris.\r\nSmith told Mary that Paris is big, and John left."
    for copy in copies_of(STEP, text, resources):
        given, family, other, city = re.match(r"(\S+) (\S+) met (\S+) in (.+)\.\r", copy).groups()  # type: ignore[union-attr]
        assert copy == (
            f"{given} {family} met {other} in {city}.\r\n"
            f"{family} told {other} that {city} is big, and {given} left."
        )
        assert len({given, family, other, city}) == 4


def test_a_share_of_the_names_can_be_exchanged(resources: Resources) -> None:
    for copy in copies_of({**STEP, "rate": 0.5}, "Mary saw Peter.", resources):
        assert ("Mary" in copy) != ("Peter" in copy)


def test_kinds_can_be_chosen(resources: Resources) -> None:
    for copy in copies_of({**STEP, "which": ["city"]}, "Mary is in Rome, Italy.", resources):
        assert copy.startswith("Mary is in ")
        assert copy.endswith(", Italy.")
        assert "Rome" not in copy


def test_possessives_and_articles_fit(resources: Resources) -> None:
    assert all(c.endswith("s' car") for c in copies_of(STEP, "it is James' car", resources))
    found = copies_of(STEP, "a Berlin hotel", resources, copies=60)
    assert any(copy.startswith("an ") for copy in found)
    for copy in found:
        assert copy.startswith("an ") == (copy.split()[1][0] in "AEIO"), copy
    assert any(c.startswith("A ") for c in copies_of(STEP, "An Oslo hotel", resources))


def test_spans_cover_the_new_names(resources: Resources) -> None:
    record = labelled(
        "Jane Doe's dog likes Springfield.", ("Jane Doe", "PER"), ("Springfield", "LOC")
    )
    copies = exchanged(record, resources)
    assert len(copies) == 20
    for copy in copies:
        person, place = (copy.text[s.start : s.end] for s in copy.spans)
        assert copy.text == f"{person}'s dog likes {place}."
        assert person.split()[0] in GAZETTEER.names["female"]
        assert person.split()[1] in GAZETTEER.names["family"]
        assert place in GAZETTEER.names["city"]


def test_spans_without_a_known_label_keep_their_words(resources: Resources) -> None:
    record = labelled("Mary sings Peter", ("Peter", "SONG"))
    for copy in exchanged(record, resources):
        assert copy.text.endswith(" sings Peter")
        assert "Mary" not in copy.text
    assert refusal_of(STEP, "Mary", resources, protect={"phrases": ["mary"]}).startswith("no_name")


def test_names_of_a_span_are_exchanged_in_the_text_too(resources: Resources) -> None:
    record = labelled("Jan Kowalski came. Kowalski sat.", ("Jan Kowalski", "PER"))
    for copy in exchanged(record, resources):
        (span,) = copy.spans
        family = copy.text[span.start : span.end].split()[1]
        assert copy.text.endswith(f" came. {family} sat.")


@pytest.mark.parametrize("text", ["fly to london", "FLY TO LONDON"])
def test_spans_keep_their_casing(text: str, resources: Resources) -> None:
    record = labelled(text, (text[-6:], "LOC"))
    for copy in exchanged(record, resources):
        assert copy.text.islower() or copy.text.isupper()
        assert copy.text[copy.spans[0].start :].title() in [
            name.title() for name in GAZETTEER.names["city"]
        ]


def test_other_words_tell_the_gender(resources: Resources) -> None:
    record = labelled("Xela lost her bag", ("Xela", "PER"))
    for copy in exchanged(record, resources):
        assert copy.text.split()[0] in GAZETTEER.names["female"]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        # Within each other, with figures, no letters, or negated.
        ("Jane Doe came", (("Jane Doe", "PER"), ("Doe", "PER"))),
        ("agent 007 came", (("agent 007", "PER"),)),
        ("@jane came", (("@jane", "PER"),)),
        ("Seven came", (("Seven", "PER"),)),
        ("Jane came", (("Jane", "PER"), ("Jane", "OTHER"))),
    ],
)
def test_spans_that_are_no_plain_name_stay(
    text: str, spans: tuple[tuple[str, str], ...], resources: Resources
) -> None:
    assert exchanged(labelled(text, *spans), resources) == []


def test_two_mapped_labels_of_the_same_words_both_move(resources: Resources) -> None:
    record = labelled("Jane came", ("Jane", "PER"), ("Jane", "LOC"))
    for copy in exchanged(record, resources):
        assert len({(s.start, s.end) for s in copy.spans}) == 1


def test_the_gazetteer_has_each_name_once_and_plain() -> None:
    for names in GAZETTEER.names.values():
        assert len(names) == len(set(names)) > 100
        assert all(re.fullmatch(r"[A-Za-z' ]+", name) and name[0].isupper() for name in names)
    single = [n for kind, names in GAZETTEER.names.items() if kind != "family" for n in names]
    assert len(single) == len(set(single))
