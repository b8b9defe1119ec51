"""The page of the quality benchmark, made of the lines it wrote."""

import json
from pathlib import Path
from typing import Any

_HEAD = """# What copies are worth

Written by `python -m tests.bench.quality DATA.jsonl... --out CELLS.jsonl --page PAGE.md`; the
docstring of that module says what each column is, and the cells stand in `quality.jsonl`. Figures
of one run. `default` are the checks of the default preset (length, repetition, polarity, invented),
`careful` those of `tests/bench/traps`. A copy counts as agreeing if the cross-fitted judge gives it
the label that it gives the original.
"""
_CLASS = ("agreement", "unmasked", "kept", "similarity", "edited", "distinct_2", "self_bleu")
_ENTITY = ("spans_kept", "agreement", "f1_original", "f1_copy", "kept", "similarity", "edited")
_SHARES = frozenset(
    {"agreement", "unmasked", "kept", "edited", "spans_kept", "f1_original", "f1_copy"}
)


def write_page(cells: Path, page: Path) -> None:
    """One table a data set."""
    lines = [json.loads(line) for line in cells.read_text("utf-8").splitlines()]
    parts = [_HEAD]
    for data in dict.fromkeys(line["data"] for line in lines):
        parts += _table(data, [line for line in lines if line["data"] == data])
    page.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _table(data: str, lines: list[dict[str, Any]]) -> list[str]:
    measured = [line for line in lines if line.get("copies")]
    if not measured:
        return []
    classes = "accuracy" in measured[0]
    columns = (*(_CLASS if classes else _ENTITY), "seconds")
    judge = (
        f"; the judge's accuracy on originals is {measured[0]['accuracy']:.1%}" if classes else ""
    )
    heads = ["cell", "checks", "copies", *columns]
    rows = [
        f"\n## {data}\n\n{measured[0]['rows']} rows{judge}.\n",
        f"| {' | '.join(heads)} |",
        f"|---|---|{'--:|' * (len(heads) - 2)}",
        *(_row(line, columns) for line in measured),
    ]
    skipped = {line["cell"]: line["skipped"] for line in lines if "skipped" in line}
    failed = {line["cell"]: line["failed"] for line in lines if "failed" in line}
    rows += [f"\nFailed: `{cell}` ({why})." for cell, why in failed.items()]
    empty = {line["cell"]: line["missing"] for line in lines if line.get("copies") == 0}
    rows += [f"\nNot run: `{cell}` ({why})." for cell, why in skipped.items()]
    rows += [f"\nNo copy came: `{cell}` ({why})." for cell, why in empty.items()]
    return rows


def _row(line: dict[str, Any], columns: tuple[str, ...]) -> str:
    cells = [line["cell"], line["checks"], f"{line['copies']:,}"]
    for column in columns:
        value = line[column]
        text = f"{value:.1%}" if column in _SHARES else f"{value:.3g}"
        if column == "agreement" and "low" in line:
            text += f" ({line['low']:.1%} to {line['high']:.1%})"
        cells.append(text)
    return f"| {' | '.join(cells)} |"
