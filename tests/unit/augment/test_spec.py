"""Specs: every wrong place is named at once, and nothing is guessed."""

from pathlib import Path
from typing import Any

import pytest

from augment.errors import SpecError
from augment.presets import preset, preset_names
from augment.spec import (
    check_kinds,
    json_schema,
    kinds,
    leaves,
    parse_spec,
    parse_spec_text,
    read_spec,
)


def test_all_wrong_places_are_named_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(
            {
                "copeis": 3,
                "seed": -1,
                "steps": [
                    {"kind": "masking", "rat": 0.1},
                    {"kind": "maybe", "p": 1.5, "step": {"kind": "shuffle"}},
                    {"kind": "one_of", "weights": [1], "steps": [{"kind": "masking", "rate": 2}]},
                ],
            },
            name="my.yaml",
        )
    message = str(caught.value)
    assert message.startswith("my.yaml does not hold:")
    for place in (
        "copeis: there is no such field; did you mean copies?",
        "seed: expected at least 0 (given: -1)",
        "steps.0.masking.rat: there is no such field; did you mean rate?",
        "steps.1.maybe.p: expected at most 1 (given: 1.5)",
        "steps.1.maybe.step: there is no kind 'shuffle' (there are: masking, synonyms, ",
        "steps.2.one_of.steps.0.masking.rate: expected at most 1 (given: 2)",
    ):
        assert place in message
    assert "at least 1 of them" not in message  # the steps are there, only wrong


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"kind": "masking", "span_range": [3, 1]}, "1 <= least <= most <= 100, not [3, 1]"),
        (
            {"kind": "masking", "mask_token": "x", "tokenizer": "y"},
            "mask_token or tokenizer, not both",
        ),
        ({"kind": "masking", "mask_token": ""}, "mask_token: must not be empty"),
        (
            {"kind": "fill_mask", "model": "m", "mode": "insert", "stopwords": True},
            "stopwords goes with mode: replace",
        ),
        (
            {"kind": "back_translation", "pivots": ["pt", "en"]},
            "pivots must differ from source, 'en'",
        ),
        (
            {"kind": "back_translation", "pivots": [{"via": ["de"], "models": ["x"]}]},
            "the way source-de-source takes 2 models, not 1",
        ),
        (
            {"kind": "back_translation", "pivots": [{"via": ["de", "de"]}]},
            "via names a language twice in a row: de, de",
        ),
        (
            {"kind": "back_translation", "pivots": [{"vai": ["de"]}]},
            "pivots.0.route.vai: there is no such field; did you mean via?",
        ),
        (
            {"kind": "back_translation", "pivots": ["pt_BR"]},
            "pivots.0.language: expected a text of the pattern",
        ),
        (
            {"kind": "back_translation", "beam": 4, "sampling": {}},
            "sampling draws one translation: leave beam and hypotheses at 1",
        ),
        (
            {"kind": "back_translation", "sampling": {"temprature": 2}},
            "sampling.temprature: there is no such field; did you mean temperature?",
        ),
        ({"kind": "back_translation", "hypotheses": 4}, "hypotheses (4) must not exceed beam (1)"),
        ({"kind": "some_of", "k": [1, 3], "steps": [{"kind": "masking"}]}, "<= 1, not [1, 3]"),
        ({"kind": "one_of", "weights": [0], "steps": [{"kind": "masking"}]}, "must be above 0"),
        (
            {"kind": "one_of", "weights": [1, 2], "steps": [{"kind": "masking"}]},
            "2 weights for 1 steps",
        ),
        ({"kind": "chain", "steps": []}, "chain.steps: expected at least 1 of them (given: [])"),
        ({}, "steps.0: expected a mapping with its `kind`"),
        ({"kind": "synonymz"}, "steps.0: there is no kind 'synonymz'; did you mean synonyms?"),
        ({"kind": 3}, "steps.0: there is no kind '3' (there are: "),
    ],
)
def test_a_step_that_does_not_hold(step: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec({"steps": [step]})
    assert message in str(caught.value)


def test_a_bad_pattern_names_itself() -> None:
    with pytest.raises(SpecError, match=r"pattern '\(' is not a regular expression"):
        parse_spec({"steps": [{"kind": "masking"}], "protect": {"patterns": ["("]}})


@pytest.mark.parametrize("value", [None, [], "masking", 3])
def test_a_spec_is_a_mapping(value: object) -> None:
    with pytest.raises(SpecError, match="expected a mapping with `steps`"):
        parse_spec(value)


@pytest.mark.parametrize(
    "text",
    [
        "steps: [{kind: masking}]\nsteps: [{kind: synonyms}]",
        '{"steps": [{"kind": "masking"}], "steps": []}',
        "steps: [{kind: masking, rate: 0.1, rate: 0.2}]",
    ],
)
def test_a_key_that_stands_twice_is_no_choice_of_ours(text: str) -> None:
    with pytest.raises(SpecError, match="stands twice"):
        parse_spec_text(text)


def test_a_field_that_is_like_no_other_is_answered_with_the_list() -> None:
    with pytest.raises(
        SpecError, match=r"protect.zzz: there is no such field \(there are: phrases, patterns\)"
    ):
        parse_spec({"steps": [{"kind": "masking"}], "protect": {"zzz": 1}})


def test_broken_yaml_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="not valid YAML or JSON"):
        parse_spec_text("steps: [")
    with pytest.raises(SpecError, match=r"cannot read the spec"):
        read_spec(tmp_path / "no.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"steps: \xff")
    with pytest.raises(SpecError, match="cannot read the spec"):
        read_spec(tmp_path / "latin.yaml")


@pytest.mark.parametrize("name", preset_names())
def test_presets_hold(name: str) -> None:
    assert preset(name).steps


def test_an_unknown_preset_lists_those_there_are() -> None:
    with pytest.raises(
        SpecError, match="no preset 'defualt'; there are: default, eda, light, mask, paraphrase"
    ):
        preset("defualt")


def test_leaves_are_found_in_order() -> None:
    assert [leaf.kind for leaf in leaves(preset("light"))] == ["synonyms", "masking"]
    assert [leaf.kind for leaf in leaves(preset("default"))] == [
        "back_translation",
        "synonyms",
        "masking",
    ]


def test_the_schema_lists_every_kind() -> None:
    definitions = json_schema()["$defs"]
    found = {
        d["properties"]["kind"]["const"] for d in definitions.values() if "kind" in d["properties"]
    }
    assert found == {*kinds(), *check_kinds()}
