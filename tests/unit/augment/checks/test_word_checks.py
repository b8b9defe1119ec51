"""Values, scope, roles and invented words: what each keeps and drops, and what it says."""

from typing import Any

import pytest

from augment.checks.base import Case, Judge
from augment.checks.invented import InventedCheck
from augment.checks.opposites import Opposites
from augment.checks.polarity import PolarityCheck
from augment.checks.roles import RolesCheck
from augment.checks.scope import ScopeCheck
from augment.checks.values import ValuesCheck
from augment.lexicons.inflection import Inflector
from augment.record import Copy, Record
from augment.resources import Resources


def told(check: Judge, text: str, new: str) -> str | None:
    (verdict,) = check.judge([Case(Record(text), Copy(Record(new), 1, ()))])
    if verdict.refusal is None:
        assert verdict.score == 0
        return None
    assert verdict.score is not None
    assert verdict.score > 0
    return verdict.refusal.detail


@pytest.mark.parametrize(
    ("text", "new", "detail"),
    [
        ("I paid 3 euros.", "I paid three euros.", None),
        ("It does not last a day.", "It does not last for a day.", None),
        ("See you on March 3.", "See you on 3 March.", None),
        ("I met Ann's brother.", "I met the brother of Ann.", None),
        ("It is not good.", "It is bad.", None),
        ("I use the App daily.", "I use the app daily.", None),
        ("I HATE THIS BANK.", "I HATE THAT BANK.", None),
        ("Mail Dr. Patel.", "Mail Dr. Singh.", "lost name patel; added name singh"),
        ("Alice paid.", "Susan paid.", "lost name alice; added name susan"),
        ("It took 3 hours.", "It took 3 days.", "lost number 3 hour; added number 3 day"),
        ("I moved to Canada.", "I moved away.", "lost name canada"),
    ],
)
def test_values(text: str, new: str, detail: str | None, resources: Resources) -> None:
    assert told(ValuesCheck(resources.gazetteer(), resources.real_words()), text, new) == detail


@pytest.mark.parametrize(
    ("text", "new", "detail"),
    [
        ("All guests left.", "Every guest left.", None),
        ("All guests left.", "Some guests left.", "quantity: all became some"),
        ("You must pay.", "You have to pay.", None),
        ("You must pay.", "You may pay.", "duty: must became may"),
        ("I pay if it comes.", "I pay provided that it comes.", None),
        ("What do I do if it is lost?", "What do I do with a lost card?", None),
        ("I will pay.", "I will pay if it comes.", "condition: added if"),
        ("I pay unless it breaks.", "I pay when it breaks.", "exception: lost unless"),
        ("I only paid once.", "I just paid once.", None),
        ("I paid.", "I only paid.", "limit: added only if"),
        ("He fails to reply.", "He replies.", "failing: lost fail"),
        ("He failed to reply.", "He did not reply.", None),
        ("It is too small to use.", "It is small.", '"too ... to" came or went'),
        ("Could you close it?", "Please close it.", None),
        ("What is my balance?", "I want to know my balance.", None),
        (
            "You are open today.",
            "Are you open today?",
            "a question became a statement, or the other way round",
        ),
    ],
)
def test_scope(text: str, new: str, detail: str | None) -> None:
    assert told(ScopeCheck(Opposites.load()), text, new) == detail
    back = told(ScopeCheck(Opposites.load()), new, text)
    assert (back is None) == (detail is None)


@pytest.mark.parametrize(
    ("text", "new", "detail"),
    [
        ("It was clean and quiet.", "It was quiet and clean.", None),
        ("red, blue, green", "blue, red, green", None),
        ("Ann lent money to Tom.", "Ann lent Tom money.", None),
        ("Ann lent money to Tom.", "Tom lent money to Ann.", "ann and tom changed places"),
        ("First pay, then sign.", "First sign, then pay.", "pay and sign changed places"),
        ("First pay, then sign.", "Pay first, then sign.", None),
        (
            "Change dollars to pounds",
            "Change pounds to dollars",
            "dollars and pounds changed places",
        ),
        ("", "", None),
    ],
)
def test_roles(text: str, new: str, detail: str | None) -> None:
    assert told(RolesCheck(Opposites.load()), text, new) == detail


@pytest.mark.parametrize(
    ("text", "new", "detail"),
    [
        ("A firefly.", "A flesecula.", "'flesecula' is in no lexicon and not in the original"),
        ("My foobarix broke.", "The foobarix is broken.", None),
        ("Play corinne's mix.", "Play the mix of corinne.", None),
        ("I saw a man.", "I saw many women and children going.", None),
        ("He came to town.", "He came to Xyloburg with an xq42.", None),
    ],
)
def test_invented(text: str, new: str, detail: str | None, resources: Resources) -> None:
    wordnet = resources.thesaurus().wordnet
    check = InventedCheck(resources.real_words(), Inflector.load(wordnet))
    assert told(check, text, new) == detail


def test_a_negation_of_a_negation_is_none() -> None:
    check = PolarityCheck(Opposites.load())
    assert told(check, "It is not impossible.", "It is possible.") is None
    assert told(check, "It is not impossible.", "It is impossible.") == "added a negation"


@pytest.mark.parametrize(("one", "other"), [("lend", "borrow"), ("uploaded", "downloaded")])
def test_converses_are_opposites(one: str, other: str) -> None:
    opposites = Opposites.load()
    assert opposites.opposed(one, other)
    assert opposites.opposed(other, one)


def test_no_synonym_is_dropped_by_the_checks_of_words(resources: Resources) -> None:
    from augment.build import build_pipeline
    from augment.spec import parse_spec

    kinds: list[dict[str, Any]] = [{"kind": k} for k in ("values", "scope", "roles", "invented")]
    spec = {"steps": [{"kind": "synonyms"}], "checks": kinds}
    pipeline = build_pipeline(parse_spec(spec), resources)
    texts = ("The big dog ran to a small house.", "She bought a quick car for her happy friend.")
    for outcome in pipeline.augment([Record(text, id=text) for text in texts]):
        assert outcome.copies
