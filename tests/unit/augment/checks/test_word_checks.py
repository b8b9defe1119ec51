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
        ("It weighs 3,000 g.", "It weighs 3 kg.", None),
        ("It takes 90 minutes.", "It takes an hour and a half.", None),
        (
            "It takes 90 minutes.",
            "It takes 90 hours.",
            "lost number 90 minute; added number 90 hour",
        ),
        ("It ends on 31/12/2023.", "It ends on New Year's Eve 2023.", None),
        ("We open on weekdays.", "We open from Monday to Friday.", None),
        ("I flew to the United States.", "I flew to the USA.", None),
        ("I like food of Korea.", "I like Korean food.", None),
        ("Call Doctor Petrov now.", "Call Dr. Petrov now.", None),
        ("Google paid.", "Apple paid.", "lost name google; added name apple"),
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
        ("You can't pay unless I sign.", "You can only pay if I sign.", None),
        (
            "It is for us only.",
            "It is not only for us.",
            "extra: added not only; limit: lost only if",
        ),
        ("You needn't pay.", "You mustn't pay.", "freed: needless became banned"),
        ("Wait until I come.", "Wait when I come.", "lasting: until became when"),
        (
            "Only members bring guests.",
            "Members bring guests only today.",
            "only belongs to another word",
        ),
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
        ("The bank sued Ann.", "Ann was sued by the bank.", None),
        ("The bank sued Ann.", "The bank was sued by Ann.", "who did what to whom around sued"),
        ("The tram is faster than the bus.", "The bus is slower than the tram.", None),
        (
            "My old boots beat these.",
            "These beat my old boots.",
            "who did what to whom around beat",
        ),
        ("He called, then he went out.", "He went out after he called.", None),
        (
            "She resigned and then it rained.",
            "She resigned after it rained.",
            "what came first comes last",
        ),
        (
            "Dogs may go in the bar but not in the hall.",
            "Dogs may go in the hall but not in the bar.",
            "what stands beside but not changed places",
        ),
        ("Who did Maria invite?", "Who invited Maria?", "who acts and who is acted on"),
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


@pytest.mark.parametrize(
    ("text", "new", "kept"),
    [
        ("She didn't fail to reply.", "She did reply.", True),
        ("She failed to reply.", "She did reply.", True),  # for `scope`
        ("There was nobody who didn't clap.", "Everybody clapped.", True),
        ("It works from start to finish.", "It works from beginning to end.", True),
        ("Ann sold the car to Ben.", "Ben bought the car from Ann.", True),
        ("Ann sold the car to Ben.", "Ann bought the car from Ben.", False),
        ("He is older than Tom.", "Tom is younger than him.", True),
        ("It is not as quick as the bus.", "It is slower than the bus.", True),
        ("The bus is not as quick as the tram.", "The bus is quicker than the tram.", False),
        ("The bus is not as quick as the tram.", "The tram is quicker than the bus.", True),
        ("It is quicker than the bus.", "It is not quicker than the bus.", False),
        ("The film doesn't start and isn't long.", "The film starts and is long.", False),
        ("He saw it and stopped.", "He failed to see it and did not stop.", False),
        ("Please mute it.", "Please unmute it.", False),
        ("It couldn't be better.", "It could be better.", False),
    ],
)
def test_polarity_weighs_what_carries_a_negation(text: str, new: str, kept: bool) -> None:
    assert (told(PolarityCheck(Opposites.load()), text, new) is None) == kept


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
