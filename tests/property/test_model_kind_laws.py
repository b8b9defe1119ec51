"""The laws of the pipeline for kinds that need a model: in float32, they hold to the letter."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augment.build import build_pipeline
from augment.lexicons.protected import Protection
from augment.lexicons.values import values
from augment.pipeline import Pipeline
from augment.record import Record, redo, undo
from augment.resources import Resources
from augment.spec import parse_spec
from tests.support.kinds import with_models
from tests.support.strategies import records
from tests.support.tiny_bert import sentences, write_tiny_bert

pytestmark = pytest.mark.weights

quiet = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Random texts have few words that the tiny model knows, so its own sentences come among them.
KNOWN = st.sampled_from(sentences(12)).map(lambda text: Record(text, label="x"))


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return with_models(write_tiny_bert(tmp_path_factory.mktemp("bert")))


@pytest.fixture(params=with_models(Path()))
def made(
    request: pytest.FixtureRequest, steps: dict[str, Any], strict_resources: Resources
) -> Pipeline:
    return pipeline(steps[request.param], strict_resources)


def pipeline(step: dict[str, Any], resources: Resources) -> Pipeline:
    return build_pipeline(parse_spec({"steps": [step], "copies": 2}), resources)


@quiet
@given(batch=st.lists(records() | KNOWN, min_size=1, max_size=5), data=st.data())
def test_order_and_batch_size_change_nothing(
    made: Pipeline, batch: list[Record], data: st.DataObject
) -> None:
    batch = [Record(r.text, f"{i}", r.label, r.spans) for i, r in enumerate(batch)]
    together = {o.record.id: o for o in made.augment(batch)}
    shuffled = data.draw(st.permutations(batch))
    assert together == {o.record.id: o for o in made.augment(shuffled, batch=1)}


@quiet
@given(record=records() | KNOWN)
def test_what_is_protected_stays_and_the_trail_undoes(made: Pipeline, record: Record) -> None:
    outcome = next(made.augment([record]))
    assert len(outcome.copies) + len(outcome.missing) == 2
    for copy in outcome.copies:
        after = copy.record
        assert after.text != record.text
        assert undo(after.text, copy.trail) == record.text
        assert redo(record.text, copy.trail) == after.text
        assert not values(record.text) - values(after.text)
        for old, new in zip(record.spans, after.spans, strict=True):
            assert after.text[new.start : new.end] == record.text[old.start : old.end]
        for edit in copy.trail[0].edits:
            end = edit.start + len(edit.old)
            assert not any(
                edit.start < s.end and s.start < end for s in Protection().stretches(record.text)
            )


@pytest.mark.parametrize("name", with_models(Path()))
def test_rate_zero_is_identity(
    name: str, steps: dict[str, Any], strict_resources: Resources
) -> None:
    made = pipeline({**steps[name], "rate": 0}, strict_resources)
    outcome = next(made.augment([Record(sentences(1)[0])]))
    assert outcome.copies == ()
    assert outcome.missing[0][1].reason == "unchanged"


def test_every_kind_makes_copies(made: Pipeline) -> None:
    found = list(made.augment(Record(text, f"{i}") for i, text in enumerate(sentences(12))))
    assert sum(len(outcome.copies) for outcome in found) >= 12
