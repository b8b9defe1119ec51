"""Speed, quality, memory and cost of back-translation, beside the peers in the same run.

    make bench-translation                     on the sample set
    make bench-translation TEXTS=file.jsonl    on the first 1,000 texts of a file (field `text`)

The way is en-pt-en with the embedded checkpoints, greedy but where a beam is named. Contenders take
turns, round by round, so that a busy machine hits all alike; a ratio is taken within a round, and
the median over the rounds is shown, once in wall seconds and once in CPU seconds. Whether a target
is reached is judged by wall seconds. Contenders of one table get the same sentences; the slower
tables get every n-th one only, and say how many. Prints tables, or JSON with --json; writes the
JSON and the plots to --out.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.bench import translation_parts as part
from tests.bench.run import read_texts
from tests.bench.tables import show
from tests.bench.translation_parts import Bench

CORES = 2


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Processes started inside may use so many cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def measure(bench: Bench, arguments: argparse.Namespace) -> dict[str, object]:
    """All parts that are wanted, in order."""
    parts: dict[str, Callable[[], dict[str, object]]] = {
        "beside bare CTranslate2": lambda: part.beside_bare(bench),
        "beside the peers": lambda: part.beside_peers(bench, arguments.slow),
        "beam 4": lambda: part.beam_4(bench, arguments.slow // 4),
        "shortlists": lambda: part.by_shortlist(bench, arguments.some),
        "quality": lambda: part.quality(bench, arguments.some // 2),
        "memory": lambda: part.memory(bench),
        "cost": lambda: part.cost(bench, arguments.some // 2),
        "workers": lambda: part.by_workers(bench, arguments.some),
    }
    figures: dict[str, object] = {
        "texts": len(bench.texts),
        "words a text": round(statistics.mean(len(text.split()) for text in bench.texts), 1),
        "rounds": bench.rounds,
        "cores": min(CORES, len(os.sched_getaffinity(0))),
        "load before": round(os.getloadavg()[0], 2),
    }
    for name, run in parts.items():
        wanted = not arguments.only or any(name.startswith(word) for word in arguments.only)
        if not wanted:
            continue
        if bench.peers is None and name in ("beside the peers", "beam 4"):
            print(f"left out: {name} (needs --peers)", file=sys.stderr)
            continue
        print(name, file=sys.stderr, flush=True)
        # Four workers may have all the cores there are; the contest is for two.
        with on_cores(len(os.sched_getaffinity(0)) if name == "workers" else CORES):
            figures[name] = run()
    return figures


def write(figures: dict[str, object], out: Path) -> None:
    """The JSON, and a plot of each part that has one."""
    from tests.bench import plot

    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=2, default=asdict)
    (out / "translation.json").write_text(text + "\n")
    plain = json.loads(text)
    if "cost" in plain:
        plot.cost(plain["cost"], out / "translation-cost.svg")
    if "shortlists" in plain:
        plot.shortlists(plain["shortlists"], out / "translation-shortlists.svg")


def main() -> None:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, help="JSONL with a field `text`")
    parser.add_argument("--count", type=int, default=1_000, help="the first so many of them")
    parser.add_argument("--peers", help="python of the peers' environment")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow", type=int, default=200, help="texts beside nlpaug, transformers")
    parser.add_argument("--some", type=int, default=400, help="texts for the other tables")
    parser.add_argument("--only", nargs="+", metavar="PART", help="names of parts, or their starts")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    # Our engine translates equal texts once; so that this wins nothing, there are none.
    texts = list(dict.fromkeys(read_texts(arguments.texts, arguments.count)))
    figures = measure(Bench(texts, arguments.rounds, arguments.peers), arguments)
    write(figures, arguments.out)
    if arguments.json:
        print(json.dumps(figures, indent=2, default=asdict))
    else:
        show(figures)


if __name__ == "__main__":
    main()
