"""What the HTTP door costs, and how it holds under load: back-translation over loopback.

    python -m tests.bench.service_load [--texts file.jsonl] [--rounds 40]

`one text`, `eight texts`: a single client beside the library in process with as much at a time, in
turns; medians. CPU seconds are those of the server's processes, or of the library. `overload`: an
open loop at ten times the speed of 16 clients. `fairness`: the p95 of a client that asks for one
text at a time, alone and while another client keeps the queue full.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from augment.build import build_pipeline
from augment.pipeline import Pipeline
from augment.record import Record
from augment.resources import Resources
from augment.spec import parse_spec
from augment.translation.settings import EngineSettings
from tests.bench.run import read_texts
from tests.support.load import Door, closed_loop, open_loop, phase, quantile
from tests.support.real_server import RealServer, real_server

SPEC: dict[str, Any] = {"steps": [{"kind": "back_translation"}]}
LIMIT = 10.0
TIMES = 10


def requests(texts: Sequence[str], a_request: int, **options: Any) -> list[bytes]:
    """Bodies with so many texts each."""
    parts = [texts[start : start + a_request] for start in range(0, len(texts), a_request)]
    return [
        json.dumps({"texts": part, "spec": SPEC, "seed": seed, **options}).encode()
        for seed, part in enumerate(parts)
    ]


async def latency(
    server: RealServer, door: Door, pipeline: Pipeline, texts: Sequence[str], rounds: int
) -> dict[str, float]:
    """A request beside the same call of the library, in turns: milliseconds and their ratios."""
    size = len(texts) // rounds
    times: dict[str, list[float]] = {"library": [], "service": []}
    cpu = dict.fromkeys(times, 0.0)
    for number, body in enumerate(requests(texts, size)[:rounds]):
        records = [
            Record(text, id=str(n))
            for n, text in enumerate(texts[number * size : (number + 1) * size])
        ]
        began, spent = time.perf_counter(), time.process_time()
        pipeline.augment_batch(records, copies=1, seed=number)
        times["library"].append(time.perf_counter() - began)
        cpu["library"] += time.process_time() - spent
        before = server.cpu()
        answer = await door.post(body)
        assert answer.status == 200, answer.body
        times["service"].append(answer.seconds)
        cpu["service"] += server.cpu() - before
    wall = {name: statistics.median(found) for name, found in times.items()}
    return {
        "library, ms": round(1000 * wall["library"], 1),
        "service, ms": round(1000 * wall["service"], 1),
        "wall, ratio": round(wall["service"] / wall["library"], 2),
        "CPU, ratio": round(cpu["service"] / cpu["library"], 2),
    }


async def overload(server: RealServer, door: Door, texts: Sequence[str]) -> dict[str, Any]:
    """Ten times the speed of 16 clients, whatever is answered."""
    with phase(server) as calm:
        calm.answers += await closed_loop(door, requests(texts, 8), clients=16, seconds=15)
    bodies = requests(texts, 8, timeout_seconds=LIMIT)
    with phase(server) as storm:
        storm.answers += await open_loop(door, bodies, TIMES * calm.a_second / 8, seconds=15)
    accepted = [one for one in storm.answers if one.status == 200]
    told = sorted({one.status for one in storm.answers})
    return {
        "peak, texts a second": round(calm.a_second, 1),
        "goodput, texts a second": round(storm.a_second, 1),
        "goodput to peak": round(storm.a_second / calm.a_second, 2),
        "goodput to peak, by CPU": round(storm.a_cpu_second / calm.a_cpu_second, 2),
        "requests": len(storm.answers),
        "accepted": len(accepted),
        "statuses": told,
        "p99 of accepted, s": round(quantile([one.seconds for one in accepted], 0.99), 2),
        "limit, s": LIMIT,
        "texts that were late": storm.errors,
        "server grew, MiB": round(storm.grown / 2**20, 1),
    }


async def fairness(
    small: Door, greedy: Door, texts: Sequence[str], rounds: int
) -> dict[str, float]:
    """The p95 of a small client without and with another beside it."""

    async def p95() -> float:
        answers = [await small.post(body) for body in requests(texts[:rounds], 1)]
        assert {one.status for one in answers} == {200}
        return quantile([one.seconds for one in answers], 0.95)

    alone = await p95()
    stop = asyncio.Event()

    async def crowd() -> None:
        bodies = requests(texts, 32)
        while not stop.is_set():
            await greedy.post(bodies[0])

    crowding = [asyncio.create_task(crowd()) for _ in range(8)]
    beside = await p95()
    stop.set()
    await asyncio.gather(*crowding)
    return {
        "alone, ms": round(1000 * alone, 1),
        "beside, ms": round(1000 * beside, 1),
        "ratio": round(beside / alone, 2),
    }


async def measure(
    server: RealServer, keys: Sequence[str], texts: Sequence[str], rounds: int
) -> dict[str, object]:
    """All figures."""
    one, other = (Door(server.port, key) for key in keys)
    found: dict[str, object] = {}
    with Resources(engine=EngineSettings(threads=1)) as resources:
        pipeline = build_pipeline(parse_spec(SPEC), resources)
        pipeline.augment_batch([Record(text, id=text) for text in texts[:8]])
        for _ in range(3):  # all workers load their models
            await closed_loop(one, requests(texts, 8), clients=16, seconds=1)
        found["one text"] = await latency(server, one, pipeline, texts[:rounds], rounds)
        found["eight texts"] = await latency(server, one, pipeline, texts, len(texts) // 8)
    found["fairness"] = await fairness(one, other, texts, rounds)
    found["overload"] = await overload(server, one, texts)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, help="JSONL with a field `text`")
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    texts = list(dict.fromkeys(read_texts(arguments.texts, 256)))
    texts = texts[: len(texts) // 8 * 8]
    free = {"rate_cost": 10**9, "burst_cost": 10**9}
    with (
        tempfile.TemporaryDirectory() as folder,
        real_server(Path(folder), clients=2, **free) as server,
    ):
        keys = (Path(folder) / "secrets").read_text().split()
        print(json.dumps(asyncio.run(measure(server, keys, texts, arguments.rounds)), indent=2))


if __name__ == "__main__":
    main()
