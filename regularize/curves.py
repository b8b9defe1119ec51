"""The losses of a run over its updates, as the run's figures tell them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from regularize.errors import TrainingError

Points = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Pairs of update and loss, of training and development set.

    The training loss is the objective with smoothing and all else that the recipe adds to it, so it
    is no measure to hold against the plain loss on the development set.
    `kept` is the update whose weights were kept, `last` the last one of the run; `planned` is how
    many updates there would have been without early stopping.
    """

    train: Points
    dev: Points
    kept: int | None = None
    last: int = 0
    planned: int | None = None

    @property
    def stopped_early(self) -> bool:
        """Whether the run ended before its last planned update."""
        return self.planned is not None and self.last < self.planned


def curves_of(
    lines: Iterable[Mapping[str, Any]], *, kept: int | None = None, planned: int | None = None
) -> Curves:
    """The curves in a run's figures; lines without a loss say nothing here.

    >>> curves_of([{"step": 1, "loss": 2.0}, {"step": 2, "eval_loss": 1.5}]).dev
    ((2, 1.5),)
    """
    train: dict[int, float] = {}
    dev: dict[int, float] = {}
    last = 0
    for line in lines:
        step = int(line["step"])
        last = max(last, step)
        if "train_runtime" in line:
            break  # the run is over; the kept weights, measured once more, are no part of it
        for name, points in (("loss", train), ("eval_loss", dev)):
            value = line.get(name)
            if isinstance(value, int | float) and isfinite(value):
                points.setdefault(step, float(value))
    return Curves(tuple(sorted(train.items())), tuple(sorted(dev.items())), kept, last, planned)


def read_curves(path: Path, *, kept: int | None = None, planned: int | None = None) -> Curves:
    """The curves in a file of figures, one JSON object a line.

    Raises:
        TrainingError: there is no such file, or a line of it is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"{path}: cannot be read: {error.strerror or error}") from error
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            value = json.loads(line)
            int(value["step"])
        except (ValueError, TypeError, KeyError) as error:
            raise TrainingError(
                f"{path}:{number}: is no line of figures ({error}); train anew, or leave the line "
                "out if a full disk or a power cut broke it"
            ) from error
        lines.append(value)
    return curves_of(lines, kept=kept, planned=planned)
