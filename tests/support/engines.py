"""Engines over real worker processes, and what comes of their items."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from augment.record import Record
from augment.spec import PipelineSpec, parse_spec
from service.engine.engine import LIMITS, Crew, Engine
from service.engine.items import Item, ItemError, Result
from service.engine.process import Patience

MASKING = parse_spec({"steps": [{"kind": "masking", "rate": 0.5}]})
TRANSLATION = parse_spec({"steps": [{"kind": "back_translation"}]})

POISONED = (sys.executable, "-m", "tests.support.poisoned_worker")

End = Result | ItemError


def item(text: str, name: str = "0", spec: PipelineSpec = MASKING, **other: Any) -> Item:
    values = {"copies": spec.copies, "seed": spec.seed} | other
    return Item(Record(text, id=name), spec, **values)


async def ends_of(engine: Engine, items: Sequence[Item]) -> list[End]:
    """The ends in the order of the items; each must come exactly once."""
    found: dict[int, End] = {}
    async for index, end in engine.submit(items):
        assert index not in found
        found[index] = end
    return [found[index] for index in range(len(items))]


def codes(ends: Sequence[End]) -> list[str]:
    return [end.code if isinstance(end, ItemError) else "done" for end in ends]


@asynccontextmanager
async def running(cache: Path | None = None, **options: Any) -> AsyncIterator[Engine]:
    options.setdefault("crew", Crew(models=1))
    options.setdefault("limits", LIMITS)
    engine = Engine(cache=cache, **options)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


def poisoned(**patience: float) -> dict[str, Any]:
    """Options of an engine whose workers some texts raise in, hang or kill."""
    crew = Crew(models=1, command=POISONED)
    return {"crew": crew, "patience": Patience(**({"grace": 2.0, "slowest": 1e6} | patience))}


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it to its end; a test that hangs fails."""
    asyncio.run(asyncio.wait_for(work(), 240))


async def until_busy(engine: Engine) -> None:
    """Let other tasks run until something was accepted."""
    while not engine.load().queued_items:  # noqa: ASYNC110  (turns of the loop, not time)
        await asyncio.sleep(0)


def worker_processes() -> list[int]:
    """Numbers of the processes that this one has started and that are alive."""
    own = Path("/proc/self/task")
    found = [int(n) for task in own.iterdir() for n in (task / "children").read_text().split()]
    return [number for number in found if b"worker" in _command(number)]


def _command(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:  # it has just ended
        return b""
