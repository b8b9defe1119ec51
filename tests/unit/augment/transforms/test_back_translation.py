"""Back-translation with scripted models: pins, turns, routes, draws, and what stays."""

from typing import Any

import pytest

from augment.checks.base import Judge
from augment.checks.length import LengthCheck
from augment.edits import Span
from augment.lexicons.protected import Protection
from augment.lexicons.tagger import Tagger
from augment.pipeline import Pipeline
from augment.record import Outcome, Record
from augment.spec import Length, parse_spec
from augment.transforms.back_translation import BackTranslationTransform
from augment.transforms.combine import ChainNode, LeafNode
from augment.translation import Hypothesis
from augment.translation.route import TranslationRoute
from tests.support.translators import ScriptedTranslator


def forth_and_back(answers: Any, *, pivot: str = "pt") -> TranslationRoute:
    """Away by a prefix that says the language, and back by the answers."""
    there = ScriptedTranslator("en", pivot, lambda text: f"[{pivot}] " + text[::-1])

    def back(text: str) -> Any:
        original = text.removeprefix(f"[{pivot}] ")[::-1]
        return answers(original) if callable(answers) else answers[original]

    return TranslationRoute((there, ScriptedTranslator(pivot, "en", back)))


def run(
    routes: tuple[TranslationRoute, ...],
    record: Record,
    *,
    copies: int = 1,
    tagger: Tagger | None = None,
    attempts: int = 3,
    seed: int = 0,
    protection: Protection | None = None,
    checks: tuple[Judge, ...] = (),
    **step: Any,
) -> Outcome:
    pivots = [route.legs[0].target for route in routes]
    step = {"kind": "back_translation", "pivots": pivots, **step}
    spec = parse_spec({"steps": [step], "copies": copies, "attempts": attempts, "seed": seed})
    transform = BackTranslationTransform(spec.steps[0], routes, tagger)  # type: ignore[arg-type]
    node = ChainNode("", (LeafNode("0.back_translation", transform),))
    (outcome,) = Pipeline(spec, node, protection or Protection(), checks).augment([record])
    return outcome


def texts(outcome: Outcome) -> list[str]:
    return [copy.record.text for copy in outcome.copies]


def test_what_was_wrong_with_all_that_there_was_is_told_and_not_that_nothing_is_left() -> None:
    route = forth_and_back(lambda text: ["Done!", "Well!"])
    outcome = run(
        (route,), Record("Well done, all of you"), checks=(LengthCheck(Length()),),
        attempts=5, beam=4, hypotheses=2,
    )  # fmt: skip
    ((_, refusal),) = outcome.missing
    assert (refusal.reason, refusal.step) == ("length", "checks.0")


def test_a_sentence_in_capitals_goes_in_small_letters() -> None:
    asked: list[str] = []

    def back(text: str) -> str:
        asked.append(text)
        return text.replace("very ", "").replace("Acme", "acme")

    start = (text := "I AM VERY ANGRY WITH ACME, SEE {id}! We are not.").index("ACME")
    record = Record(text, spans=(Span(start, start + 4, "name"),))
    outcome = run((forth_and_back(back),), record)
    assert asked == ["I am very angry with Acme, see XQ2!", "We are not."]
    assert texts(outcome) == ["I AM ANGRY WITH ACME, SEE {id}! We are not."]
    (span,) = outcome.copies[0].record.spans
    assert outcome.copies[0].record.text[span.start : span.end] == "ACME"


@pytest.mark.parametrize("text", ["We met NASA and ESA today", "NATO, EU", "OH NO"])
def test_short_names_and_short_words_make_no_sentence_in_capitals(text: str) -> None:
    asked: list[str] = []
    run((forth_and_back(lambda text: asked.append(text) or f"{text} so"),), Record(text))
    assert set(asked) == {text}


