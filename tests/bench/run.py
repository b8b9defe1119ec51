"""Speed and quality of the word-level kinds, beside the peers in the same run.

    make bench                     on the sample set
    make bench TEXTS=file.jsonl    on the first 1,000 texts of a file of your own (field `text`)

Speeds are sentences (or copies) per CPU-second, the median of several rounds, warm; peers run in an
environment and a process of their own on the same sentences. Prints a table, and JSON with --json.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from augment.build import build_pipeline
from augment.edits import apply_edits
from augment.lexicons.tagger import Tagger
from augment.lexicons.tagging import tag_words
from augment.pipeline import Pipeline
from augment.record import Outcome, Record, undo
from augment.resources import Resources
from augment.spec import parse_spec
from augment.words import split_words

ROUNDS = 5
TRANSLATED = 64  # sentences; translation takes a thousand times as long as the rest
HERE = Path(__file__).parent
INFLECTED = {"NNS", "VBD", "VBG", "VBN", "VBZ", "JJR", "JJS", "RBR", "RBS"}
TO_REACH = {"synonyms, 1 copy": 1_500, "synonyms, 4 copies": 5_000, "masking": 30_000}


def read_texts(path: Path | None, count: int = 1_000) -> list[str]:
    """The sentences that everything is measured on."""
    if path is not None:
        lines = path.read_text(encoding="utf-8").splitlines()[:count]
        return [json.loads(line)["text"] for line in lines]
    sample = files("augment.samples") / "support" / "train.csv"
    rows = csv.DictReader(sample.read_text(encoding="utf-8").splitlines(keepends=True))
    return [row["text"] for row in rows][:count]


def speeds(texts: Sequence[str], resources: Resources) -> dict[str, float]:
    """Copies per CPU-second of each kind through the whole pipeline, asked or written."""
    records = [Record(text, id=str(i)) for i, text in enumerate(texts)]

    def pipeline(step: dict[str, object], copies: int = 1) -> Pipeline:
        return build_pipeline(parse_spec({"copies": copies, "steps": [step]}), resources)

    synonyms, masking = {"kind": "synonyms"}, {"kind": "masking"}
    return {
        "synonyms, 1 copy": _rate(len(records), pipeline(synonyms), records),
        "synonyms, 4 copies": _rate(4 * len(records), pipeline(synonyms, 4), records),
        "synonyms, 4 copies: written": _rate(0, pipeline(synonyms, 4), records, count_written=True),
        "masking": _rate(len(records), pipeline(masking), records),
        "back-translation, embedded pair, beam 4": _rate(
            TRANSLATED, pipeline({"kind": "back_translation", "beam": 4}), records[:TRANSLATED]
        ),
    }


def _rate(
    work: int, pipeline: Pipeline, records: Sequence[Record], *, count_written: bool = False
) -> float:
    def once() -> float:
        started = time.process_time()
        written = sum(len(outcome.copies) for outcome in pipeline.augment(records))
        return (written if count_written else work) / (time.process_time() - started)

    once()
    return round(statistics.median(once() for _ in range(ROUNDS)), 1)


def cold_start() -> float:
    """CPU-seconds, in a fresh process, from nothing to the first candidates of a word."""
    code = (
        "import time; from augment.lexicons.tagger import Tagger;"
        "from augment.lexicons.thesaurus import Thesaurus;"
        "Tagger.load().tag(['The', 'children', 'went']);"
        "Thesaurus.load().candidates('children', 'NNS');"
        "print(time.process_time())"
    )
    runs = [subprocess.check_output([sys.executable, "-c", code], text=True) for _ in range(ROUNDS)]
    return round(statistics.median(float(run) for run in runs), 3)


def quality(texts: Sequence[str], resources: Resources) -> dict[str, float]:
    """What synonym replacement does to words, over four copies of each text."""
    spec = parse_spec({"copies": 4, "steps": [{"kind": "synonyms"}]})
    records = [Record(text, id=str(i)) for i, text in enumerate(texts)]
    outcomes = list(build_pipeline(spec, resources).augment(records))
    tagger = resources.tagger()
    stopwords = set((HERE / "stopwords.txt").read_text().split())
    edits = inflected = kept = stops = proper = 0
    for outcome in outcomes:
        for old, new, tag, new_tag in _replaced(outcome, tagger):
            del new
            edits += 1
            stops += old.lower() in stopwords
            proper += tag in {"NNP", "NNPS"}
            if tag in INFLECTED:
                inflected += 1
                kept += new_tag == tag
    return {
        "texts with a copy, share": round(sum(bool(o.copies) for o in outcomes) / len(outcomes), 3),
        "copies, of four asked for each text": sum(len(outcome.copies) for outcome in outcomes),
        "words replaced": edits,
        "inflected words that keep their tag": round(kept / max(1, inflected), 4),
        "stopwords replaced": stops,
        "proper nouns replaced, share": round(proper / max(1, edits), 4),
        "characters changed outside edits": sum(map(_changed_outside, outcomes)),
    }


def _replaced(outcome: Outcome, tagger: Tagger) -> list[tuple[str, str, str, str]]:
    """Old word, new word and their tags in their sentences; articles put right are left out."""
    found = []
    tags = _tags_by_offset(outcome.record.text, tagger)
    for copy in outcome.copies:
        new_tags = _tags_by_offset(copy.record.text, tagger)
        shift = 0
        for edit in copy.trail[0].edits:
            if edit.old.lower() not in {"a", "an"}:
                at = edit.start + shift
                found.append((edit.old, edit.new, tags[edit.start], new_tags.get(at, "?")))
            shift += len(edit.new) - len(edit.old)
    return found


def _tags_by_offset(text: str, tagger: Tagger) -> dict[int, str]:
    words = split_words(text)
    tagged = tag_words(text, words, tagger)
    return {w.start: tagged.tags[p] for w, p in zip(words, tagged.places, strict=True)}


def _changed_outside(outcome: Outcome) -> int:
    """Characters that differ although no edit covers them."""
    changed = 0
    for copy in outcome.copies:
        (step,) = copy.trail
        gaps = [(0, 0), *((e.start, e.end) for e in step.edits), (len(outcome.record.text),) * 2]
        outside = [outcome.record.text[a[1] : b[0]] for a, b in pairwise(gaps)]
        expected = apply_edits(outcome.record.text, step.edits)
        changed += (
            sum(map(len, outside))
            if undo(copy.record.text, copy.trail) != outcome.record.text
            else 0
        )
        changed += sum(a != b for a, b in zip(expected, copy.record.text, strict=True))
    return changed


def peers(python: str | None, texts: Sequence[str]) -> dict[str, float]:
    """The peers' figures on the same sentences, or nothing without their environment."""
    if python is None:
        return {}
    command = [python, str(HERE / "peers.py")]
    done = subprocess.run(
        command, input=json.dumps(list(texts)), capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr[-2_000:], file=sys.stderr)
        return {}
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--peers", help="python of the peers' environment")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    texts = read_texts(arguments.texts)
    with Resources() as resources:
        figures = {
            "sentences": len(texts),
            "words a sentence": round(statistics.mean(len(split_words(t)) for t in texts), 1),
            "per CPU-second": speeds(texts, resources),
            "peers, per CPU-second": peers(arguments.peers, texts),
            "cold start of the lexicon, CPU-seconds": cold_start(),
            "quality of synonyms": quality(texts, resources),
        }
    _print(figures, arguments.json)


def _print(figures: dict[str, object], as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        if isinstance(value, dict):
            print(name)
            for key, figure in value.items():
                wanted = f"   (to reach: {TO_REACH[key]:,})" if key in TO_REACH else ""
                print(f"  {key:<40}{figure:>12,}{wanted}")
        else:
            print(f"{name:<42}{value:>12,}")


if __name__ == "__main__":
    main()
