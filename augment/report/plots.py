"""Plots as SVG that stands in the page: its text is text, its colours are those of the page."""

import importlib.util
import io
import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from augment.datasets.labels import LabelCount
from augment.report.markup import Markup, clean, tag
from augment.report.measures import Spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INSTALL: Final = "pip install 'text-augmentation-service[report]'"
MOST_LABELS: Final = 25

# Colours by which the plots are drawn, and what stands for them in the page, light or dark.
_INK, _GRID, _FIRST, _SECOND, _STRONG = "#010203", "#040506", "#070809", "#0a0b0c", "#0d0e0f"
_ROLES: Final = {
    _INK: "var(--ink-soft)",
    _GRID: "var(--line)",
    _FIRST: "var(--first)",
    _SECOND: "var(--second)",
    _STRONG: "var(--ink)",
}
_STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "augment",
    "text.parse_math": False,  # a label may hold dollar signs
    "font.size": 9,
    "font.family": "sans-serif",
    "text.color": _INK,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _GRID,
    "legend.frameon": False,
}


def available() -> bool:
    """Whether matplotlib is installed; it is imported only to draw."""
    return importlib.util.find_spec("matplotlib") is not None


def histogram(name: str, title: str, found: Spread) -> Markup:
    """How one list of numbers lies, with its median."""
    figure, axes = _figure()
    widths = [high - low for low, high in zip(found.edges, found.edges[1:], strict=False)]
    axes.bar(found.edges[:-1], found.bins, widths, align="edge", color=_FIRST, linewidth=0)
    axes.axvline(found.median, color=_STRONG, linewidth=1.2, linestyle=(0, (4, 3)))
    _counted(axes)
    words = (
        f"{found.count:,} texts; median {found.median:g}, half of them from {found.p25:g} to "
        f"{found.p75:g}, all from {found.least:g} to {found.most:g}."
    )
    return _svg(figure, name, title, words)


def two_histograms(name: str, title: str, found: Mapping[str, Spread | None]) -> Markup:
    """Two lists of numbers over the same bins: the first filled, the second as a line."""
    figure, axes = _figure()
    words = []
    for (label, one), colour, fill in zip(
        found.items(), (_SECOND, _FIRST), (True, False), strict=True
    ):
        if one is not None:
            axes.stairs(one.bins, one.edges, color=colour, linewidth=1.8, fill=fill, label=label)
            words.append(f"{label}: median {one.median:g}")
    axes.legend(frameon=False, labelcolor=_INK)
    _counted(axes)
    return _svg(figure, name, title, f"{', '.join(words)}.")


def label_bars(name: str, title: str, labels: Mapping[str, LabelCount]) -> Markup:
    """Rows of each label before and after; of very many labels those with most rows."""
    most = sorted(labels.items(), key=lambda item: (-item[1].after, item[0]))[:MOST_LABELS]
    shown = [(_short(label), count) for label, count in most][::-1]
    figure, axes = _figure(height=0.9 + 0.34 * len(shown))
    places = range(len(shown))
    for shift, colour, when in ((-0.2, _FIRST, "after"), (0.2, _SECOND, "before")):
        axes.barh(
            [place + shift for place in places],
            [getattr(count, when) for _, count in shown],
            0.38,
            color=colour,
            label=when,
            linewidth=0,
        )
    axes.set_yticks([*places], [label for label, _ in shown])
    axes.tick_params(axis="y", length=0)
    handles, names = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], names[::-1], loc="lower right", bbox_to_anchor=(1, 1), ncols=2,
        frameon=False, labelcolor=_INK,
    )  # fmt: skip
    axes.set_xlabel("rows")
    _whole(axes.xaxis)
    axes.grid(axis="x", linewidth=0.6)
    words = "; ".join(
        f"{_short(label)}: {count.before:,} before, {count.after:,} after" for label, count in most
    )
    return _svg(figure, name, title, f"{words}.")


def _figure(height: float = 2.6) -> "tuple[Figure, Axes]":
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.6, height), layout="constrained")
        return figure, figure.add_subplot()


def _counted(axes: "Axes") -> None:
    axes.set_ylabel("texts")
    axes.grid(axis="y", linewidth=0.6)
    _whole(axes.yaxis)


def _whole(axis: Any) -> None:
    """Counts are whole numbers, and so are the marks on their axis."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", integer=True))


def _svg(figure: "Figure", name: str, title: str, words: str) -> Markup:
    """The drawing as an element of the page: nothing in it points outside."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # Labels may be in scripts that matplotlib's font lacks; the browser's fonts show them.
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        figure.savefig(
            buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    text = buffer.getvalue()
    size = re.search(r'viewBox="[^"]*"', text)
    inner = re.sub(r"<metadata>.*?</metadata>", "", text[text.index(">", text.index("<svg")) + 1 :],
                   flags=re.DOTALL)  # fmt: skip
    inner = inner[: inner.rindex("</svg>")].replace("xlink:href", "href")
    # Several drawings share a page, and an id must be there once.
    inner = re.sub(r'((?:\bid="|href="#|url\(#))', rf"\1{name}-", inner)
    for colour, role in _ROLES.items():
        inner = inner.replace(colour, role)
    inner = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font: \1 system-ui, sans-serif", inner)
    head = tag("title", title, id=f"{name}-title") + tag("desc", words, id=f"{name}-desc")
    return Markup(
        f'<svg {size[0] if size else ""} role="img" '
        f'aria-labelledby="{name}-title {name}-desc">{head}{inner}</svg>'
    )


def _short(label: str) -> str:
    flat = " ".join(clean(label).split())
    return flat if len(flat) <= 40 else f"{flat[:39]}…"
