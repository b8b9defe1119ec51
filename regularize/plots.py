"""Pictures of a run: its losses, and how far its probabilities can be believed.

matplotlib is imported only to draw (extra `report`). The same figures give the same bytes.
"""

import importlib.util
import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.datasets.output import OutputFile
from augment.errors import OutputError, ResourceError
from augment.report.plots import INSTALL
from regularize.curves import Curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES: Final = (".svg", ".png")

# Told apart without colour too: by dashes and marks (Okabe and Ito 2008).
_TRAIN, _DEV, _STOP, _INK, _GRID = "#0072b2", "#d55e00", "#009e73", "#333333", "#dddddd"
_STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "regularize",
    "text.parse_math": False,
    "font.size": 9,
    "font.family": "sans-serif",
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": _GRID,
}

# Mean confidence, accuracy and share of each bin.
Bins = Sequence[tuple[float, float, float]]


def available() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def draw_curves(path: Path, curves: Curves, title: str = "Losses of the run") -> None:
    """The training and development loss over the updates, with the point whose weights were kept.

    Raises:
        ResourceError: matplotlib is not installed.
        OutputError: the suffix is neither .svg nor .png, or the file cannot be written.
    """
    figure, axes = _figure(path, 3.4)
    if curves.train:
        axes.plot(*zip(*curves.train, strict=True), color=_TRAIN, linewidth=1.2,
                  label="training (objective)")  # fmt: skip
    if curves.dev:
        axes.plot(*zip(*curves.dev, strict=True), color=_DEV, linewidth=1.4, linestyle="--",
                  marker="o", markersize=3, label="development (plain)")  # fmt: skip
    if curves.kept is not None:
        axes.axvline(curves.kept, color=_STOP, linewidth=1.2, linestyle=":")
        axes.annotate(f"kept: {curves.kept}", (curves.kept, 1), (3, -9), ("data", "axes fraction"),
                      textcoords="offset points", color=_STOP)  # fmt: skip
    if curves.stopped_early:
        axes.axvline(curves.last, color=_INK, linewidth=0.8)
    axes.set_title(title if not curves.stopped_early else f"{title} (stopped at {curves.last})")
    axes.set_xlabel("update")
    axes.set_ylabel("loss (nats)")
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", linewidth=0.6)
    if curves.train or curves.dev:
        axes.legend(frameon=False)
    _write(figure, path)


def draw_reliability(path: Path, found: Mapping[str, Bins], title: str = "Reliability") -> None:
    """How often the most likely answer is right, by how likely it was said to be.

    `found` has bins by the name of what they are of, such as before and after the temperature.

    Raises:
        ResourceError: matplotlib is not installed.
        OutputError: the suffix is neither .svg nor .png, or the file cannot be written.
    """
    figure, axes = _figure(path, 3.8)
    axes.plot((0, 1), (0, 1), color=_INK, linewidth=0.8, label="as sure as right")
    styles = ((_DEV, "o", "--"), (_TRAIN, "s", "-"), (_STOP, "^", ":"))
    for (name, bins), (colour, mark, line) in zip(found.items(), styles, strict=False):
        if not bins:
            continue
        confidence, accuracy, share = zip(*bins, strict=True)
        axes.plot(confidence, accuracy, color=colour, linestyle=line, linewidth=1, label=name)
        # The area of a mark is the share of the items in its bin.
        axes.scatter(confidence, accuracy, [12 + 160 * one for one in share], color=colour,
                     marker=mark, linewidths=0, clip_on=False, zorder=3)  # fmt: skip
    axes.set_title(title)
    axes.set_xlabel("probability of the answer")
    axes.set_ylabel("share that is right")
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.grid(linewidth=0.6)
    axes.legend(loc="upper left", frameon=False)
    _write(figure, path)


def _figure(path: Path, height: float) -> "tuple[Figure, Axes]":
    if path.suffix.lower() not in SUFFIXES:
        raise OutputError(
            f"{path}: the suffix {path.suffix!r} is no picture's; name it {' or '.join(SUFFIXES)}"
        )
    if not available():
        raise ResourceError(f"{path}: pictures need matplotlib: {INSTALL}")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.6, height), layout="constrained")
        return figure, figure.add_subplot()


def _write(figure: "Figure", path: Path) -> None:
    import matplotlib as mpl

    buffer = io.BytesIO()
    kind = path.suffix.lower().removeprefix(".")
    metadata: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {}
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # A title may be in a script that matplotlib's font lacks.
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        figure.savefig(buffer, format=kind, dpi=150, metadata=metadata)
    with OutputFile(path, force=True) as file:
        file.write(buffer.getvalue())
        file.publish()
