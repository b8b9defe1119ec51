"""The command line: what is written and told, and no traceback for a user's mistake."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from transformers import AutoModelForSequenceClassification

from regularize.cli import main
from regularize.recipe_files import read_recipe
from tests.support.tiny_encoder import tiny_examples, write_tiny_encoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, a recipe and data."""
    folder = tmp_path_factory.mktemp("files")
    write_tiny_encoder(folder / "model")
    value = {"model": str(folder / "model"), "learning_rate": 0.01, "batch": 8, "epochs": 2}
    (folder / "recipe.yaml").write_text(yaml.safe_dump({**value, "drop_path": 0.1}))
    for part, count in (("train", 24), ("dev", 9), ("other", 40)):
        rows = [f"{e.text},{e.label}" for e in tiny_examples(count, part=part)]
        (folder / f"{part}.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    (folder / "texts.csv").write_text((folder / "other.csv").read_text().replace("label", "topic"))
    return folder


def arguments(folder: Path, output: Path, *more: str) -> list[str]:
    return ["train", str(folder / "train.csv"), "-o", str(output), "--dev",
            str(folder / "dev.csv"), "--recipe", str(folder / "recipe.yaml"), *more]  # fmt: skip


def test_train_writes_a_model_with_its_recipe_record_and_figures(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "run"
    assert main(arguments(folder, output)) == 0
    told = capsys.readouterr().out
    assert "24 texts to train on, 9 dev, 0 test; 3 labels" in told
    assert "6 updates, the best at" in told
    model = AutoModelForSequenceClassification.from_pretrained(output)
    assert set(model.config.label2id) == {"account", "billing", "delivery"}
    record = json.loads((output / "run.json").read_text())
    assert record["recipe"]["drop_path"] == 0.1
    assert len(record["digest"]) == 64
    assert record["packages"]["transformers"]
    assert read_recipe(output / "recipe.yaml").drop_path == 0.1
    lines = [json.loads(line) for line in (output / "figures.jsonl").read_text().splitlines()]
    evaluated = [line for line in lines if "eval_loss" in line]
    assert [line["step"] for line in evaluated] == [3, 6]
    assert all(0 <= line["eval_accuracy"] <= 1 for line in evaluated)

    assert main(arguments(folder, output)) == 1
    assert "is not empty: go on with `regularize resume" in capsys.readouterr().err
    assert main(["resume", str(output)]) == 1
    assert "the run has ended" in capsys.readouterr().err
    (tmp_path / "other.yaml").write_text("drop_path: 0.2\n")
    assert main(["resume", str(output), "--recipe", str(tmp_path / "other.yaml")]) == 1
    assert "drop_path: 0.1 -> 0.2" in capsys.readouterr().err


def test_json_is_figures_by_line_and_the_result_at_the_end(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(folder, tmp_path / "run", "--json")) == 0
    lines = capsys.readouterr().out.splitlines()
    figures = [json.loads(line) for line in lines if line.startswith('{"step"')]
    assert any("eval_loss" in line for line in figures)
    result = json.loads("\n".join(lines[len(figures) :]))
    assert result["updates"] == 6


def test_unlabelled_texts_of_a_file_are_learnt_from(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = {**yaml.safe_load((folder / "recipe.yaml").read_text()), "updates": 2}
    del value["epochs"]
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump({**value, "consistency": {"labelled": False}}))
    more = ["--recipe", str(recipe)]
    assert main(arguments(folder, tmp_path / "none", *more)) == 1
    assert "there is no text to compare" in capsys.readouterr().err
    more += ["--unlabelled", str(folder / "texts.csv")]
    assert main(arguments(folder, tmp_path / "run", *more)) == 0
    assert "unlabelled; 3 labels" in capsys.readouterr().out


def test_explain_shows_every_site_layer_and_group(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "recipe.yaml"
    fields = {
        "model": str(folder / "model"),
        "dropout": {"ffn": 0.3},
        "drop_path": 0.2,
        "layer_drop": 0.05,
        "layer_decay": 0.5,
    }
    recipe.write_text(yaml.safe_dump(fields))
    assert main(["explain", "--recipe", str(recipe)]) == 0
    told = capsys.readouterr().out
    assert "bert.encoder.layer.1.output.dropout            0.1 -> 0.3" in told
    assert "bert.embeddings.dropout                        0.1 -> 0.1" in told
    assert "bert.encoder.layer.0       0.100   0.050" in told
    assert "bert.encoder.layer.1       0.200   0.050" in told
    assert "embeddings, decayed" in told
    assert main(["explain", "--recipe", str(recipe), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {site["site"] for site in found["sites"]} == {
        "embedding", "attention", "attention_output", "ffn", "classifier"
    }  # fmt: skip
    assert sum(group["numbers"] for group in found["groups"]) == found["learnt"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("text,label\nparcel,a\nbox,a\nlate,a\n", "the only label is 'a'"),
        ("text,label\nparcel,a\n", "the only label is 'a'"),
        ("parcel\n", "has a header but no rows"),
    ],
)
def test_bad_data_are_told_in_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, message: str
) -> None:
    (tmp_path / "bad.csv").write_text(rows)
    command = ["train", str(tmp_path / "bad.csv"), "-o", str(tmp_path / "run")]
    assert main([*command, "--recipe", str(folder / "recipe.yaml")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("regularize: error: ")
    assert message in told
    assert "Traceback" not in told


def test_a_wrong_recipe_names_every_place(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text(
        "label_smoothing: 3\nepochs: 1\nupdates: 2\nsed: 1\naugmentation: {preset: nope}\n"
    )
    assert main(arguments(folder, tmp_path / "run", "--recipe", str(tmp_path / "bad.yaml"))) == 1
    told = capsys.readouterr().err
    for part in ("label_smoothing", "epochs and updates", "did you mean seed?", "[recipe_invalid]",
                 "augmentation.preset: no preset 'nope'; there are: default,"):  # fmt: skip
        assert part in told


def test_a_folder_that_cannot_be_made_is_told_without_a_run_to_go_on_with(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(arguments(folder, tmp_path / "file" / "run")) == 1
    told = capsys.readouterr().err
    assert "file/run: cannot be written" in told
    assert "name another folder with -o" in told


@pytest.mark.fault
def test_a_full_disk_is_told_and_the_run_can_go_on(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    limited = (
        "import resource, sys; from regularize.cli import main; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY)); "
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", limited, *arguments(folder, output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "checkpoint-3: cannot be written" in done.stderr
    assert f"regularize resume {output}" in done.stderr
    assert main(["resume", str(output)]) == 0
    assert (output / "model.safetensors").is_file()
