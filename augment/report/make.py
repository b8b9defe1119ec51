"""A report from an output and the files beside it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from augment.datasets.labels import LabelCount
from augment.datasets.run_record import RunRecord, record_json
from augment.report import plots
from augment.report.collect import SAMPLE, collect
from augment.report.figures import Figures
from augment.report.meaning import add_meaning
from augment.report.page import page
from augment.report.reading import WrittenOptions
from augment.report.rejected import Rejected
from augment.resources import Resources
from augment.spec import to_yaml


def make_report(
    output: Path,
    options: WrittenOptions,
    *,
    record: RunRecord | None = None,
    rejects: Path | None = None,
    resources: Resources | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
) -> Figures:
    """The figures of an output; with `resources` meaning is scored, too.

    Raises:
        DataError: the output or the rejects file cannot be read.
        ModelError: meaning is asked for, and the encoder is not installed.
    """
    figures, pairs = collect(output, options, size=sample, seed=seed)
    notes: list[str] = []
    if rejects is not None:
        rejected = Rejected()
        rejected.read(rejects)
        figures.dropped, figures.rejected = rejected.dropped, dict(rejected.rows.most_common())
        if rejected.damaged:
            notes.append(f"{rejects.name}: {rejected.damaged:,} lines are damaged and not counted.")
    else:
        notes += _without_rejects(figures, record)
    if record is None:
        notes.append(
            f"There is no {output.name}.run.json, the record that expand leaves beside its output, "
            "so spec, versions and timings are not known."
        )
    else:
        notes += _with_record(figures, record)
    if figures.unreadable:
        count = sum(figures.unreadable.values())
        rows = "row" if count == 1 else "rows"
        notes.append(f"{count:,} {rows} of the output cannot be read: augment replay tells which.")
    if resources is not None:
        add_meaning(figures, pairs, resources)
    elif pairs:
        notes.append(
            "Whether copies kept their meaning was not scored: augment report --meaning does it "
            "(it needs the extra: pip install 'text-augmentation-service[checks]')."
        )
    figures.notes = tuple(notes)
    return figures


def report_page(figures: Figures) -> str:
    """The page of a report; without matplotlib it says how to get the plots."""
    if not plots.available():
        told = f"Plots need matplotlib: {plots.INSTALL}"
        figures = replace(figures, notes=(*figures.notes, told))
    return page(figures)


def _without_rejects(figures: Figures, record: RunRecord | None) -> list[str]:
    if record is None:
        return ["No rejects file is beside the output, so nothing is known of dropped copies."]
    summary = record.summary
    figures.rejected = summary.get("rejected", {})
    if summary.get("rejects"):
        return [
            f"The rejects file {summary['rejects']} is not there; name it with --rejects to see "
            "why copies were dropped."
        ]
    return []


def _with_record(figures: Figures, record: RunRecord) -> list[str]:
    figures.run = record_json(record)
    figures.spec = to_yaml(record.spec)
    figures.steps = record.summary.get("steps", {})
    if not record.keep_originals:
        figures.labels = _before(figures.labels, record.summary.get("labels"))
    if record.output.sha256 not in (None, figures.output_sha256):
        return [
            "The output is no longer what the run wrote: its SHA-256 is another than in the record."
        ]
    return []


def _before(after: Any, counted: Any) -> dict[str, LabelCount]:
    """Labels of an output of only copies, with the counts of originals that the run noted."""
    before = {label: count["before"] for label, count in (counted or {}).items()}
    labels = dict.fromkeys([*before, *after])
    return {
        label: LabelCount(before.get(label, 0), after[label].after if label in after else 0)
        for label in labels
    }