def test_a_word_alone_stays_as_it_may_mean_anything() -> None:
    (refusal,) = [why for _, why in run((forth_and_back({}),), Record("Great!")).missing]
    assert str(refusal).startswith("nothing_to_translate: no sentence has two words")
    outcome = run((forth_and_back({"It works.": "It runs."}),), Record("Great. It works."))
    assert texts(outcome) == ["Great. It runs."]


def test_what_gives_a_text_its_form_keeps_it_or_the_sentence_stays() -> None:
    answers = {
        '{"food": "it was great"}': '"food": "It was good"',
        "Please **pay the rent** now.": "Please ** pay rent** now.",
        "It is [very] late.": "Late it is, [very].",
    }
    for text, answer in answers.items():
        outcome = run((forth_and_back({text: answer}),), Record(text))
        if text.startswith("It"):
            assert texts(outcome) == [answer]
        else:
            assert [refusal.reason for _, refusal in outcome.missing] == ["markup_changed"]


def test_copies_take_the_translations_one_after_the_other_and_then_it_is_told() -> None:
    route = forth_and_back(lambda text: [f"{text} {word}" for word in ("ah", "oh", "uh")])
    outcome = run((route,), Record("Well done"), copies=5, beam=4, hypotheses=3)
    assert sorted(texts(outcome)) == ["Well done ah", "Well done oh", "Well done uh"]
    assert [str(refusal) for _, refusal in outcome.missing] == [
        "exhausted: all 3 translations that pass are taken"
    ] * 2
    assert len(route.legs[1].asked) == 1  # type: ignore[attr-defined]


def test_sentences_are_combined_without_repeating_a_text() -> None:
    route = forth_and_back(lambda text: [text.replace(".", f" {word}.") for word in "abc"])
    record = Record("One is here. Two was there. Three went.")
    outcome = run((route,), record, copies=27, beam=4, hypotheses=3)
    assert len(set(texts(outcome))) == 27
    first, second = (text.split(".") for text in texts(outcome)[:2])
    assert all(a != b for a, b in zip(first[:3], second[:3], strict=True))


def test_another_seed_takes_them_in_another_order() -> None:
    route = forth_and_back(lambda text: [f"{text} {word}" for word in "abcdefgh"])
    step = {"beam": 8, "hypotheses": 8}
    firsts = {texts(run((route,), Record("Well done"), seed=s, **step))[0] for s in range(20)}
    assert 3 <= len(firsts) <= 8


def test_a_sentence_that_fails_stays_and_is_counted() -> None:
    answers = {"This is fine.": "That is fine.", "This loops.": "so so so so so so so so"}
    outcome = run((forth_and_back(answers),), Record("This is fine.\n This loops."))
    (copy,) = outcome.copies
    assert copy.record.text == "That is fine.\n This loops."
    assert copy.trail[0].kept == ("looping",)
    (refused,) = [refusal for _, refusal in run(
        (forth_and_back(answers),), Record("This loops.")).missing]  # fmt: skip
    assert refused.reason == "looping"


def test_a_value_that_changes_refuses_that_translation_only() -> None:
    route = forth_and_back(lambda text: [text.replace("three", "four"), "She has got three cats."])
    outcome = run((route,), Record("She has three cats."), beam=2, hypotheses=2)
    assert texts(outcome) == ["She has got three cats."]


def test_a_span_goes_as_it_is_and_behind_a_mark_only_if_it_was_lost() -> None:
    def back(text: str) -> str:
        return text.replace("Rome", "Roma").replace("I go to", "I travel to")

    route = forth_and_back(back)
    outcome = run((route,), Record("I go to Rome.", spans=(Span(8, 12, "city"),)))
    (copy,) = outcome.copies
    assert copy.record.text == "I travel to Rome."
    assert copy.record.spans == (Span(12, 16, "city"),)
    assert route.legs[0].asked == ["I go to Rome.", "I go to XQ1."]  # type: ignore[attr-defined]


