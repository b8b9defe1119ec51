"""Whether the server keeps its size: mixed load for minutes, the memory of all processes beside it.

    python -m tests.bench.soak [--minutes 10]

Words, translations, streams, previews, jobs, wrong requests and clients that leave, in turns by
eight clients. Memory is sampled every five seconds; the first fifth, when models are loaded and
caches fill, is left out. Prints first and last (means of a tenth), and the slope of a straight
line, of all together and of each that was there all the time: the server first, then its workers.
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from augment.randomness import Stream, stream
from tests.bench.run import read_texts
from tests.support.load import Door
from tests.support.real_server import RealServer, real_server

CLIENTS = 8
EVERY = 5.0
MIB = 2**20
Sizes = dict[int, int]  # bytes by process
WORDS: dict[str, Any] = {"steps": [{"kind": "synonyms"}, {"kind": "masking"}]}
TRANSLATION: dict[str, Any] = {"steps": [{"kind": "back_translation"}]}


def body(draws: Stream, texts: Sequence[str]) -> dict[str, Any]:
    """A request for copies."""
    start = draws.below(len(texts) - 16)
    spec = TRANSLATION if draws.random() < 0.3 else WORDS
    count = 1 + draws.below(8 if spec is TRANSLATION else 16)
    return {"texts": texts[start : start + count], "spec": spec, "seed": draws.below(10**6)}


async def turn(port: int, draws: Stream, texts: Sequence[str]) -> str:
    """One thing that a client does; what came of it."""
    draw = draws.random()
    asked = body(draws, texts)
    if draw < 0.1:
        path, asked = "/v1/preview", {"text": asked["texts"][0], "spec": WORDS}
    elif draw < 0.2:
        path, asked = "/v1/augment", {**asked, "copies": "many"}
    else:
        path = "/v1/augment"
    door, sent = Door(port, path=path), json.dumps(asked).encode()
    if draw > 0.9:
        return await left(port, door.head(len(sent)) + sent[: draws.below(2 * len(sent))])
    streamed = 0.2 < draw < 0.4
    answer = await (replace(door, accept="application/x-ndjson") if streamed else door).post(sent)
    return f"{path} {answer.status}{' stream' * streamed}"


async def left(port: int, data: bytes) -> str:
    """A client that goes before it was answered."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await writer.drain()
    writer.transport.abort()
    return "left"


async def jobs(server: RealServer, texts: Sequence[str], found: Counter[str]) -> None:
    """One job after the other."""
    rows = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    with server.client() as client:
        upload = client.post("/v1/uploads", params={"name": "train.jsonl"}, content=rows).json()
        asked = {"input": {"upload": upload["id"]}, "preset": "mask"}
        while True:
            job = (await asyncio.to_thread(client.post, "/v1/jobs", json=asked)).json()
            while job["state"] not in ("done", "failed"):
                await asyncio.sleep(1)
                job = (await asyncio.to_thread(client.get, f"/v1/jobs/{job['id']}")).json()
            found[f"job {job['state']}"] += 1
            await asyncio.to_thread(client.delete, f"/v1/jobs/{job['id']}")


async def soak(
    server: RealServer, seconds: float
) -> tuple[list[tuple[float, Sizes]], Counter[str]]:
    """Memory by time, and what clients were told."""
    loop, texts = asyncio.get_running_loop(), read_texts(None, 300)
    end, began = loop.time() + seconds, loop.time()
    found: Counter[str] = Counter()
    samples: list[tuple[float, Sizes]] = []

    async def client(number: int) -> None:
        draws = stream(20_261_123, f"soak {number}")
        while loop.time() < end:
            found[await turn(server.port, draws, texts)] += 1

    async def sample() -> None:
        while loop.time() < end:
            await asyncio.sleep(EVERY)
            # The processes of jobs come and go, and are no growth of the server.
            samples.append((loop.time() - began, server.sizes(without="service.jobs.child")))

    working = asyncio.create_task(jobs(server, texts, found))
    await asyncio.gather(sample(), *(client(number) for number in range(CLIENTS)))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return samples, found


def slope(samples: Sequence[tuple[float, int]]) -> float:
    """Bytes a second by which a straight line through all samples goes up."""
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    over = sum((x - mean_x) * (y - mean_y) for x, y in samples)
    return over / sum((x - mean_x) ** 2 for x, _ in samples)


def growth(samples: Sequence[tuple[float, int]]) -> dict[str, float]:
    """First, last and slope."""
    tenth = max(1, len(samples) // 10)
    first, last = (sum(y for _, y in part) / tenth for part in (samples[:tenth], samples[-tenth:]))
    return {
        "first, MiB": round(first / MIB, 1),
        "last, MiB": round(last / MIB, 1),
        "slope, MiB a minute": round(60 * slope(samples) / MIB, 2),
    }


def table(samples: Sequence[tuple[float, Sizes]], found: Counter[str]) -> dict[str, Any]:
    """What is printed."""
    settled = samples[len(samples) // 5 :]
    always = [n for n in settled[0][1] if all(n in sizes for _, sizes in settled)]
    return {
        "minutes": round(samples[-1][0] / 60, 1),
        "samples": len(settled),
        "all": growth([(x, sum(sizes.values())) for x, sizes in settled]),
        "each": [growth([(x, sizes[n]) for x, sizes in settled]) for n in always],
        "told": dict(sorted(found.items())),
    }


def main() -> None:
    """Run it and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    arguments = parser.parse_args()
    free = {"rate_cost": 10**9, "burst_cost": 10**9}
    with tempfile.TemporaryDirectory() as folder, real_server(Path(folder), **free) as server:
        samples, found = asyncio.run(soak(server, 60 * arguments.minutes))
        files = server.open_files()
    print(json.dumps({**table(samples, found), "open files at the end": files}, indent=2))


if __name__ == "__main__":
    main()
