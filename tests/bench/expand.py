"""Data sets that grow: rows a second, memory, workers and restarts of `augment expand`.

    make bench-expand                                   10,000, 100,000 and 1,000,000 rows
    make bench-expand BENCH_OPTIONS="--rows 10000 --translated 500"

Rows are the given texts (field `text` of a JSON Lines file; else the sample set) again and again.
Every figure is of a process of its own: wall
time, CPU time and the peak memory of the largest of its processes as the system counts them.
Prints a table, and JSON with --json.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

from tests.bench.run import read_texts

WORD_LEVEL = "mask"
TRANSLATION = "paraphrase"


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: seconds of wall and of CPU, and MiB of its largest process."""

    what: str
    rows: int
    workers: int
    wall: float
    cpu: float
    peak: float

    @property
    def rate(self) -> float:
        """Rows a second of wall time."""
        return self.rows / self.wall

    @property
    def cost(self) -> float:
        """CPU-seconds for 1,000 rows."""
        return 1000 * self.cpu / self.rows


def write_rows(path: Path, texts: Sequence[str], count: int) -> None:
    """A table with so many rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("text,label\n")
        for number, text in enumerate(islice(cycle(texts), count)):
            quoted = text.replace('"', '""').replace("\n", " ")
            file.write(f'"{quoted}",c{number % 7}\n')


def measure(
    what: str, folder: Path, rows: int, preset: str, *options: str, workers: int = 1
) -> Measured:
    """Run `augment expand` on a file in a process of its own."""
    command = [
        *(sys.executable, "-m", "augment", "expand", str(folder / f"{rows}.csv")),
        *("-o", str(folder / "out.csv"), "--preset", preset, "--copies", "1"),
        *("--workers", str(workers), "--force", "--json", *options),
    ]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, err = process.communicate()
    wall = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\n{err.decode()}")
    # Of all children so far, so each run gets a process of its own (see `alone`).
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(what, rows, workers, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def alone(*arguments: str) -> Measured:
    """A measurement made by a fresh process, whose children are those of one run alone."""
    command = [sys.executable, "-m", "tests.bench.expand", "--one", json.dumps(arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Measured(**json.loads(done.stdout))


def measurements(folder: Path, sizes: Sequence[int], translated: int) -> Iterator[Measured]:
    """All runs, one after the other."""
    for rows in sizes:
        yield alone("word-level", str(folder), str(rows), WORD_LEVEL, "1")
    yield alone("word-level", str(folder), str(sizes[-1]), WORD_LEVEL, "2")
    if translated:
        yield alone("back-translation", str(folder), str(translated), TRANSLATION, "1")
        yield alone("back-translation", str(folder), str(translated), TRANSLATION, "2")


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--translated", type=int, default=2_000, help="rows to translate; 0: none")
    parser.add_argument("--json", type=Path, help="write all figures here, too")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one is not None:
        what, folder, rows, preset, workers = json.loads(args.one)
        threads = ("--threads", "1") if preset == TRANSLATION else ()
        found = measure(what, Path(folder), int(rows), preset, *threads, workers=int(workers))
        print(json.dumps(asdict(found)))
        return
    texts = read_texts(args.texts)
    done: list[Measured] = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        for rows in {*args.rows, *([args.translated] if args.translated else [])}:
            write_rows(Path(name) / f"{rows}.csv", texts, rows)
        print(f"{'':18}{'rows':>12}{'workers':>9}{'rows/s':>10}{'CPU-s/1,000':>13}{'MiB':>8}")
        for one in measurements(Path(name), args.rows, args.translated):
            done.append(one)
            print(
                f"{one.what:18}{one.rows:12,}{one.workers:9}{one.rate:10,.0f}{one.cost:13.3f}"
                f"{one.peak:8,.0f}",
                flush=True,
            )
    for line in verdicts(done):
        print(line)
    if args.json is not None:
        args.json.write_text(json.dumps([asdict(one) for one in done], indent=1) + "\n")


def verdicts(done: Sequence[Measured]) -> Iterator[str]:
    """The ratios that were asked for, each of one run."""
    single = [one for one in done if one.what == "word-level" and one.workers == 1]
    first, last = single[0], single[-1]
    yield f"memory, {last.rows:,} rows to {first.rows:,}: {last.peak / first.peak:.2f}"
    middle = single[len(single) // 2]
    yield f"CPU a row, {last.rows:,} rows to {middle.rows:,}: {last.cost / middle.cost:.2f}"
    for two in (one for one in done if one.workers == 2):
        alone = next(one for one in done if (one.what, one.rows) == (two.what, two.rows))
        yield f"{two.what}: 2 workers to 1, {two.rate / alone.rate:.2f}"


if __name__ == "__main__":
    main()