def test_a_span_that_is_found_again_needs_no_mark() -> None:
    route = forth_and_back(lambda text: text.replace("I go to", "I travel to"))
    outcome = run((route,), Record("I go to Rome.", spans=(Span(8, 12, "city"),)))
    assert texts(outcome) == ["I travel to Rome."]
    assert route.legs[0].asked == ["I go to Rome."]  # type: ignore[attr-defined]


def test_spans_inside_one_another_move_together() -> None:
    route = forth_and_back(lambda text: text.replace("I go to", "I travel to"))
    spans = (Span(8, 16, "city"), Span(12, 16, "word"))
    (copy,) = run((route,), Record("I go to New York.", spans=spans)).copies
    assert [copy.record.text[s.start : s.end] for s in copy.record.spans] == ["New York", "York"]


def test_names_are_kept_unless_they_are_free() -> None:
    route = forth_and_back(lambda text: text.replace("Angela", "Angelika").replace("met", "saw"))
    record = Record("Yesterday they met Angela in Berlin.")
    assert texts(run((route,), record, tagger=Tagger.load())) == [
        "Yesterday they saw Angela in Berlin."
    ]
    assert texts(run((route,), record)) == ["Yesterday they saw Angelika in Berlin."]


def test_the_users_phrases_survive() -> None:
    route = forth_and_back(lambda text: text.replace("magic tool", "wizard tool") + "!")
    protection = Protection(("magic tool",))
    outcome = run((route,), Record("I like the magic tool here"), protection=protection)
    assert texts(outcome) == ["I like the magic tool here!"]


def test_control_characters_keep_their_sentence_as_it_is() -> None:
    route = forth_and_back(lambda text: text + " Yes")
    outcome = run((route,), Record("Ring\x07 the bell. Open the door."))
    assert texts(outcome) == ["Ring\x07 the bell. Open the door. Yes"]
    assert outcome.copies[0].trail[0].kept == ("control_characters",)
    (missing,) = run((route,), Record("Ring\x07 the bell")).missing
    assert str(missing[1]) == "control_characters: '\\x07' would be lost"


def test_a_protected_stretch_over_two_sentences_keeps_both() -> None:
    text = "He said so. Then he left. We stayed."
    route = forth_and_back(lambda text: text.replace("stayed", "remained"))
    outcome = run((route,), Record(text, spans=(Span(8, 16, "x"),)))
    assert texts(outcome) == ["He said so. Then he left. We remained."]
    assert outcome.copies[0].trail[0].kept == ("protected_cut", "protected_cut")


def test_each_copy_draws_a_route_and_tells_its_models() -> None:
    routes = (
        forth_and_back(lambda text: [f"{text} {i}" for i in "ab"], pivot="pt"),
        forth_and_back(lambda text: [f"{text} {i}" for i in "cd"], pivot="de"),
    )
    outcome = run(routes, Record("Well done"), copies=4, attempts=30, beam=2, hypotheses=2)
    assert sorted(text[-1] for text in texts(outcome)) == list("abcd")
    models = {copy.trail[0].model for copy in outcome.copies}
    assert models == {"scripted:en-pt scripted:pt-en", "scripted:en-de scripted:de-en"}


def test_drawn_translations_have_keys_of_their_own_copy() -> None:
    def drawn() -> tuple[Outcome, list[int]]:
        route = forth_and_back(lambda text: text + "!")
        outcome = run((route,), Record("Well done. So be it."), copies=3, attempts=1, sampling={})
        return outcome, route.legs[1].keys  # type: ignore[attr-defined]

    outcome, keys = drawn()
    assert outcome.copies[0].exact
    assert len(set(keys)) == 6
    assert drawn()[1] == keys


def test_draws_that_cannot_be_repeated_are_marked() -> None:
    route = forth_and_back(lambda text: Hypothesis(text + "!"))
    outcome = run((route,), Record("Well done"), sampling={"reproducible": False})
    (copy,) = outcome.copies
    assert not copy.exact
    assert str(copy.trail[0].model).endswith("(drawn, not reproducible)")
    assert route.legs[1].keys == []  # type: ignore[attr-defined]
