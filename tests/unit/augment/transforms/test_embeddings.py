"""Neighbours in word vectors: the same form, and nothing that the lexicons speak against."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from augment import cli
from augment.build import build_pipeline
from augment.errors import ResourceError
from augment.record import Record
from augment.resources import Resources
from augment.spec import parse_spec
from augment.translation.manifest import sha256
from tests.support.copies import copies_of, outcome_of, refusal_of
from tests.support.tiny_vectors import write_vectors

# Words of one line stand together; a word further right is further from the first one.
GROUPS = (
    "bought sold purchased buys buying acquired bob leased",
    "dogs dog cats two pets none rabbits",
    "good bad awful nice decent poor fine",
    "house home apartment office china jordan",
    "happy unhappy glad sad cheerful",
    "paris london cities villages monday tuesday",
    "today yesterday tomorrow",
)


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    vectors = {}
    for axis, group in enumerate(GROUPS):
        for far, word in enumerate(group.split()):
            row = np.zeros(len(GROUPS) + 1)
            row[axis], row[-1] = 1, 0.1 * far
            vectors[word] = row
    path = write_vectors(tmp_path_factory.mktemp("vectors") / "own.vec", vectors)
    return {"kind": "embeddings", "vectors": str(path), "rate": 0.01, "top_k": 10}


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("bought", {"purchased", "acquired", "leased"}, "They {} a new car."),
        ("Dogs", {"Cats", "Pets", "Rabbits"}, "{} were there."),
        ("good", {"nice", "decent", "fine"}, "It was a {} place."),
        ("Happy", {"Glad", "Cheerful"}, "{} people came to us."),
    ],
)
def test_neighbours_keep_form_and_casing_and_opposites_stay_out(
    before: str, after: set[str], text: str, step: dict[str, Any], resources: Resources
) -> None:
    found = copies_of(step, text.format(before), resources)
    assert found <= {text.format(word) for word in after}
    assert len(found) >= 2


def test_an_article_is_mended(step: dict[str, Any], resources: Resources) -> None:
    found = copies_of(step, "They saw a house there.", resources)
    assert {"They saw an apartment there.", "They saw a home there."} <= found
    # In small letters many names look like other words.
    assert not any("china" in text or "jordan" in text for text in found)
    assert not any("a apartment" in text or "a office" in text for text in found)


@pytest.mark.parametrize(
    "text", ["", "two", "on monday", "He lives in Paris.", "It is today", "مرحبا", "the b2b"]
)
def test_names_numbers_and_days_stay(text: str, step: dict[str, Any], resources: Resources) -> None:
    assert refusal_of(step, text, resources).startswith("no_neighbour: none of ")


def test_the_floor_and_the_count_limit_what_comes(
    step: dict[str, Any], resources: Resources
) -> None:
    text = "It was a good place."
    near = copies_of({**step, "floor": 0.95}, text, resources)
    assert near == {"It was a nice place."}
    assert copies_of({**step, "top_k": 2}, text, resources) < copies_of(step, text, resources)


def test_nearer_neighbours_come_more_often(step: dict[str, Any], resources: Resources) -> None:
    spec = parse_spec({"steps": [step]})
    made = build_pipeline(spec, resources)
    records = [Record("It was a good place.", f"{i}") for i in range(300)]
    words = [o.copies[0].record.text.split()[3] for o in made.augment(records)]
    assert words.count("nice") > words.count("decent") > words.count("fine") > 0


def test_the_trail_names_the_file(step: dict[str, Any], resources: Resources) -> None:
    (copy,) = outcome_of(step, "It was a good place.", resources).copies
    assert copy.exact
    digest = sha256(Path(step["vectors"]))
    assert copy.trail[0].model == f"own.vec@{digest[:12]}"


def test_a_missing_file_is_told(tmp_path: Path, resources: Resources) -> None:
    step = {"kind": "embeddings", "vectors": str(tmp_path / "none.vec")}
    with pytest.raises(ResourceError, match="no word vectors at .*none.vec"):
        build_pipeline(parse_spec({"steps": [step]}), resources)


def test_the_doctor_looks_at_the_file(
    tmp_path: Path, step: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    for vectors, code in ((step["vectors"], 0), ("none.vec", 1)):
        spec = tmp_path / "spec.yaml"
        spec.write_text(f"steps: [{{kind: embeddings, vectors: {vectors}}}]")
        assert cli.main(["doctor", "--spec", str(spec)]) == code
        out = capsys.readouterr().out
        assert f"0.embeddings: word vectors {vectors}: " in out
        assert ("8 numbers a word" if code == 0 else "name a file of word2vec") in out
