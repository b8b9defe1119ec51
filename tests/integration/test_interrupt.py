"""Ctrl-C in the middle of an epoch, by a real signal to a real process; and TensorBoard's files."""

import importlib.util
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from regularize.cli import main
from tests.support.tiny_encoder import tiny_examples, write_tiny_encoder

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, a recipe whose evaluations fall into epochs, and data."""
    folder = tmp_path_factory.mktemp("files")
    write_tiny_encoder(folder / "model")
    value = {"model": str(folder / "model"), "batch": 8, "epochs": 12, "evaluate_every": 2,
             "keep": "last", "augmentation": {"preset": "mask", "place": "instead"}}  # fmt: skip
    (folder / "recipe.yaml").write_text(yaml.safe_dump(value))
    rows = [f"{one.text},{one.label}" for one in tiny_examples(30)]
    (folder / "train.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    return folder


def command(folder: Path, output: Path, *more: str) -> list[str]:
    return ["train", str(folder / "train.csv"), "-o", str(output),
            "--recipe", str(folder / "recipe.yaml"), *more]  # fmt: skip


@pytest.fixture(scope="module")
def whole(folder: Path) -> bytes:
    """The weights of the run that nothing broke off."""
    assert main(command(folder, folder / "whole")) == 0
    return (folder / "whole" / "model.safetensors").read_bytes()


@pytest.mark.fault
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_an_epoch_leaves_a_run_that_goes_on_to_the_same_weights(
    folder: Path, whole: bytes, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    broken = tmp_path / "broken"
    process = subprocess.Popen(
        [sys.executable, "-m", "regularize", *command(folder, broken, "--json")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    # 24 texts in batches of 8: update 4 is within the second epoch, and far from the end.
    for line in process.stdout:
        if line.startswith('{"step"') and json.loads(line)["step"] >= 4:
            process.send_signal(number)
            break
    _, told = process.communicate()
    assert process.returncode == code, told
    assert "Traceback" not in told
    if number == signal.SIGINT:
        assert told.splitlines()[-1].startswith("regularize: broken off")
        assert f"regularize resume {broken}" in told
    assert not (broken / "result.json").exists()
    assert main(["resume", str(broken)]) == 0
    assert (broken / "model.safetensors").read_bytes() == whole


def test_tensorboard_has_the_curves_of_the_run(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    recipe = tmp_path / "recipe.yaml"
    value = yaml.safe_load((folder / "recipe.yaml").read_text())
    recipe.write_text(yaml.safe_dump({**value, "epochs": 2}))
    assert main(command(folder, output, "--recipe", str(recipe), "--tensorboard")) == 0
    # In a process of its own: the package warns of what it imports, and here warnings are errors.
    code = (
        "import json, sys\n"
        "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n"
        "found = EventAccumulator(sys.argv[1]).Reload()\n"
        "names = ('train/loss', 'eval/loss')\n"
        "print(json.dumps({n: [[e.step, e.value] for e in found.Scalars(n)] for n in names}))\n"
    )
    (events,) = output.rglob("events.out.tfevents.*")
    done = subprocess.run(
        [sys.executable, "-c", code, str(events.parent)], capture_output=True, text=True, check=True
    )
    curves = json.loads(done.stdout)
    lines = [json.loads(line) for line in (output / "figures.jsonl").read_text().splitlines()]
    for name, key in (("eval/loss", "eval_loss"), ("train/loss", "loss")):
        expected = [[line["step"], pytest.approx(line[key])] for line in lines if key in line]
        assert curves[name] == expected
        assert len(expected) == 3


def test_without_the_package_tensorboard_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "regularize.arguments.find_spec", lambda name: None if name == "tensorboard" else find(name)
    )
    assert main(command(folder, tmp_path / "run", "--tensorboard")) == 1
    assert "pip install 'text-augmentation-service[tensorboard]'" in capsys.readouterr().err
