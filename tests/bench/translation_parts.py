"""The parts of the translation benchmark: each measures one thing and gives its figures."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.bench.our_translation import BACK, THERE, folder
from tests.bench.turns import equal, in_turns, medians, ratio, row
from tests.bench.worker import Timed, Worker

OURS = "tests.bench.our_translation"
PEERS = "tests.bench.peers_translation"
WORKERS = (1, 2, 4)
COPIES = (1, 2, 4, 8)
STATIC_SIZES = (4_000, 8_000, 12_000, 16_000, 20_000, 24_000, 28_000)
MEMORY_MB = 700
BARE_BATCHES = (1_024, 2_048)  # pieces: as ours, and as may suit it better

Options = dict[str, object]


@dataclass(frozen=True)
class Bench:
    """What every part of the benchmark works on."""

    texts: list[str]
    rounds: int
    peers: str | None

    def some(self, count: int) -> list[str]:
        """So many of the texts, from all over them."""
        step = max(1, len(self.texts) // count)
        return self.texts[::step][:count]


def beside_bare(bench: Bench) -> dict[str, object]:
    """What is lost to bookkeeping: ours beside calls of CTranslate2 and nothing else."""
    texts = bench.texts
    with Worker(sys.executable, OURS) as ours:
        times = in_turns(
            bench.rounds,
            {
                "engine": lambda: ours.run("engine", texts),
                "pipeline": lambda: ours.run("pipeline", texts),
                **{
                    f"bare, batches of {n:,}": lambda n=n: ours.run("bare", texts, batch_tokens=n)
                    for n in BARE_BATCHES
                },
            },
        )
    written = sum(text is not None for text in times["pipeline"][0].outputs)
    return {
        "rows": [
            row(times, name, f"bare, batches of {n:,}", 0.85, len(texts))
            for n in BARE_BATCHES
            for name in ("engine", "pipeline")
        ],
        "rates": medians(times, len(texts)),
        "copies that the pipeline wrote": written,
    }


def beside_peers(bench: Bench, count: int) -> dict[str, object]:
    """Ours beside nlpaug and transformers, plain and with the shortlists."""
    texts = bench.some(count)
    lists = {"": "none", ", static": "static", ", lexical": "lexical"}

    def ours_of(ours: Worker) -> dict[str, Callable[[], Timed]]:
        return {
            f"{kind}{suffix}": lambda k=kind, s=shortlist: ours.run(k, texts, shortlist=s)
            for kind in ("engine", "pipeline")
            for suffix, shortlist in lists.items()
        }

    with Worker(sys.executable, OURS) as ours, _peers(bench) as peers:
        times = in_turns(
            bench.rounds,
            {
                **ours_of(ours),
                "nlpaug": lambda: peers.run("nlpaug", texts),
                "transformers": lambda: peers.run("transformers", texts),
                "transformers, sorted": lambda: peers.run("transformers", texts, by_length=True),
            },
        )
    asked = {
        "nlpaug": {"": 5.0, ", static": None, ", lexical": 8.0},
        "transformers": {"": 3.0, ", static": 3.8, ", lexical": 5.0},
        # Nobody asked for it, but a fair reader will: the same, with less padding.
        "transformers, sorted": {"": None, ", static": None, ", lexical": None},
    }
    rows = [
        row(times, f"{kind}{suffix}", peer, wanted, len(texts))
        for peer, targets in asked.items()
        for kind in ("engine", "pipeline")
        for suffix, wanted in targets.items()
    ]
    first = {name: found[0] for name, found in times.items()}
    return {
        "rows": rows,
        "rates": medians(times, len(texts)),
        "copies that the pipeline wrote": sum(t is not None for t in first["pipeline"].outputs),
        "outputs equal to those of transformers": {
            # The pipeline cuts texts into sentences and refuses some, so it has no place here.
            name: equal(first[name], first["transformers"])
            for name in ("engine", "engine, static", "engine, lexical", "nlpaug")
        },
    }


def beam_4(bench: Bench, count: int) -> dict[str, object]:
    """A wider search, both ways; the pipeline searches on the way back only."""
    texts = bench.some(count)
    with Worker(sys.executable, OURS) as ours, _peers(bench) as peers:
        times = in_turns(
            bench.rounds,
            {
                "engine, beam 4": lambda: ours.run("engine", texts, beam=4),
                "pipeline, beam 4": lambda: ours.run("pipeline", texts, beam=4),
                "nlpaug, beam 4": lambda: peers.run("nlpaug", texts, beam=4),
                "transformers, beam 4": lambda: peers.run("transformers", texts, beam=4),
            },
        )
    return {
        "rows": [
            row(times, kind, peer, None, len(texts))
            for peer in ("nlpaug, beam 4", "transformers, beam 4")
            for kind in ("engine, beam 4", "pipeline, beam 4")
        ],
        "rates": medians(times, len(texts)),
    }


def _peers(bench: Bench) -> Worker:
    assert bench.peers is not None
    return Worker(bench.peers, PEERS, str(folder(*THERE)), str(folder(*BACK)))


def by_workers(bench: Bench, count: int) -> dict[str, object]:
    """Translations side by side."""
    texts = bench.some(count)
    with Worker(sys.executable, OURS) as ours:
        times = in_turns(
            bench.rounds,
            {
                f"{n} {'worker' if n == 1 else 'workers'}": (
                    lambda n=n: ours.run("engine", texts, threads=n)
                )
                for n in WORKERS
            },
        )
    return {"sentences": len(texts), "rates": medians(times, len(texts))}


def by_shortlist(bench: Bench, count: int) -> dict[str, object]:
    """For each direction and shortlist: how much faster, and how many outputs stay the same."""
    texts = bench.some(count)
    lists: dict[str, Options] = {"none": {}}
    lists |= {f"static {n:,}": {"shortlist": "static", "size": n} for n in STATIC_SIZES}
    lists["lexical"] = {"shortlist": "lexical"}
    found: dict[str, object] = {"sentences": len(texts)}
    with Worker(sys.executable, OURS) as ours:
        away = [str(text) for text in ours.run("leg", texts, direction=THERE).outputs]
        for direction, side in ((THERE, texts), (BACK, away)):
            times = in_turns(
                bench.rounds,
                {
                    name: lambda o=options, d=direction, s=side: ours.run(
                        "leg", s, direction=d, **o
                    )
                    for name, options in lists.items()
                },
            )
            found["-".join(direction)] = {
                name: {
                    "times as fast, wall": ratio(each, times["none"], "wall"),
                    "times as fast, CPU": ratio(each, times["none"], "cpu"),
                    "equal outputs": equal(each[0], times["none"][0]),
                }
                for name, each in times.items()
            }
    return found


def quality(bench: Bench, count: int) -> dict[str, object]:
    """ChrF of the round trip against its source: ours, and the models as they were trained."""
    from sacrebleu import corpus_chrf

    texts = bench.some(count)
    kinds: dict[str, tuple[str, Options]] = {
        "engine": ("engine", {}),
        "engine, static": ("engine", {"shortlist": "static"}),
        "engine, lexical": ("engine", {"shortlist": "lexical"}),
        "original tiny11": ("original", {}),
    }
    found: dict[str, object] = {"sentences": len(texts)}
    with Worker(sys.executable, OURS) as ours:
        for name, (kind, options) in kinds.items():
            outputs = ours.run(kind, texts, **options).outputs
            found[name] = round(corpus_chrf(outputs, [texts]).score, 2)
    return found


def memory(bench: Bench) -> dict[str, object]:
    """The peak of a fresh process that does one round trip and nothing else."""
    found: dict[str, object] = {"asked, MB at most": MEMORY_MB}
    for kind in ("engine", "pipeline"):
        command = [sys.executable, "-m", OURS, "memory", kind]
        given = json.dumps(bench.texts)
        done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)
        found[kind] = json.loads(done.stdout)
    return found


def cost(bench: Bench, count: int) -> dict[str, object]:
    """CPU milliseconds of the pipeline against the number of copies and the length of a text."""
    return {"copies": _by_copies(bench, count // 4), "length": _by_length(bench, count)}


def _by_copies(bench: Bench, count: int) -> dict[str, object]:
    """With a beam as wide as the copies need it, and with one width for all."""
    texts = bench.some(count)
    widest = COPIES[-1]
    pairs = dict.fromkeys([*((k, k) for k in COPIES), *((widest, k) for k in COPIES)])
    with Worker(sys.executable, OURS) as ours:
        times = in_turns(
            bench.rounds,
            {
                f"beam {beam}, copies {copies}": (
                    lambda b=beam, c=copies: ours.run(
                        "pipeline", texts, beam=b, hypotheses=b, copies=c
                    )
                )
                for beam, copies in pairs
            },
        )

    def point(beam: int, copies: int) -> dict[str, float]:
        found = times[f"beam {beam}, copies {copies}"]
        written = sum(text is not None for text in found[0].outputs)
        return {
            "asked": copies,
            "written": round(written / len(texts), 2),
            "ms": _milliseconds(found, len(texts)),
        }

    return {
        "beam as wide as copies": [point(k, k) for k in COPIES],
        f"beam {widest}": [point(widest, k) for k in COPIES],
    }


def _by_length(bench: Bench, count: int) -> dict[str, object]:
    """Short and long texts as they are, in four groups, and several joined into one."""
    texts = bench.some(count)
    by_length = sorted(texts, key=_words)
    size = max(1, len(texts) // 4)
    groups = {
        "as they are": [by_length[i : i + size] for i in range(0, 4 * size, size)],
        "1, 2, 4, 8 joined": [[" ".join(g) for g in _groups(texts, k)] for k in COPIES],
    }
    with Worker(sys.executable, OURS) as ours:
        times = in_turns(
            bench.rounds,
            {
                f"{name}, group {i}": lambda g=group: ours.run("pipeline", g)
                for name, each in groups.items()
                for i, group in enumerate(each)
            },
        )
    return {
        name: [
            {
                "words": round(statistics.mean(map(_words, group)), 1),
                "ms": _milliseconds(times[f"{name}, group {i}"], len(group)),
            }
            for i, group in enumerate(each)
        ]
        for name, each in groups.items()
    }


def _milliseconds(times: Sequence[Timed], count: int) -> float:
    """CPU milliseconds a text, the median."""
    return round(statistics.median(1_000 * t.cpu / count for t in times), 2)


def _words(text: str) -> int:
    return len(text.split())


def _groups(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (texts[i : i + size] for i in range(0, len(texts) - size + 1, size))
