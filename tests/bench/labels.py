"""Whether labels hold on real data, and how many copies are left, for each kind.

    python tests/bench/labels.py FILE.jsonl [--rows N] [--kinds NAME ...] [--back-translation]
        [--names person=person location=place]

FILE has a row a line: `tokens` and `tags`; `text` and `spans`; or `context`, `question` and
`answers`. One copy is asked of each row. Prints a line for each kind: the share of copies made, the
most frequent reasons for the others, and the faults found (a tag sequence that is none, an entity
or answer whose words are not the original's). The exit code is 1 where there was a fault.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from augment.build import build_pipeline
from augment.datasets.columns import Columns
from augment.datasets.rows import BadRowError
from augment.datasets.tasks.choose import choose_task
from augment.datasets.tasks.schemes import read_tags
from augment.datasets.tasks.tagging import TaggingTask
from augment.datasets.tasks.task import RowCopy, Task, Values, row_copies
from augment.record import Refusal
from augment.resources import Resources
from augment.spec import parse_spec

BACK_TRANSLATION = {"kind": "back_translation", "pivots": ["pt"], "beam": 3, "hypotheses": 3}
BATCH = 64


def main() -> int:
    """Run all kinds over the file."""
    arguments = _arguments()
    rows = _rows(arguments.file, arguments.rows)
    task = choose_task(Columns(spans="spans"), list(rows[0]), nested=True)
    task = task.settled(rows) if task.unsettled else task
    usable = [values for values in rows if _usable(task, values)]
    print(f"{arguments.file.name}: {len(usable):,} of {len(rows):,} rows hold labels")
    print(f"{'kind':18} {'made':>7} {'share':>7} {'faults':>6} {'s':>6}  reasons")
    faults = 0
    with Resources() as resources:
        for name, step in _steps(arguments).items():
            began = time.perf_counter()
            pipeline = build_pipeline(parse_spec({"steps": [step]}), resources)
            made, wrong, reasons = _counts(task, usable, pipeline, same=not step.get("spans"))
            faults += wrong
            why = ", ".join(f"{reason} {count:,}" for reason, count in reasons.most_common(4))
            seconds = time.perf_counter() - began
            share = made / len(usable)
            print(f"{name:18} {made:7,} {share:7.1%} {wrong:6,} {seconds:6.1f}  {why}", flush=True)
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="labels on real data, kind by kind")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=None, help="the first rows only")
    parser.add_argument("--kinds", nargs="*", help="of tests/support/kinds.py (default: all)")
    parser.add_argument("--names", nargs="*", help="LABEL=person and the like: exchange these")
    parser.add_argument("--back-translation", action="store_true", help="with back-translation")
    return parser.parse_args()


def _steps(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.support.kinds import EVERY

    chosen = EVERY if arguments.kinds is None else {name: EVERY[name] for name in arguments.kinds}
    more: dict[str, dict[str, Any]] = {}
    if arguments.names:
        spans = dict(pair.split("=") for pair in arguments.names)
        more["names own"] = {"kind": "names", "spans": spans}
    if arguments.back_translation:
        more["back_translation"] = BACK_TRANSLATION
    return {**chosen, **more}


def _rows(path: Path, count: int | None) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in islice(file, count)]


def _usable(task: Task, values: Values) -> bool:
    try:
        records = task.records(values, "", None)
    except BadRowError:
        return False
    return any(record.spans for record in records)


def _counts(
    task: Task, rows: Sequence[Values], pipeline: Any, *, same: bool
) -> tuple[int, int, Counter[str]]:
    """Copies made, faults in them, and reasons for the others."""
    made = wrong = 0
    reasons: Counter[str] = Counter()
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        records = [task.records(row, f"{start + i}", None) for i, row in enumerate(batch)]
        flat = iter(pipeline.augment_batch([record for each in records for record in each]))
        for values, each in zip(batch, records, strict=True):
            for _, copy in row_copies(task, values, [next(flat) for _ in each]):
                if isinstance(copy, Refusal):
                    reasons[copy.reason] += 1
                else:
                    made += 1
                    wrong += not _holds(task, values, copy, same=same)
    return made, wrong, reasons


def _holds(task: Task, values: Values, copy: RowCopy, *, same: bool) -> bool:
    before, after = (sorted(_labelled(task, each)) for each in (values, {**values, **copy.values}))
    if same:
        return before == after
    return [label for label, _ in before] == [label for label, _ in after]


def _labelled(task: Task, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Label and words of everything that is labelled; raises where tags or offsets do not hold."""
    if isinstance(task, TaggingTask):
        assert task.scheme is not None
        assert len(values[task.tags]) == len(values[task.tokens])
        for start, end, label in read_tags(values[task.tags], task.scheme):
            yield label, " ".join(values[task.tokens][start:end])
        return
    for record in task.records(values, "", None):
        for span in record.spans:
            yield span.label, record.text[span.start : span.end]


if __name__ == "__main__":
    raise SystemExit(main())
