"""Examples of what a run did: texts before and after, some of each kind of step."""

import shutil
import textwrap
from collections.abc import Iterator
from itertools import chain, islice, zip_longest
from pathlib import Path

from augment.preview import marked_copy
from augment.record import Copy, Outcome

ROWS_READ = 5_000


class Examples:
    """Keeps the first few outcomes of each kind while a run goes on."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._kept: dict[str, list[tuple[str, str, Copy]]] = {}

    def observe(self, outcome: Outcome) -> None:
        """Keep a copy of a kind that there are too few of yet."""
        for copy in outcome.copies:
            kind = " + ".join(step.path.rpartition(".")[2] for step in copy.trail)
            kept = self._kept.setdefault(kind, [])
            if len(kept) < self._count:
                kept.append((outcome.record.label or "", outcome.record.text, copy))

    def lines(self, *, colour: bool) -> Iterator[str]:
        """A table of label, kind, and the text before and after; kinds in turn."""
        rows = [[(kind, *example) for example in kept] for kind, kept in self._kept.items()]
        mixed = chain.from_iterable(zip_longest(*rows))
        chosen = list(islice((row for row in mixed if row is not None), self._count))
        if not chosen:
            return
        left = max(len(side) for kind, label, *_ in chosen for side in (kind, label, "before"))
        # Escape codes take no place on the screen, and textwrap does not know it.
        width = max(40, shutil.get_terminal_size((100, 24)).columns - left - 4)
        yield f"{'label':{left}}  before"
        yield f"{'kind':{left}}  after: [-taken out-]{{+put in+}}"
        for kind, label, before, copy in chosen:
            yield "-" * (left + 2 + width)
            yield from _cell(label, left, before, width)
            yield from _cell(kind, left, marked_copy(before, copy, colour=colour), width)


def written_examples(output: Path, count: int) -> Examples:
    """Examples from an output, of the first of its rows that make enough."""
    from augment.datasets.run_record import read_record
    from augment.report.reading import WrittenOptions, WrittenRow, open_written

    examples = Examples(count)
    options: WrittenOptions = WrittenOptions.of(read_record(output))
    with open_written(output, options) as rows:
        original: WrittenRow | None = None
        for row in islice(rows, ROWS_READ):
            if not isinstance(row, WrittenRow):
                continue
            if row.copy == 0:
                original = row
            elif original is not None and len(row.records) == 1:
                record = row.records[0]
                trail = tuple(step for _, step in row.steps)
                copy = Copy(record, row.copy, trail)
                examples.observe(Outcome(original.records[0], (copy,)))
    return examples


def _cell(title: str, left: int, text: str, width: int) -> Iterator[str]:
    for number, line in enumerate(textwrap.wrap(" ".join(text.split()), width) or [""]):
        yield f"{'' if number else title:{left}}  {line}"
