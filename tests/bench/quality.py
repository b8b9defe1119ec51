"""What copies are worth, kind by kind and preset by preset, with and without checks.

    python -m tests.bench.quality DATA.jsonl... --out CELLS.jsonl [--rows N] [--cells NAME ...]
        [--checks none default careful labels] [--page PAGE.md]

DATA has a row a line: `text` and `label`, or `tokens` and `tags` (BIO). A cell is a kind of step
with its defaults or a preset, on one data set, with a set of checks; each is one line of CELLS, and
a cell that stands there already is not run again (`labels` are the careful checks and the one of
that name, which are not run unless asked for). ROWS rows, evenly spread, are augmented; the
judges (see `quality_judges`) are cross-fitted on the whole file. Columns of a cell:

- `agreement`: share of kept copies that get the same label as their original from the same judge,
  which has seen neither; `low`, `high` are the 95 % interval of Wilson; `unmasked` is the same with
  masked words put back. Originals agree with themselves by definition; `accuracy` says how
  often the judge gives originals their own label.
- for entities: `spans_kept`, the share of labelled entities whose words stand in the copy at their
  moved place; `f1_original` and `f1_copy`, micro-F1 of the tagger's entities (label and words)
  against the labelled ones of the same rows; `agreement`, the F1 of the tagger's
  entities in the copies against its entities in their originals.
- `similarity`: mean cosine to the original, masked words put back; `kept`: copies by copies asked,
  after redraws; `edited`: mean share of words that changed; `distinct_2` and `self_bleu` over the
  kept copies; `seconds`: CPU-seconds a thousand copies, checks and redraws included.
"""

import argparse
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from augment.build import build_pipeline
from augment.checks.base import Case
from augment.edits import Span
from augment.errors import AugmentError
from augment.pipeline import Pipeline
from augment.presets import preset_names, preset_text
from augment.record import Outcome, Record
from augment.report.measures import distinct, edit_rate, self_bleu
from augment.resources import Resources
from augment.spec import PipelineSpec, kinds, parse_spec
from augment.translation.settings import EngineSettings
from tests.bench.quality_judges import ClassJudge, Entity, EntityJudge
from tests.bench.quality_page import write_page
from tests.bench.traps import CAREFUL

FOLDS = 5
BATCH = 64
COMBINATORS = ("chain", "maybe", "one_of", "some_of")
CHECKS = ("none", "default", "careful", "labels")
DEFAULT_CHECKS = tuple({"kind": kind} for kind in ("length", "repetition", "polarity", "invented"))


def main() -> None:
    """Run the cells that are missing, and write the page."""
    arguments = _arguments()
    done = _done(arguments.out)
    with Resources(engine=EngineSettings(threads=1)) as resources:
        for path in arguments.data:
            bench: _Bench | None = None
            for name, checks in _cells(arguments.cells, arguments.checks):
                key = (path.parent.name, name, checks)
                if key in done:
                    continue
                bench = bench or _Bench(path, arguments.rows, resources)
                line = dict(zip(("data", "cell", "checks"), key, strict=True))
                _append(arguments.out, line | bench.cell(name, checks))
    if arguments.page is not None:
        write_page(arguments.out, arguments.page)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="*")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--cells", nargs="*", help="names of kinds and presets (default: all)")
    parser.add_argument("--checks", nargs="*", choices=CHECKS, default=CHECKS[:3])
    parser.add_argument("--page", type=Path)
    return parser.parse_args()


def _done(out: Path) -> set[tuple[str, str, str]]:
    if not out.exists():
        return set()
    cells = map(json.loads, out.read_text("utf-8").splitlines())
    return {(cell["data"], cell["cell"], cell["checks"]) for cell in cells}


def _append(out: Path, line: dict[str, Any]) -> None:
    """Note a cell; copies with another label go to a file of their own, since they hold texts."""
    if flipped := line.pop("flipped", None):
        with out.with_suffix(".flipped.jsonl").open("a", encoding="utf-8") as file:
            key = {name: line[name] for name in ("data", "cell", "checks")}
            file.write(json.dumps(key | {"flipped": flipped}) + "\n")
    with out.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(line, file=sys.stderr, flush=True)


