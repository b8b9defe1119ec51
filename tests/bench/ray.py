"""What Ray costs: rows a second of `augment expand --on ray` beside worker processes.

    python -m tests.bench.ray                          10,000 and 100,000 rows, word-level
    python -m tests.bench.ray --rows 10000 50000 --preset light

Each figure is of one run of the command: seconds of wall, and seconds of CPU of all its processes,
looked at every fifth of a second. The cost of a row is the slope between the smallest and the
largest data set, what is left of it the cost of a start. Outputs must be equal, byte for byte.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.expand import WORD_LEVEL, write_rows
from tests.bench.run import read_texts

LOOK = 0.2  # seconds
RUNS = (("local", 1), ("local", 2), ("ray", 1), ("ray", 2))


@dataclass(frozen=True, slots=True)
class Measured:
    """One run; `digest` is that of its output."""

    on: str
    workers: int
    rows: int
    wall: float
    cpu: float
    digest: str


def measure(folder: Path, rows: int, preset: str, on: str, workers: int) -> Measured:
    """Run the command once."""
    output = folder / "out.csv"
    command = [
        *(sys.executable, "-m", "augment", "expand", str(folder / f"{rows}.csv")),
        *("-o", str(output), "--preset", preset, "--copies", "1", "--force"),
        *("--on", on, "--workers", str(workers)),
    ]
    began = time.perf_counter()
    log = folder / "log"
    with log.open("wb") as file:
        process = psutil.Popen(command, stdout=file, stderr=file)
        cpu: dict[int, float] = {}
        while process.poll() is None:
            cpu.update(_cpu_of(process))
            try:
                process.wait(LOOK)
            except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
                continue
    wall = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\n{log.read_text()}")
    digest = hashlib.sha256(output.read_bytes()).hexdigest()
    return Measured(on, workers, rows, wall, sum(cpu.values()), digest)


def _cpu_of(process: psutil.Process) -> dict[int, float]:
    """CPU seconds so far of a process and all below it."""
    found = {}
    with suppress(psutil.NoSuchProcess):  # what ended between two looks counts until the last one
        for one in (process, *process.children(recursive=True)):
            times = one.cpu_times()
            found[one.pid] = times.user + times.system
    return found


def slopes(done: Sequence[Measured]) -> Iterator[tuple[str, int, float, float, float]]:
    """Of each way to run: milliseconds of wall and CPU a row, and seconds of wall to start."""
    for on, workers in RUNS:
        of = [one for one in done if (one.on, one.workers) == (on, workers)]
        few, many = of[0], of[-1]
        rows = many.rows - few.rows
        wall = (many.wall - few.wall) / rows
        yield on, workers, 1e3 * wall, 1e3 * (many.cpu - few.cpu) / rows, few.wall - wall * few.rows


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--rows", type=int, nargs=2, default=[10_000, 100_000])
    parser.add_argument("--preset", default=WORD_LEVEL)
    args = parser.parse_args()
    texts = read_texts(args.texts)
    done: list[Measured] = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        print(f"{'on':8}{'workers':>8}{'rows':>10}{'wall s':>9}{'CPU s':>9}{'rows/s':>9}")
        for rows in sorted(args.rows):
            write_rows(Path(name) / f"{rows}.csv", texts, rows)
            for on, workers in RUNS:
                one = measure(Path(name), rows, args.preset, on, workers)
                done.append(one)
                print(f"{on:8}{workers:8}{rows:10,}{one.wall:9.1f}{one.cpu:9.1f}"
                      f"{rows / one.wall:9,.0f}", flush=True)  # fmt: skip
            if len({one.digest for one in done if one.rows == rows}) != 1:
                raise SystemExit("the outputs differ")
    print("outputs equal, byte for byte")
    for on, workers, wall, cpu, start in slopes(done):
        print(f"{on}, {workers} workers: {wall:.3f} ms of wall a row, {cpu:.3f} ms of CPU, "
              f"{start:.1f} s to start")  # fmt: skip


if __name__ == "__main__":
    main()
