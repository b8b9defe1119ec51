"""Curves out of figures, pictures out of curves."""

from pathlib import Path

import pytest

from augment.errors import OutputError, ResourceError
from regularize import plots
from regularize.curves import Curves, curves_of, read_curves
from regularize.errors import TrainingError
from regularize.plots import draw_curves, draw_reliability

LINES = [
    {"step": 5, "epoch": 0.5, "loss": 2.0},
    {"step": 5, "epoch": 0.5, "eval_loss": 1.9},
    {"step": 10, "epoch": 1.0, "loss": 1.0, "learning_rate": 1e-5},
    {"step": 10, "epoch": 1.0, "eval_loss": 1.5},
    {"step": 10, "epoch": 1.0, "train_runtime": 3.0, "train_loss": 1.5},
    {"step": 12, "epoch": 1.0, "eval_loss": 1.1},
]


def test_curves_are_those_of_the_run_and_end_with_it() -> None:
    found = curves_of(LINES, kept=5, planned=20)
    assert found.train == ((5, 2.0), (10, 1.0))
    assert found.dev == ((5, 1.9), (10, 1.5))  # what was measured after the run is no part of it
    assert (found.kept, found.last, found.stopped_early) == (5, 10, True)
    assert not curves_of(LINES, planned=10).stopped_early


def test_a_loss_that_is_not_finite_is_no_point() -> None:
    assert curves_of([{"step": 1, "loss": float("nan")}]).train == ()


def test_figures_that_cannot_be_read_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "figures.jsonl"
    with pytest.raises(TrainingError, match=r"figures\.jsonl: cannot be read"):
        read_curves(path)
    path.write_text('{"step": 1, "loss": 1.0}\n{"step": 2, "lo')
    with pytest.raises(TrainingError, match=r"figures\.jsonl:2: is no line of figures"):
        read_curves(path)
    path.write_text('{"step": 1, "loss": 1.0}\n')
    assert read_curves(path).train == ((1, 1.0),)


def test_a_picture_shows_both_losses_and_the_point_that_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "curves.svg"
    draw_curves(path, curves_of(LINES, kept=5, planned=20))
    text = path.read_text()
    for words in ("training (objective)", "development (plain)", "kept: 5", "stopped at 10"):
        assert words in text
    again = tmp_path / "again.svg"
    draw_curves(again, curves_of(LINES, kept=5, planned=20))
    assert again.read_bytes() == path.read_bytes()


def test_pictures_may_be_png_and_of_next_to_nothing(tmp_path: Path) -> None:
    draw_curves(tmp_path / "a.png", Curves((), ()))
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    draw_reliability(tmp_path / "b.svg", {"before": ((0.9, 0.7, 1.0),), "after": ()})
    text = (tmp_path / "b.svg").read_text()
    assert "before" in text
    assert "after" not in text


def test_another_suffix_or_no_matplotlib_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutputError, match=r"'\.pdf' is no picture's; name it \.svg or \.png"):
        draw_curves(tmp_path / "a.pdf", Curves((), ()))
    monkeypatch.setattr(plots, "available", lambda: False)
    with pytest.raises(ResourceError, match=r"pictures need matplotlib: pip install"):
        draw_curves(tmp_path / "a.svg", Curves((), ()))
