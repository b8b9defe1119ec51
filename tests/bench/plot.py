"""The plots of the translation benchmark: figures in, one SVG out."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# The same figures give the same bytes.
mpl.rcParams["svg.hashsalt"] = "bench"


def cost(figures: dict[str, Any], path: Path) -> None:
    """What a text costs: against its copies, and against its words."""
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    copies, length = figure.subplots(1, 2)
    for name, points in figures["copies"].items():
        _line(copies, [p["asked"] for p in points], [p["ms"] for p in points], name)
    copies.set_xlabel("copies asked for")
    for name, points in figures["length"].items():
        _line(length, [p["words"] for p in points], [p["ms"] for p in points], name)
    length.set_xlabel("words in a text (1 copy, greedy)")
    _save(figure, path, "CPU-ms a text")


def shortlists(figures: dict[str, Any], path: Path) -> None:
    """What a shortlist wins and what it changes, each direction."""
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    directions = [name for name, value in figures.items() if isinstance(value, dict)]
    for axes, direction in zip(figure.subplots(1, len(directions)), directions, strict=True):
        points = figures[direction]
        static = [p for name, p in points.items() if name.startswith("static")]
        _line(axes, [p["equal outputs"] for p in static], _speeds(static), "static")
        for name, p in points.items():
            if name.startswith("static"):
                label = name.removeprefix("static ")
                place = (p["equal outputs"], *_speeds([p]))
                axes.annotate(
                    label, place, (-4, -4), textcoords="offset points",
                    ha="right", va="top", rotation=40, fontsize=6,
                )  # fmt: skip
            else:
                axes.plot(p["equal outputs"], *_speeds([p]), "s", label=name)
        axes.set_title(direction)
        axes.set_xlabel("share of equal outputs")
        axes.legend(fontsize=8)
    _save(figure, path, "times as fast (CPU)")


def _speeds(points: list[dict[str, float]]) -> list[float]:
    return [point["times as fast, CPU"] for point in points]


def _line(axes: Axes, xs: list[float], ys: list[float], name: str) -> None:
    axes.plot(xs, ys, "o-", label=name)
    axes.legend(fontsize=8)


def _save(figure: Figure, path: Path, unit: str) -> None:
    for axes in figure.axes:
        axes.grid(alpha=0.3)
        axes.set_ylim(bottom=0)
    figure.axes[0].set_ylabel(unit)
    figure.savefig(path, metadata={"Date": None})
