"""`regularize compare`: fair arms, runs that are kept, and an end that tells losses plainly."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from regularize.cli import main
from regularize.compare import comparison
from regularize.compare.single import execute
from regularize.errors import TrainingError
from tests.support.tiny_encoder import tiny_examples, write_tiny_encoder

ARMS = "defaults,both+consistency,copies,permuted"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, a recipe and data."""
    folder = tmp_path_factory.mktemp("files")
    write_tiny_encoder(folder / "model")
    value = {
        "model": str(folder / "model"), "learning_rate": 0.02, "batch": 8, "updates": 8,
        "label_smoothing": 0.1, "stopping": {"patience": 3},
        "augmentation": {"preset": "eda"}, "consistency": {"preset": "eda", "confidence": 0.0},
    }  # fmt: skip
    (folder / "recipe.yaml").write_text(yaml.safe_dump(value))
    for part, count in (("train", 90), ("test", 30)):
        rows = [f"{e.text},{e.label}" for e in tiny_examples(count, part=part)]
        (folder / f"{part}.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    return folder


def arguments(folder: Path, output: Path, *more: str) -> list[str]:
    return [
        *("compare", str(folder / "train.csv"), "-o", str(output)),
        *("--recipe", str(folder / "recipe.yaml"), "--test", str(folder / "test.csv")),
        *("--few-shot", "8", "--few-shot-dev", "3", "--seeds", "0-1", *more),
    ]


def test_all_arms_are_compared_and_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "compared"
    options = ("--arms", ARMS, "--learning-rates", "0.01,0.02", "--tuning-seeds", "7")
    assert main(arguments(folder, output, *options)) == 0
    told = capsys.readouterr().out
    lines = told.splitlines()
    estimate = next(n for n, line in enumerate(lines) if "for 10 runs" in line)
    assert estimate < next(n for n, line in enumerate(lines) if "1/8 defaults, seed 0" in line)
    assert "Only a demonstration" in told
    assert "both+consistency against defaults, accuracy" in told

    results = json.loads((output / "compare.json").read_text())
    assert list(results["arms"]) == ARMS.split(",")
    assert [one["claim"]["metric"] for one in results["claims"]] == ["accuracy", "nll"]
    assert results["learning_rate"] in (0.01, 0.02)
    assert "nll@T" in results["against"]["copies"]
    assert (output / "compare.svg").read_text().startswith("<?xml")
    assert (output / "compare.png").read_bytes().startswith(b"\x89PNG")
    assert "| both+consistency − defaults | accuracy |" in (output / "compare.md").read_text()

    runs = {path.stem: json.loads(path.read_text()) for path in (output / "runs").glob("*.json")}
    assert len(runs) == 10
    assert {run["learning_rate"] for name, run in runs.items() if "tuning" not in name} == {
        results["learning_rate"]
    }
    # What is tuned has never seen the test set.
    assert all(not run["before"] for name, run in runs.items() if "tuning" in name)
    assert runs["defaults-0"]["updates"] == 8
    assert not list((output / "work").iterdir())


def test_what_is_done_is_not_done_again_and_gives_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--arms", "defaults,both", "--learning-rates", "0.02")
    assert main(arguments(folder, tmp_path / "whole", *options)) == 0

    broken, made = tmp_path / "broken", []

    def breaks(*args: Any, **named: Any) -> Any:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(args[0])
        return execute(*args, **named)

    monkeypatch.setattr(comparison, "execute", breaks)
    assert main(arguments(folder, broken, *options)) == 130
    assert len(list((broken / "runs").glob("*.json"))) == 2

    made.clear()
    assert main(arguments(folder, broken, *options)) == 0
    assert made == ["defaults", "both"]
    whole, resumed = (
        json.loads((tmp_path / name / "compare.json").read_text()) for name in ("whole", "broken")
    )
    assert whole["arms"] == resumed["arms"]
    assert whole["against"] == resumed["against"]


def test_a_run_that_another_process_is_at_is_left_to_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from filelock import FileLock

    output = tmp_path / "shared"
    options = ("--arms", "defaults,both", "--learning-rates", "0.02")
    assert main(arguments(folder, output, "--estimate", *options)) == 0
    assert not list((output / "runs").glob("*.json"))
    with FileLock(output / "runs" / "both-1.lock"):
        assert main(arguments(folder, output, *options)) == 0
    assert "both, seed 1: another process is at it" in capsys.readouterr().out
    assert len(list((output / "runs").glob("*.json"))) == 3
    assert not (output / "compare.json").exists()
    assert main(arguments(folder, output, *options)) == 0
    assert (output / "compare.json").exists()


def test_another_comparison_does_not_go_on_in_the_folder(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--arms", "defaults,both", "--estimate")
    output = tmp_path / "compared"
    assert main(arguments(folder, output, *options, "--learning-rates", "0.02")) == 0
    assert main(arguments(folder, output, *options, "--learning-rates", "0.03")) == 1
    told = capsys.readouterr().err
    assert "holds another comparison" in told
    assert "rates: [0.02] -> [0.03]" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--arms", "defaults,botch"), "no arm 'botch'; there are none, defaults,"),
        (("--arms", "defaults"), "one arm has nothing to be held against"),
        (("--seeds", "3"), "1 seeds give no interval"),
        (("--claim", "both:defaults:luck"), "no metric 'luck'"),
        (("--claim", "both"), "give OURS:THEIRS:METRIC"),
        (("--arms", "defaults,both", "--claim", "recipe:defaults:nll"), "a claim names recipe"),
        (("--tuning-seeds", "1,2"), "seeds 1 are for tuning and for measuring"),
        (("--recipe", "regularized", "--arms", "defaults,both"), "both needs augmentation"),
        (("--few-shot", "40"), "too few have"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...],
    told: str,
) -> None:  # fmt: skip
    assert main(arguments(folder, tmp_path / "compared", *options)) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "compared" / "plan.json").exists()


def test_without_a_test_set_nothing_is_compared(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(folder / "train.csv"), "-o", str(tmp_path / "compared")]) == 1
    assert "give a file with --test" in capsys.readouterr().err


def test_a_damaged_run_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(TrainingError, match=r"run\.json: is damaged.*remove it"):
        comparison._read(tmp_path / "run.json")