def _cells(chosen: Sequence[str] | None, checks: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Presets first; `default` are the checks of the default preset."""
    names = [f"preset {name}" for name in preset_names()]
    names += [kind for kind in kinds() if kind not in COMBINATORS]
    if unknown := set(chosen or ()) - set(names):
        raise SystemExit(f"no such cells: {', '.join(sorted(unknown))}; there are {names}")
    for name in names:
        if chosen is None or name in chosen:
            yield from ((name, each) for each in checks)


def _spec(name: str, checks: str) -> dict[str, Any]:
    if name.startswith("preset "):
        spec = yaml.safe_load(preset_text(name.removeprefix("preset ")))
        # Kinds say what they may break; here it is measured.
        spec = {key: value for key, value in spec.items() if key not in ("task", "allow")}
    else:
        spec = {"steps": [{"kind": name}]}
    spec["checks"] = {
        "none": [],
        "default": DEFAULT_CHECKS,
        "careful": CAREFUL,
        "labels": [*CAREFUL, {"kind": "labels"}],
    }[checks]
    return spec


class _Bench:
    """One data set, with its judge."""

    def __init__(self, path: Path, rows: int, resources: Resources) -> None:
        self._resources = resources
        self._encoder = resources.encoder()
        lines = path.read_text("utf-8").splitlines()
        records = [_record(json.loads(line), str(i)) for i, line in enumerate(lines)]
        self._all = [record for record in records if record.text.strip()]
        usable = [r for r in self._all if r.label is not None or r.spans]
        self._sample = usable[:: max(1, len(usable) // rows)][:rows]
        self._classes: ClassJudge | None = None
        self._tagger: EntityJudge | None = None
        if self._all[0].label is None:
            self._tagger = EntityJudge(self._all, FOLDS)
        else:
            self._classes = ClassJudge(self._encoder, self._all, FOLDS)

    def cell(self, name: str, checks: str) -> dict[str, Any]:
        """The figures of a cell, or why there are none."""
        try:
            spec = parse_spec(_spec(name, checks))
            pipeline = build_pipeline(spec, self._resources)
        except AugmentError as error:
            return {"skipped": " ".join(str(error).split())}
        try:
            return self._figures(spec, pipeline)
        except (AugmentError, ValueError) as error:
            # A fault of one kind must not cost the figures of the others; the page names it.
            return {"failed": f"{type(error).__name__}: {error}"}

    def _figures(self, spec: PipelineSpec, pipeline: Pipeline) -> dict[str, Any]:
        with pipeline.fitted(self._all) as ready:
            began = time.process_time()
            outcomes = [
                outcome
                for start in range(0, len(self._sample), BATCH)
                for outcome in ready.augment_batch(self._sample[start : start + BATCH])
            ]
            spent = time.process_time() - began
        cases = [Case(outcome.record, copy) for outcome in outcomes for copy in outcome.copies]
        figures: dict[str, Any] = {
            "rows": len(self._sample),
            "copies": len(cases),
            "kept": round(len(cases) / (len(self._sample) * spec.copies), 4),
            "missing": dict(_reasons(outcomes).most_common(3)),
        }
        if cases:
            figures["seconds"] = round(1000 * spent / len(cases), 2)
            figures |= self._likeness(cases)
            figures |= self._class_figures(cases) if self._classes else self._entity_figures(cases)
        return figures

    def _likeness(self, cases: Sequence[Case]) -> dict[str, float | None]:
        texts = [case.copy.record.text for case in cases]
        cosines = self._encoder.cosines(*map(list, zip(*(c.unmasked for c in cases), strict=True)))
        edits = [edit_rate(*case.texts) for case in cases]
        return {
            "similarity": round(math.fsum(cosines) / len(cosines), 4),
            "edited": round(math.fsum(edits) / len(edits), 4),
            "distinct_2": _rounded(distinct(texts, 2)),
            "self_bleu": _rounded(self_bleu(texts)),
        }

    def _class_figures(self, cases: Sequence[Case]) -> dict[str, Any]:
        assert self._classes is not None
        originals = [case.original.text for case in cases]
        before = self._classes.labels(originals, originals)
        after = self._classes.labels([case.texts[1] for case in cases], originals)
        bare = self._classes.labels([case.unmasked[1] for case in cases], originals)
        agreed = sum(one == other for one, other in zip(before, after, strict=True))
        low, high = wilson(agreed, len(cases))
        return {
            "agreement": round(agreed / len(cases), 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "unmasked": round(sum(map(str.__eq__, before, bare)) / len(cases), 4),
            "accuracy": round(self._classes.accuracy, 4),
            "flipped": [
                [case.texts[0], case.texts[1], one, other]
                for case, one, other in zip(cases, before, after, strict=True)
                if one != other
            ][:20],
        }

    def _entity_figures(self, cases: Sequence[Case]) -> dict[str, Any]:
        assert self._tagger is not None
        tagger = self._tagger
        told = [
            (tagger.entities(text, text), tagger.entities(new, text))
            for text, new in (case.texts for case in cases)
        ]
        gold = [(_labelled(case.original), _labelled(case.copy.record)) for case in cases]
        kept = sum((Counter(old) & Counter(new)).total() for old, new in gold)
        return {
            "spans_kept": round(kept / max(1, sum(len(old) for old, _ in gold)), 4),
            "f1_original": round(f1([(g[0], t[0]) for g, t in zip(gold, told, strict=True)]), 4),
            "f1_copy": round(f1([(g[1], t[1]) for g, t in zip(gold, told, strict=True)]), 4),
            "agreement": round(f1(told), 4),
        }


def _record(row: dict[str, Any], number: str) -> Record:
    if "tokens" not in row:
        return Record(row["text"], number, row["label"])
    spans, start = [], 0
    text = " ".join(row["tokens"])
    for token, tag in zip(row["tokens"], row["tags"], strict=True):
        end = start + len(token)
        if tag.startswith("I-") and spans and spans[-1].label == tag[2:]:
            spans[-1] = Span(spans[-1].start, end, tag[2:])
        elif tag != "O":
            spans.append(Span(start, end, tag[2:]))
        start = end + 1
    return Record(text, number, None, tuple(spans))


def _labelled(record: Record) -> list[Entity]:
    return [(span.label, record.text[span.start : span.end].casefold()) for span in record.spans]


def _reasons(outcomes: Sequence[Outcome]) -> Counter[str]:
    return Counter(refusal.reason for outcome in outcomes for _, refusal in outcome.missing)


def f1(pairs: Sequence[tuple[Sequence[Entity], Sequence[Entity]]]) -> float:
    """Micro-F1 of entities found against wanted ones, as multisets; 1 where there are none.

    >>> f1([([("city", "rome"), ("city", "bern")], [("city", "rome")])])
    0.6666666666666666
    """
    matched = sum((Counter(wanted) & Counter(found)).total() for wanted, found in pairs)
    count = sum(len(wanted) + len(found) for wanted, found in pairs)
    return 2 * matched / count if count else 1.0


def wilson(successes: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The score interval of Wilson 1927 for a share.

    >>> [round(end, 3) for end in wilson(97, 100)]
    [0.915, 0.99]
    """
    share = successes / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    width = z * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    width /= 1 + z * z / count
    return middle - width, middle + width


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


if __name__ == "__main__":
    main()
