"""Cross-validation: every text is in the dev part of one run, and what all runs say together.

The folder has a run for each fold (`fold-1` and so on), each as `regularize train` leaves it, and
beside them the record of the whole and, at the end, its summary.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Final

from augment.datasets.output import OutputFile
from regularize.conclude import EVALUATION
from regularize.errors import TrainingError
from regularize.saved import SAVED

SUMMARY: Final = "folds.json"
PAGE: Final = "folds.md"
_WITH_TEMPERATURE: Final = ("nll", "brier", "ece")
_NOTE: Final = (
    "Dev figures are of the texts that chose the kept update and the temperature, so they flatter "
    "a little; a test set (--test) tells what to expect of new texts."
)


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over the folds; the deviation is that of a sample (n - 1)."""

    mean: float
    deviation: float
    values: tuple[float, ...]

    @classmethod
    def of(cls, values: tuple[float, ...]) -> "Spread":
        """Of two values or more."""
        return cls(fmean(values), stdev(values), values)


@dataclass(frozen=True, slots=True)
class Summary:
    """What all folds say: figures of dev, and of test where there is one, by their names."""

    folds: int
    parts: Mapping[str, Mapping[str, Spread]]


def folds_of(data: Mapping[str, str | None]) -> int | None:
    """How many folds a record's data are for as a whole; None of a single run, also of one fold."""
    count = data.get("folds")
    return None if count is None or data.get("fold") is not None else int(count)


def fold_data(data: Mapping[str, str | None], fold: int) -> dict[str, str | None]:
    """The arguments by which the data of one fold (from 1) are read."""
    return {**data, "fold": str(fold)}


def fold_folder(output: Path, fold: int) -> Path:
    """Where the run of a fold (from 1) is."""
    return output / f"fold-{fold}"


def ended(folder: Path) -> bool:
    """Whether all of a run is there, also what was measured at its end."""
    return (folder / SAVED).is_file()


def summarize(output: Path, folds: int) -> Summary:
    """What the runs of all folds measured.

    Raises:
        TrainingError: the figures of a fold are missing or damaged.
    """
    found = [_figures(fold_folder(output, fold) / EVALUATION) for fold in range(1, folds + 1)]
    parts = {
        part: {
            name: Spread.of(tuple(one[part][name] for one in found))
            for name in figures
            if all(name in one.get(part, {}) for one in found)
        }
        for part, figures in found[0].items()
    }
    return Summary(folds, parts)


def write_summary(output: Path, summary: Summary) -> None:
    """Write it for machines and for people.

    Raises:
        OutputError: it cannot be written.
    """
    value = json.dumps(asdict(summary), indent=2, ensure_ascii=False)
    for name, text in ((SUMMARY, value), (PAGE, "\n".join(page(summary)))):
        with OutputFile(output / name, force=True) as file:
            file.write(f"{text}\n".encode())
            file.publish()


def page(summary: Summary) -> Iterator[str]:
    """A table for each part, in Markdown."""
    for part, figures in summary.parts.items():
        yield f"{part}, {summary.folds} folds:"
        yield ""
        numbers = range(1, summary.folds + 1)
        yield _row("figure", "mean", "deviation", *(f"fold {number}" for number in numbers))
        yield "|---|" + "---:|" * (2 + summary.folds)
        for name, one in figures.items():
            yield _row(name, *(f"{v:.4f}" for v in (one.mean, one.deviation, *one.values)))
        yield ""
    yield _NOTE


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _figures(path: Path) -> dict[str, dict[str, float]]:
    """The figures of each part in a file that `conclude` wrote, with and without temperature."""
    try:
        parts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["parts"]
        return {
            part: {
                **{name: float(value) for name, value in one["before"].items()},
                **{f"{n} at T": float(one["after"][n]) for n in _WITH_TEMPERATURE},
            }
            for part, one in parts.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(
            f"{path}: the figures of the fold cannot be read ({error}); remove {path.parent} and "
            f"`regularize resume {path.parent.parent}` makes it anew"
        ) from error
