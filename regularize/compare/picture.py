"""The differences to the baseline as a picture: a mark for each seed, the mean and its interval."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.datasets.output import OutputFile
from augment.errors import ResourceError
from augment.report.plots import INSTALL
from regularize.compare.arms import Arm
from regularize.compare.plan import greater_is_better
from regularize.compare.results import Results, outcome_of
from regularize.plots import available

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "regularize",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
}
# Told apart without colour, too: the mark's shape says what the interval says.
_LOOKS: Final = {
    "better": ("#0072b2", "^"), "worse": ("#d55e00", "v"), "not told apart": ("#555555", "o"),
}  # fmt: skip
_METADATA: Final[dict[str, Any]] = {"svg": {"Date": None, "Creator": None}}
_SHOWN: Final = {"accuracy": "accuracy", "nll": "NLL", "nll@T": "NLL at T"}
# So far off that beside it no other difference could be seen: told as a number.
_OFF: Final[Arm] = "permuted"


def draw_comparison(path: Path, results: Results) -> None:
    """Draw it.

    Raises:
        ResourceError: matplotlib is not installed.
        OutputError: the file cannot be written.
    """
    if not available():
        raise ResourceError(f"{path}: pictures need matplotlib: {INSTALL}")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    height = 1.3 + 0.34 * len(results.against)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8.4, height), layout="constrained")
        panels: Any = figure.subplots(1, len(_SHOWN), sharey=True)
        for axes, (metric, name) in zip(panels, _SHOWN.items(), strict=True):
            _panel(axes, results, metric, name)
        buffer = io.BytesIO()
        kind = path.suffix.removeprefix(".")
        # Without the date the same figures give the same bytes.
        figure.savefig(buffer, format=kind, dpi=150, metadata=_METADATA.get(kind))
    with OutputFile(path, force=True) as file:
        file.write(buffer.getvalue())
        file.publish()


def _panel(axes: "Axes", results: Results, metric: str, name: str) -> None:
    theirs = results.arms[results.baseline][metric].values
    for place, (arm, found) in enumerate(results.against.items()):
        one = found[metric]
        colour, mark = _LOOKS[outcome_of(metric, one, one.p_value)]
        if arm == _OFF and len(results.against) > 1:
            axes.text(
                0.5, place, f"mean {one.mean:+.2f}, off the scale", color=colour,
                ha="center", va="center", transform=axes.get_yaxis_transform(),
            )  # fmt: skip
            continue
        own = results.arms[arm][metric].values
        each = [mine - other for mine, other in zip(own, theirs, strict=True)]
        axes.scatter(each, [place + 0.22] * len(each), 7, color="#999999", linewidths=0)
        axes.plot(one.t_interval, (place, place), color=colour, linewidth=1.6)
        axes.scatter([one.mean], [place], 30, color=colour, marker=mark, zorder=3)
    axes.axvline(0, color="#333333", linewidth=0.8)
    axes.set_yticks(range(len(results.against)), list(results.against))
    axes.set_ylim(len(results.against) - 0.4, -0.6)
    axes.grid(axis="x", linewidth=0.6)
    axes.set_title(f"{name} ({'more' if greater_is_better(metric) else 'less'} is better)")
    axes.set_xlabel(f"minus {results.baseline}")
