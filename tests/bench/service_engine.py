"""What the engine behind HTTP costs beside the library in process, in turns of one run.

    python -m tests.bench.service_engine [--rounds 3] [--texts file.jsonl] [--count 512]

Back-translation, 8 texts a request, one model worker of one thread against the library with one
thread. 1, 16 and 64 clients each send their next request when the last was answered. CPU seconds
are those of this process (engine and clients) and of the workers together. `specs`: the same with
64 clients when all send one spec with other seeds, and when they send specs that differ.
`overload`: requests come at ten times the speed of the best round, whatever is answered.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from augment.build import build_pipeline
from augment.record import Record
from augment.resources import Resources
from augment.spec import PipelineSpec, parse_spec
from augment.translation.settings import EngineSettings
from service.engine.engine import Crew, Engine
from service.engine.items import Item, ItemError, QueueFull
from tests.bench.run import read_texts
from tests.support.engines import worker_processes

A_REQUEST = 8
SPEC = parse_spec({"steps": [{"kind": "back_translation"}]})
CLIENTS = (1, 16, 64)


@dataclass(frozen=True)
class Timed:
    """Seconds by both clocks, and texts that were done."""

    wall: float
    cpu: float
    texts: int

    @property
    def rates(self) -> tuple[float, float]:
        """Texts a second of each."""
        return self.texts / self.wall, self.texts / self.cpu


class Clock:
    """CPU seconds of this process and of the workers since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic(), _cpu()

    def timed(self, texts: int) -> Timed:
        """What has passed."""
        wall, cpu = self._began
        return Timed(time.monotonic() - wall, _cpu() - cpu, texts)


def _cpu() -> float:
    """User and system time of this process and of the workers, as the kernel counts them."""
    ticks = 0
    for number in worker_processes():
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / 100


def requests(texts: Sequence[str], specs: Sequence[PipelineSpec]) -> list[list[Item]]:
    """All texts, 8 a request; each request with the next spec and a seed of its own."""
    found = []
    for number, start in enumerate(range(0, len(texts), A_REQUEST)):
        spec = specs[number % len(specs)]
        found.append(
            [
                Item(Record(text, id=str(i)), spec, 1, number, key=f"client {number % 64}")
                for i, text in enumerate(texts[start : start + A_REQUEST])
            ]
        )
    return found


async def closed_loop(engine: Engine, asked: Sequence[list[Item]], clients: int) -> Timed:
    """So many clients, each with one request at a time."""
    left = list(reversed(asked))
    done = 0

    async def client() -> None:
        nonlocal done
        while left:
            async with aclosing(engine.submit(left.pop())) as ends:
                async for _, end in ends:
                    assert not isinstance(end, ItemError), end
                    done += 1

    clock = Clock()
    await asyncio.gather(*(client() for _ in range(clients)))
    return clock.timed(done)


async def open_loop(
    engine: Engine, asked: Sequence[list[Item]], a_second: float, seconds: float, limit: float
) -> dict[str, float]:
    """Requests at their times, whether the earlier ones were answered or not."""
    times: list[float] = []
    refused = late = most = 0
    tasks = []
    loop = asyncio.get_running_loop()

    async def request(items: list[Item], due: float) -> None:
        nonlocal refused, late
        timely = [Item(i.record, i.spec, 1, i.seed, key=i.key, deadline=due + limit) for i in items]
        try:
            ends = [end async for _, end in engine.submit(timely)]
        except QueueFull:
            refused += 1
            return
        late += sum(isinstance(end, ItemError) for end in ends)
        times.extend([loop.time() - due] * (len(ends)))

    clock, began = Clock(), loop.time()
    for number in range(int(a_second * seconds)):
        due = began + number / a_second
        await asyncio.sleep(max(0.0, due - loop.time()))
        tasks.append(asyncio.ensure_future(request(asked[number % len(asked)], due)))
        most = max(most, engine.load().queued_items)
    goodput = (len(times) - late) / (loop.time() - began)
    await asyncio.gather(*tasks)
    cpu = clock.timed(0).cpu
    times.sort()
    return {
        "asked a second": round(a_second * A_REQUEST, 1),
        "done a second": round(goodput, 1),
        "refused requests": round(refused / len(tasks), 3),
        "p99 of accepted, s": round(times[int(0.99 * len(times))], 2),
        "limit, s": limit,
        "accepted but late": late,
        "most items in the engine": most,
        "done a CPU-second": round((len(times) - late) / cpu, 1),
    }


def in_process(texts: Sequence[str], resources: Resources) -> Timed:
    """The library itself, 256 records at a time."""
    pipeline = build_pipeline(SPEC, resources)
    clock = Clock()
    done = sum(1 for _ in pipeline.augment(Record(t, id=str(i)) for i, t in enumerate(texts)))
    return clock.timed(done)


async def measure(texts: Sequence[str], rounds: int) -> dict[str, object]:
    """All figures."""
    one, same = requests(texts, [SPEC]), 64
    apart = requests(texts, [parse_spec(_different(n)) for n in range(same)])
    times: dict[str, list[Timed]] = {}
    engine = Engine(crew=Crew(models=1))
    await engine.start()
    with Resources(engine=EngineSettings(threads=1)) as resources:
        try:
            in_process(texts[:16], resources)
            await closed_loop(engine, one[:4], 1)
            for number in range(rounds):
                print(f"  round {number + 1}", file=sys.stderr, flush=True)
                times.setdefault("library", []).append(in_process(texts, resources))
                for clients in CLIENTS:
                    timed = await closed_loop(engine, one, clients)
                    times.setdefault(f"{clients} clients", []).append(timed)
                times.setdefault("specs", []).append(await closed_loop(engine, apart, 64))
            peak = max(t.rates[0] for t in times["64 clients"])
            overload = await open_loop(engine, one, 10 * peak / A_REQUEST, 20.0, 10.0)
        finally:
            await engine.close()
    return {**_table(times), "overload": overload | {"peak": round(peak, 1)}}


def _different(number: int) -> dict[str, object]:
    """The same translation, but a spec of its own."""
    return {"steps": [{"kind": "back_translation"}], "attempts": 1 + number}


def _table(times: dict[str, list[Timed]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, timed in times.items():
        wall, cpu = (statistics.median(t.rates[clock] for t in timed) for clock in (0, 1))
        pairs = zip(timed, times["library"], strict=True)
        ratios = [(a.rates[0] / b.rates[0], a.rates[1] / b.rates[1]) for a, b in pairs]
        found[name] = {
            "texts a second": round(wall, 1),
            "texts a CPU-second": round(cpu, 1),
            "to the library, wall": round(statistics.median(r[0] for r in ratios), 3),
            "to the library, CPU": round(statistics.median(r[1] for r in ratios), 3),
        }
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, help="JSONL with a field `text`")
    parser.add_argument("--count", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    texts = list(dict.fromkeys(read_texts(arguments.texts, arguments.count)))
    print(json.dumps(asyncio.run(measure(texts, arguments.rounds)), indent=2))


if __name__ == "__main__":
    main()
