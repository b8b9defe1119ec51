"""Texts that raise, hang, kill or confuse, processes that are killed: every item ends once."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from augment.build import build_pipeline
from augment.errors import ResourceError
from augment.randomness import stream
from augment.resources import Resources
from service.engine.engine import Crew, Engine
from service.engine.items import Item, ItemError, Result
from service.engine.process import Patience
from tests.support.engines import (
    MASKING,
    POISONED,
    TRANSLATION,
    codes,
    ends_of,
    item,
    poisoned,
    run,
    running,
    until_busy,
    worker_processes,
)
from tests.support.poisoned_worker import HANGS, KILLS, LIES, RAISES, SECRET

pytestmark = pytest.mark.fault

GOOD = "a good text of several words"


def among_good(*bad: str) -> list[Item]:
    texts = [GOOD] * 8
    for n, word in enumerate(bad):
        texts.insert(3 + 2 * n, f"a bad text with {word} inside")
    return [item(text, f"r{n}") for n, text in enumerate(texts)]


def expected(items: list[Item], code: str, *bad: str) -> list[str]:
    return [code if any(w in i.record.text for w in bad) else "done" for i in items]


def test_a_text_that_raises_fails_alone_and_is_not_told(
    cache: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    items = among_good(RAISES)

    async def work() -> None:
        async with running(cache, **poisoned()) as engine:
            before = worker_processes()
            ends = await ends_of(engine, items)
            assert worker_processes() == before
        assert codes(ends) == expected(items, "item_failed", RAISES)
        (error,) = [end for end in ends if isinstance(end, ItemError)]
        assert error.message == "the text made a step fail (ValueError)"

    run(work)
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err
    assert "ValueError in poisoned_worker.py" in said.err


def test_a_text_that_hangs_is_given_up_alone(cache: Path) -> None:
    items = among_good(HANGS)

    async def work() -> None:
        async with running(cache, **poisoned(grace=0.5)) as engine:
            assert codes(await ends_of(engine, items)) == expected(items, "item_hung", HANGS)
            assert codes(await ends_of(engine, among_good())) == ["done"] * 8

    run(work)


def test_texts_that_end_the_worker_are_given_up_alone(cache: Path) -> None:
    items = among_good(KILLS, KILLS, RAISES)

    async def work() -> None:
        async with running(cache, **poisoned()) as engine:
            found = codes(await ends_of(engine, items))
        wanted = expected(items, "item_lost", KILLS)
        assert found == [
            "item_failed" if RAISES in one.record.text else code
            for one, code in zip(items, wanted, strict=True)
        ]

    run(work)


def test_texts_of_which_the_worker_talks_nonsense_are_given_up_alone(cache: Path) -> None:
    items = among_good(LIES)

    async def work() -> None:
        async with running(cache, **poisoned()) as engine:
            assert codes(await ends_of(engine, items)) == expected(items, "item_lost", LIES)
            assert codes(await ends_of(engine, among_good())) == ["done"] * 8

    run(work)


def test_work_at_a_deadline_ends_then_and_is_not_repeated(cache: Path) -> None:
    async def work() -> None:
        async with running(cache, **poisoned(grace=60.0)) as engine:
            before = worker_processes()
            loop = asyncio.get_running_loop()
            # The first is at work, the second waits behind it.
            items = [
                item(
                    f"{HANGS} {n}", str(n), MASKING, deadline=loop.time() + 1, seed=n, strict=n > 0
                )
                for n in range(2)
            ]
            assert codes(await ends_of(engine, items)) == ["deadline_passed"] * 2
            assert engine.load().queued_items == 0
            # The limit of the batch, not the item, decides when the process is ended.
            assert worker_processes() == before

    run(work)


def test_who_leaves_drops_what_waits(cache: Path) -> None:
    async def work() -> None:
        async with running(cache, **poisoned(grace=60.0)) as engine:
            items = [item(GOOD, "first"), *[item(f"{HANGS} {n}", str(n)) for n in range(50)]]
            async with aclosing(engine.submit(items[:1])) as ends:
                assert (await anext(ends))[0] == 0
            async with aclosing(engine.submit(items)) as ends:
                asking = asyncio.ensure_future(anext(ends))
                await until_busy(engine)
                assert engine.load().queued_items == 51
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
            assert engine.load().queued_items == engine.load().queued_cost == 0

    run(work)


@pytest.mark.weights
def test_words_never_wait_behind_models(cache: Path) -> None:
    async def work() -> None:
        async with running(cache, **poisoned(grace=60.0)) as engine:
            hanging = asyncio.ensure_future(
                ends_of(engine, [item(f"A text with {HANGS}.", spec=TRANSLATION)])
            )
            for n in range(20):
                assert codes(await ends_of(engine, [item(GOOD, str(n))])) == ["done"]
            assert not hanging.done()
            hanging.cancel()
            await asyncio.gather(hanging, return_exceptions=True)

    run(work)


def test_a_process_that_is_stopped_is_replaced(cache: Path) -> None:
    async def work() -> None:
        async with running(cache, patience=Patience(answer=0.5)) as engine:
            for number in worker_processes():
                os.kill(number, signal.SIGSTOP)
            assert codes(await ends_of(engine, among_good())) == ["done"] * 8

    run(work)


def test_twenty_kills_at_any_moment(cache: Path, resources: Resources) -> None:
    draws = stream(20_261_122, "kills")
    items = [item(f"{GOOD} number {n}", f"r{n}", seed=n) for n in range(400)]
    pipeline = build_pipeline(MASKING, resources)

    async def kill() -> None:
        killed = 0
        while killed < 20:
            await asyncio.sleep(1.5 * draws.random())
            if alive := sorted(worker_processes()):
                os.kill(alive[draws.below(len(alive))], signal.SIGKILL)
                killed += 1

    async def work() -> None:
        async with running(cache, crew=Crew(models=1, words=2)) as engine:
            killing = asyncio.ensure_future(kill())
            rounds = 0
            while not killing.done():
                ends = await ends_of(engine, items)
                rounds += 1
                assert set(codes(ends)) <= {"done", "item_lost", "not_ready"}
                # Two kills of the same item alone are told; they are as rare as they are unlucky.
                assert codes(ends).count("done") > 0.9 * len(items)
            await killing
            # The last kill may have come when nothing was at work.
            ends = await ends_of(engine, items)
            assert rounds > 0
            for asked, end in zip(items, ends, strict=True):
                assert isinstance(end, Result)
                record, seed = asked.record, asked.seed
                assert [end.outcome] == pipeline.augment_batch([record], seed=seed)
            assert engine.load().queued_items == 0

    run(work)


@pytest.mark.parametrize("fault", ["never", "mute", "torn"])
def test_workers_that_do_not_start_are_told(cache: Path, fault: str) -> None:
    crew = Crew(models=1, command=(*POISONED, fault))
    engine = Engine(cache=cache, crew=crew, patience=Patience(load=1.0, outage=1.0))

    async def work() -> None:
        with pytest.raises(ResourceError, match="the worker processes do not start: run"):
            await engine.start()
        assert worker_processes() == []

    run(work)


def test_what_has_not_ended_when_the_engine_closes_is_told(cache: Path) -> None:
    async def work() -> None:
        async with running(cache, **poisoned(grace=60.0)) as engine:
            items = [item(f"{HANGS} {n}", str(n), strict=n > 0) for n in range(2)]
            ends = asyncio.ensure_future(ends_of(engine, items))
            await until_busy(engine)
            await engine.drain(0.2)
            assert not ends.done()
        assert codes(await ends) == ["draining"] * 2
        assert worker_processes() == []

    run(work)


def test_drain_waits_for_what_was_accepted(cache: Path) -> None:
    async def work() -> None:
        async with running(cache) as engine:
            ends = asyncio.ensure_future(ends_of(engine, among_good()))
            await until_busy(engine)
            await engine.drain(60)
            assert engine.load().queued_items == 0
            assert codes(await ends) == ["done"] * 8

    run(work)


SERVER = """
import asyncio, sys
from tests.support.engines import *
from tests.support.poisoned_worker import HANGS
async def work():
    async with running(None, **poisoned(grace=60.0)) as engine:
        print(*worker_processes(), flush=True)
        await ends_of(engine, [item(HANGS)])
run(work)
"""


def test_workers_end_with_their_server_even_if_they_hang() -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    with server:
        assert server.stdout is not None
        workers = [int(number) for number in server.stdout.readline().split()]
        assert len(workers) == 2
        server.kill()
    for number in workers:
        assert _ended(number)


def _ended(number: int) -> bool:
    """Whether a process ends; a handle of an ended process can be read."""
    try:
        handle = os.pidfd_open(number)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 60)[0])
    finally:
        os.close(handle)
