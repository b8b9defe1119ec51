"""Cross-validation: a run for each fold, their mean and spread, and going on after a break."""

import json
import shutil
from pathlib import Path
from statistics import fmean, stdev

import pytest
import yaml

from regularize.checkpoints import read_record
from regularize.cli import main
from regularize.inputs import read_split
from tests.support.tiny_encoder import tiny_examples, write_tiny_encoder

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, a recipe, and data with a copy of every third text."""
    folder = tmp_path_factory.mktemp("files")
    write_tiny_encoder(folder / "model")
    value = {"model": str(folder / "model"), "learning_rate": 0.01, "batch": 8, "updates": 3}
    (folder / "recipe.yaml").write_text(yaml.safe_dump(value))
    rows = ["id,text,label,source_id,copy"]
    for number, one in enumerate(tiny_examples(24)):
        rows.append(f"t{number},{one.text},{one.label},t{number},0")
        if number % 3 == 0:
            rows.append(f"c{number},{one.text} again,{one.label},t{number},1")
    (folder / "train.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    """Three folds, trained."""
    output = folder / "run"
    assert main(command(folder, output)) == 0
    return output


def command(folder: Path, output: Path, *more: str) -> list[str]:
    return ["train", str(folder / "train.csv"), "-o", str(output), "--folds", "3",
            "--recipe", str(folder / "recipe.yaml"), *more]  # fmt: skip


def weights(output: Path) -> list[bytes]:
    return [(output / f"fold-{n}" / "model.safetensors").read_bytes() for n in (1, 2, 3)]


def test_each_fold_has_a_model_and_together_they_have_mean_and_spread(run: Path) -> None:
    found = json.loads((run / "folds.json").read_text())
    each = [json.loads((run / f"fold-{n}" / "evaluation.json").read_text()) for n in (1, 2, 3)]
    for name in ("accuracy", "nll", "ece"):
        values = [one["parts"]["dev"]["before"][name] for one in each]
        told = found["parts"]["dev"][name]
        assert told["values"] == values
        assert told["mean"] == pytest.approx(fmean(values))
        assert told["deviation"] == pytest.approx(stdev(values))
    after = [one["parts"]["dev"]["after"]["nll"] for one in each]
    assert found["parts"]["dev"]["nll at T"]["values"] == after
    page = (run / "folds.md").read_text()
    assert f"| nll | {found['parts']['dev']['nll']['mean']:.4f} |" in page
    assert "they flatter" in page
    assert len(set(weights(run))) == 3


def test_every_text_is_dev_once_and_copies_stay_with_their_original(run: Path) -> None:
    splits = [read_split(read_record(run / f"fold-{n}").data) for n in (1, 2, 3)]
    held = [one.id for split in splits for one in split.dev]
    assert sorted(held) == sorted(f"t{number}" for number in range(24))
    for split in splits:
        assert not {one.group for one in split.train} & {one.group for one in split.dev}
        assert any(one.source_id for one in split.train)
        assert {one.label for one in split.dev} == {"account", "billing", "delivery"}


def test_a_broken_cross_validation_goes_on_and_keeps_what_has_ended(
    folder: Path, run: Path, tmp_path: Path, capsys: Captured
) -> None:
    broken = tmp_path / "run"
    shutil.copytree(run, broken)
    (broken / "folds.json").unlink()
    shutil.rmtree(broken / "fold-3")
    for name in ("result.json", "regularize.json", "model.safetensors"):
        (broken / "fold-2" / name).unlink()
    ended = (broken / "fold-1" / "model.safetensors").stat().st_mtime_ns
    assert main(["resume", str(broken)]) == 0
    told = capsys.readouterr().out
    assert "fold 1 of 3" not in told
    assert "fold 2 of 3" in told
    assert weights(broken) == weights(run)
    assert (broken / "fold-1" / "model.safetensors").stat().st_mtime_ns == ended
    before = json.loads((run / "folds.json").read_text())
    assert json.loads((broken / "folds.json").read_text()) == before

    changed = tmp_path / "train.csv"
    changed.write_text((folder / "train.csv").read_text() + "new,the bill is late,billing,new,0\n")
    assert main(command(tmp_path, broken, "--recipe", str(folder / "recipe.yaml"))) == 1
    assert "is not empty: go on with `regularize resume" in capsys.readouterr().err


def test_other_data_are_refused(folder: Path, run: Path, tmp_path: Path, capsys: Captured) -> None:
    moved = tmp_path / "run"
    shutil.copytree(run, moved)
    record = json.loads((moved / "run.json").read_text())
    other = tmp_path / "other.csv"
    other.write_text((folder / "train.csv").read_text() + "new,the bill is late,billing,new,0\n")
    record["data"]["data"] = str(other)
    (moved / "run.json").write_text(json.dumps(record))
    assert main(["resume", str(moved)]) == 1
    assert "was made with other data" in capsys.readouterr().err


def test_one_fold_is_a_run_of_its_own(folder: Path, run: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    assert main(command(folder, alone, "--fold", "2")) == 0
    assert (alone / "model.safetensors").read_bytes() == weights(run)[1]
    assert read_record(alone).data["fold"] == "2"


def test_json_is_one_object_at_the_end(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(command(folder, tmp_path / "run", "--json")) == 0
    lines = capsys.readouterr().out.splitlines()
    figures = [line for line in lines if line.startswith('{"step"')]
    value = json.loads("\n".join(lines[len(figures) :]))
    assert value["folds"] == 3
    assert len(value["parts"]["dev"]["accuracy"]["values"]) == 3


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--fold", "4"), "fold 4: there are 3; give 1 to that"),
        (("--dev", "dev.csv"), "folds and dev do not go together"),
        (("--few-shot", "2"), "folds and few_shot do not go together"),
        (("--folds", "30"), "30 folds of 24 texts: give a number from 2 to 24"),
    ],
)
def test_what_does_not_go_together_is_told(
    folder: Path, tmp_path: Path, capsys: Captured, more: tuple[str, ...], message: str
) -> None:
    assert main(command(folder, tmp_path / "run", *more)) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_label_with_one_text_and_folds_of_several_processes_are_refused(
    folder: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train.csv").write_text(
        (folder / "train.csv").read_text() + "new,good day,greeting,new,0\n"
    )
    more = ["--recipe", str(folder / "recipe.yaml")]
    assert main(command(tmp_path, tmp_path / "run", *more)) == 1
    assert "of which all texts are in one fold" in (told := capsys.readouterr().err)
    assert "'greeting'" in told
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(command(folder, tmp_path / "run")) == 1
    assert "2 processes share one run" in capsys.readouterr().err
