"""The engine gives the bytes that the library gives, over real processes."""

import asyncio
from pathlib import Path

import pytest

from augment.build import build_pipeline
from augment.counts import StepCounts
from augment.edits import Span
from augment.record import Record
from augment.resources import Resources
from augment.spec import parse_spec
from service.engine.items import Item, ItemError, Result
from tests.support.engines import MASKING, TRANSLATION, ends_of, item, run, running
from tests.support.kinds import COMBINED, WORD_LEVEL

TEXTS = [
    "The quick brown fox doesn't jump over 3 lazy dogs.",
    "Where is my parcel? I ordered it on 12 May 2024 at https://example.org/a?b=c.",
    "She said that the new phone was good, but the battery is not.",
    "half a pair \ud83d stays",
    "",
    "word",
]


def test_every_word_level_kind(cache: Path, resources: Resources) -> None:
    steps = {**WORD_LEVEL, **COMBINED}.values()
    specs = [parse_spec({"steps": [step], "copies": 2, "seed": 5}) for step in steps]
    items = [
        item(text, f"r{n}", spec, seed=n, copies=1 + n % 3)
        for spec in specs
        for n, text in enumerate(TEXTS)
    ]

    async def work() -> None:
        async with running(cache) as engine:
            ends = await ends_of(engine, items)
        for asked, end in zip(items, ends, strict=True):
            assert isinstance(end, Result), (asked, end)
            assert [end.outcome] == library(asked, resources)

    run(work)


def test_labels_and_spans_go_along(cache: Path, resources: Resources) -> None:
    record = Record("The big dog ran home", "s", "animal", (Span(8, 11, "noun"),))
    asked = Item(record, MASKING, copies=3, seed=1)

    async def work() -> None:
        async with running(cache) as engine:
            (end,) = await ends_of(engine, [asked])
        assert isinstance(end, Result)
        assert [end.outcome] == library(asked, resources)
        assert end.outcome.copies[0].record.label == "animal"

    run(work)


def test_every_draw_is_counted_as_in_the_library(cache: Path, resources: Resources) -> None:
    steps = [{"kind": "masking", "rate": 0.9}, {"kind": "casing"}]
    spec = parse_spec({"steps": steps, "checks": [{"kind": "length"}]})
    asked = [item(text, f"r{n}", spec, copies=3) for n, text in enumerate(TEXTS)]
    counts = StepCounts()
    with build_pipeline(spec, resources) as pipeline:
        pipeline.augment_batch([one.record for one in asked], copies=3, seed=0, counts=counts)
    assert counts["0.masking"].dropped

    async def work() -> None:
        async with running(cache) as engine:
            await ends_of(engine, asked)
            while not engine.load().draws:  # noqa: ASYNC110  (told behind the last text)
                await asyncio.sleep(0.01)
            draws = engine.load().draws
        assert draws == {path.partition(".")[2]: count for path, count in counts.items()}

    run(work)


@pytest.mark.weights
def test_back_translation_in_any_company_if_strict(
    cache: Path, strict_resources: Resources, resources: Resources
) -> None:
    spec = parse_spec(
        {"steps": [{"kind": "back_translation", "beam": 2, "hypotheses": 2}], "seed": 3}
    )
    strict = [item(t, f"r{n}", spec, copies=2, strict=True) for n, t in enumerate(TEXTS[:3])]
    usual = [item(text, f"r{n}", TRANSLATION) for n, text in enumerate(TEXTS[:3])]

    async def work() -> None:
        async with running(cache) as engine:
            ends = await ends_of(engine, [*strict, *usual])
            alone = [(await ends_of(engine, [one]))[0] for one in strict]
        for asked, end, other in zip(strict, ends[:3], alone, strict=True):
            assert isinstance(end, Result)
            assert isinstance(other, Result)
            assert [end.outcome] == [other.outcome] == library(asked, strict_resources)
            assert all(copy.exact for copy in end.outcome.copies)
        for end in ends[3:]:
            assert isinstance(end, Result)
            times = end.timings
            assert 0 < times.tokenizing < times.translating < times.working
            assert all(copy.exact is False for copy in end.outcome.copies)
        assert any(isinstance(end, Result) and end.outcome.copies for end in ends[3:])

    run(work)


def test_what_needs_a_data_set_is_refused_alone(cache: Path) -> None:
    fitted = parse_spec({"steps": [{"kind": "masking"}], "checks": [{"kind": "duplicates"}]})

    async def work() -> None:
        async with running(cache) as engine:
            refused, done = await ends_of(engine, [item("a b c", spec=fitted), item("a b c d")])
        assert isinstance(refused, ItemError)
        assert refused.code == "needs_data_set"
        assert "duplicates" in refused.message
        assert isinstance(done, Result)

    run(work)


def test_a_missing_model_is_told_to_its_items(cache: Path, tmp_path: Path) -> None:
    step = {"kind": "back_translation", "pivots": [{"via": ["xx"], "models": ["no-a", "no-b"]}]}
    spec = parse_spec({"steps": [step]})

    async def work() -> None:
        async with running(cache) as engine:
            ends = await ends_of(engine, [item("A text.", "a", spec), item("Another.", "b", spec)])
            assert isinstance((await ends_of(engine, [item("it works on and on")]))[0], Result)
        for end in ends:
            assert isinstance(end, ItemError)
            assert end.code == "model_unusable"
            assert "no-a" in end.message

    run(work)


@pytest.mark.weights
def test_the_probe_goes_through_both_lanes(cache: Path) -> None:
    async def work() -> None:
        async with running(cache) as engine:
            assert engine.load().cost_per_second is None
            await engine.probe()
            load = engine.load()
            assert (load.workers, load.queued_items, load.queued_cost) == (2, 0, 0)
            assert load.cost_per_second is not None

    run(work)


def library(asked: Item, resources: Resources) -> list[object]:
    pipeline = build_pipeline(asked.spec, resources)
    return list(pipeline.augment([asked.record], copies=asked.copies, seed=asked.seed))
