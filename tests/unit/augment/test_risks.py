"""What kinds may break, and what tasks cannot stand."""

from typing import Any, get_args

import pytest

from augment.errors import SpecError
from augment.presets import preset
from augment.spec import CANNOT_STAND, RISKS, LeafPart, Risk, Task, kinds, parse_spec, suited
from tests.support.kinds import WORD_LEVEL

LEAVES = {name: cls for name, cls in kinds().items() if issubclass(cls, LeafPart)}


def test_every_leaf_declares_known_risks() -> None:
    assert set(LEAVES) == set(kinds()) - {"chain", "maybe", "one_of", "some_of"}
    for cls in LEAVES.values():
        assert cls.breaks <= set(get_args(Risk))


def test_the_tables_are_complete() -> None:
    assert set(RISKS) == set(get_args(Risk))
    assert set(CANNOT_STAND) == set(get_args(Task))
    assert all(risks <= set(RISKS) for risks in CANNOT_STAND.values())
    # A risk that every task stands would warn of nothing; labels counted by words are cut anew.
    assert set().union(*CANNOT_STAND.values()) == set(RISKS) - {"spans"}


@pytest.mark.parametrize("step", WORD_LEVEL.values(), ids=WORD_LEVEL)
def test_settings_can_only_take_risks_away(step: dict[str, Any]) -> None:
    (leaf,) = parse_spec({"steps": [step]}).steps
    assert isinstance(leaf, LeafPart)
    assert leaf.breaking <= leaf.breaks


def test_a_task_refuses_kinds_and_names_kind_risk_and_task() -> None:
    inner = {"kind": "maybe", "p": 0.5, "step": {"kind": "deletion"}}
    steps = [{"kind": "swap"}, {"kind": "synonyms"}, {"kind": "one_of", "steps": [inner]}]
    with pytest.raises(SpecError) as caught:
        parse_spec({"task": "language_modelling", "steps": steps})
    message = str(caught.value)
    assert "the task language_modelling cannot stand all steps: " in message
    assert "swap may break order (words change places, and not as grammar would have it)" in message
    assert "deletion may break grammar (sentences may no longer be" in message
    assert "synonyms" not in message.partition("(given")[0]
    assert "Leave them out, or write allow: [order, grammar]" in message


def test_what_is_allowed_passes() -> None:
    task, steps = {"task": "language_modelling"}, [{"kind": "swap"}, {"kind": "deletion"}]
    spec = parse_spec({**task, "allow": ["order", "grammar"], "steps": steps})
    assert spec.allow == ("order", "grammar")
    with pytest.raises(SpecError, match=r"deletion may break grammar .* allow: \[grammar\]"):
        parse_spec({**task, "allow": ["order"], "steps": steps})


def test_without_a_task_nothing_is_checked_and_nothing_allowed() -> None:
    assert parse_spec({"steps": [{"kind": "deletion"}]}).task is None
    with pytest.raises(SpecError, match="give the task as well"):
        parse_spec({"allow": ["order"], "steps": [{"kind": "deletion"}]})


@pytest.mark.parametrize(
    ("step", "task", "suits"),
    [
        ({"kind": "synonyms"}, "tagging", True),
        ({"kind": "synonyms", "phrases": True}, "tagging", True),
        ({"kind": "masking"}, "tagging", True),
        ({"kind": "masking", "span_range": [1, 2]}, "tagging", True),
        ({"kind": "masking"}, "sentiment", False),
        ({"kind": "deletion"}, "sentiment", False),
        ({"kind": "deletion"}, "classification", True),
        ({"kind": "swap"}, "similarity", False),
        ({"kind": "casing"}, "spans", False),
        ({"kind": "contractions"}, "language_modelling", True),
        ({"kind": "punctuation"}, "language_modelling", False),
        ({"kind": "back_translation"}, "question_answering", True),
        ({"kind": "back_translation"}, "tagging", True),
        ({"kind": "swap"}, "tagging", False),
    ],
)
def test_who_suits_whom(step: dict[str, Any], task: Task, suits: bool) -> None:
    (leaf,) = parse_spec({"steps": [step]}).steps
    assert isinstance(leaf, LeafPart)
    assert (task in suited(leaf.breaking)) == suits


def test_wrong_names_list_those_there_are() -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec({"task": "parsing", "allow": ["syntax"], "steps": [{"kind": "swap"}]})
    message = str(caught.value)
    assert "task: expected 'classification', 'sentiment'" in message
    assert "allow.0: expected 'order', 'negation'" in message


def test_eda_has_the_four_operations_of_the_paper() -> None:
    (step,) = preset("eda").steps
    assert {leaf.kind for leaf in step.steps} == {"synonyms", "insertion", "swap", "deletion"}
    assert preset("eda").task == "classification"
