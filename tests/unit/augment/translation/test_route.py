"""A way through other languages and back, and what can go wrong on it."""

import pytest

from augment.errors import ModelError
from augment.record import Refusal
from augment.translation import Decoding, Hypothesis
from augment.translation.route import TranslationRoute
from tests.support.translators import ScriptedTranslator

GREETING = "Good morning to all."


def route(forth: object, back: object) -> TranslationRoute:
    there = ScriptedTranslator("en", "pt", {GREETING: forth})  # type: ignore[dict-item]
    return TranslationRoute((there, ScriptedTranslator("pt", "en", {"Bom dia a todos.": back})))  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("forth", "back", "refusal"),
    [
        ("so so so so so so so so", "", "looping: pt: 'so' 8 times"),
        ("", "", "empty: pt: nothing came back for 'Good morning to all.'"),
        (Hypothesis("x", True), "", "truncated: pt: the output never ended: 20 characters"),
        (Hypothesis("", True), "", "truncated: pt: too long for the model: 20 characters"),
        (Hypothesis("", unknown="ж"), "", "unknown_characters: pt: the model cannot read 'ж'"),
        ("Bom dia a todos.", "so so so so so so so", "looping: en: 'so' 7 times"),
        ("Bom dia a todos.", " ", "empty: en: nothing came back for 'Bom dia a todos.'"),
        ("Bom dia a todos.", Hypothesis("x", True), "truncated: en: the output never ended: 16"),
        (
            "good morning to all",
            "",
            "copied_through: pt: given back unchanged; is it in 'en'?",
        ),
    ],
)
def test_faults_name_the_leg(forth: object, back: object, refusal: str) -> None:
    (found,) = route(forth, back).round_trips([GREETING], Decoding())
    assert isinstance(found, Refusal)
    assert str(found).startswith(refusal)


def test_faulty_translations_are_left_out_as_long_as_one_is_sound() -> None:
    back = ["so so so so so so so so", "Hello everybody.", ""]
    (found,) = route("Bom dia a todos.", back).round_trips([GREETING], Decoding(3, 3))
    assert not isinstance(found, Refusal)
    assert [hypothesis.text for hypothesis in found] == ["Hello everybody."]


def test_names_may_be_copied_through_if_they_come_back() -> None:
    there = ScriptedTranslator("en", "pt", {"Barack Obama": "Barack Obama"})
    back = ScriptedTranslator("pt", "en", {"Barack Obama": "Barack Obama"})
    (found,) = TranslationRoute((there, back)).round_trips(["Barack Obama"], Decoding())
    assert found == (Hypothesis("Barack Obama"),)


def test_faults_do_not_disturb_neighbours_and_stop_where_they_are() -> None:
    there = ScriptedTranslator("en", "de", {"a bad one": "", "a good one": "ein guter"})
    between = ScriptedTranslator("de", "fr", {"ein guter": "un bon"})
    back = ScriptedTranslator("fr", "en", {"un bon": "a fine one"})
    chain = TranslationRoute((there, between, back))
    bad, good = chain.round_trips(["a bad one", "a good one"], Decoding(), keys=[7, 8])
    assert isinstance(bad, Refusal)
    assert good == (Hypothesis("a fine one"),)
    assert between.asked == ["ein guter"]
    assert back.keys == [8]
    assert chain.name == "scripted:en-de scripted:de-fr scripted:fr-en"


@pytest.mark.parametrize(
    "ends", [[("en", "pt")], [("en", "pt"), ("de", "en")], [("en", "pt"), ("pt", "de")], []]
)
def test_models_that_do_not_meet(ends: list[tuple[str, str]]) -> None:
    with pytest.raises(ModelError, match="do not lead away and back"):
        TranslationRoute(tuple(ScriptedTranslator(*pair) for pair in ends))
