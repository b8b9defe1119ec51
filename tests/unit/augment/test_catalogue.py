"""`augment kinds`: every kind with what it may break, whom it suits, and an example of now."""

import json

import pytest

from augment import cli
from augment.commands import catalogue
from augment.commands.kinds import type_name
from augment.resources import Resources
from augment.spec import kinds


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_an_example(kind: str, resources: Resources) -> None:
    found = catalogue.example(kind, resources, models=False, colour=False)
    assert found["text"] == catalogue.SENTENCE
    if getattr(kinds()[kind], "needs_model", False):
        assert found["missing"] == "needs a model: augment kinds --models"
    else:
        assert found["copy"] != catalogue.SENTENCE
        assert "missing" not in found


def test_a_combinator_has_no_risks_of_its_own() -> None:
    assert catalogue.suitability("chain")["breaks"] is None
    assert catalogue.suitability("masking") == {
        "breaks": ["grammar", "meaning"],
        "other_settings_break": ["spans"],
        "tasks": ["classification", "tagging", "spans"],
    }


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["kinds"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Each example is made of: {catalogue.SENTENCE}\n\nmasking: ")
    assert "  may break: grammar, meaning; with other settings also spans\n" in out
    assert "  may break: nothing; with other settings also spans\n" in out
    assert "  may break: what its steps may break\n" in out
    assert "  suits: classification, spans\n" in out
    assert "  example: (none) needs a model: augment kinds --models\n" in out
    assert "it [-hasn't-]{+has not+} arrived" in out
    assert '    direction: contract | expand | both = "both"\n' in out


def test_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["kinds", "--json"]) == 0
    found = {kind["kind"]: kind for kind in json.loads(capsys.readouterr().out)}
    assert list(found) == list(kinds())
    assert found["swap"]["breaks"] == ["order", "negation", "grammar"]
    assert found["swap"]["tasks"] == ["classification", "spans"]
    assert set(found["swap"]["example"]) == {"text", "copy", "marked"}
    assert found["chain"]["tasks"] is None


def test_types_are_said_as_a_person_would() -> None:
    assert type_name({"enum": ["a", "b"], "type": "string"}) == "a | b"
    assert type_name({"$ref": "#/$defs/Route"}) == "route"
    assert type_name({"oneOf": [], "discriminator": {}}) == "step"
    assert type_name({"oneOf": [{"type": "string"}, {"$ref": "x/Route"}]}) == "string or route"
    assert type_name({"type": "integer", "minimum": 1}) == "integer from 1"
    assert type_name({"type": "integer", "minimum": 1, "maximum": 9}) == "integer 1 to 9"
