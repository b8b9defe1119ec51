"""The rejects file of a run, counted."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from augment.datasets.formats import open_input
from augment.datasets.lines import read_lines
from augment.report.figures import Dropped

_LIMIT = 64 << 20


class Rejected:
    """Rows and copies by reason, with the scores of checks; lines that are damaged are counted."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.damaged = 0
        self._copies: Counter[str] = Counter()
        self._scores: dict[str, tuple[float, float]] = {}
        self._examples: dict[str, str] = {}

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Copies by reason, the most frequent first."""
        found = []
        for reason, count in self._copies.most_common():
            least, most = self._scores.get(reason, (None, None))
            found.append(Dropped(reason, count, least, most, self._examples[reason]))
        return tuple(found)

    def read(self, path: Path) -> None:
        """Count a file.

        Raises:
            DataError: it cannot be read.
        """
        with open_input(path) as opened:
            for line in read_lines(opened.read, limit=_LIMIT):
                try:
                    self._add(json.loads(line.content))
                except (ValueError, KeyError, TypeError, RecursionError):
                    self.damaged += 1

    def _add(self, entry: dict[str, Any]) -> None:
        reason = str(entry["reason"])
        if entry["kind"] == "row":
            self.rows[reason] += entry.get("part", 1) == 1
            return
        self._copies[reason] += 1
        self._examples.setdefault(reason, str(entry.get("detail", ""))[:200])
        score = entry.get("score")
        if isinstance(score, int | float):
            least, most = self._scores.get(reason, (score, score))
            self._scores[reason] = (min(least, score), max(most, score))
