"""A run that was really killed gives, once resumed, the bytes of the run that was not broken."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from augment.resources import Resources
from regularize.checkpoints import RECORD, last_whole
from regularize.errors import TrainingError
from regularize.run import finished, train
from tests.support.tiny_encoder import tiny_split, write_tiny_encoder
from tests.support.training import tiny_request

pytestmark = pytest.mark.fault

# Three updates an epoch; evaluations fall into epochs and at their ends.
ALL_DRAWS: dict[str, Any] = {
    "epochs": 4,
    "evaluate_every": 2,
    "drop_path": 0.2,
    "ema": 0.8,
    "augmentation": {"preset": "light", "place": "instead"},
    "r_drop": 0.5,
    "stopping": {"patience": 4, "metric": "loss"},
}
LATE = {"learning_rate": 0.3, "schedule": "constant", "evaluate_every": 1, "epochs": 6}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("model") / "bert")


def kill(folder: Path, model: Path, fields: dict[str, Any], **where: int) -> None:
    """Run in a process of its own until it kills itself."""
    spec = {"model": str(model), "output": str(folder), "fields": fields, **where}
    path = folder.with_suffix(".json")
    path.write_text(json.dumps(spec))
    command = [sys.executable, "-m", "tests.support.doomed_training", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        (ALL_DRAWS, {"update": 1}),  # before the first checkpoint
        (ALL_DRAWS, {"update": 6}),  # at the end of an epoch
        (ALL_DRAWS, {"update": 8}),  # within one
        (ALL_DRAWS, {"checkpoint": 3}),
        ({"keep": "last", "ema": 0.8, "epochs": 3}, {"update": 6}),
        ({"lora": {}, "epochs": 3}, {"update": 6}),
        ({"stopping": {"patience": 3}, **LATE}, {"update": 4}),
    ],
)
def test_a_killed_run_resumes_to_the_same_bytes(
    model: Path, tmp_path: Path, resources: Resources, fields: Any, where: dict[str, int]
) -> None:
    whole = tiny_request(model, tmp_path / "whole", resources, **fields)
    expected = train(whole)
    kill(tmp_path / "killed", model, fields, **where)
    broken = tiny_request(model, tmp_path / "killed", resources, **fields)
    assert not finished(broken.output)
    found = train(broken, resume=True)
    assert steps(found.metrics) == steps(expected.metrics)
    assert (found.updates, found.best_update) == (expected.updates, expected.best_update)
    assert weights(broken.output) == weights(whole.output)
    assert figures(broken.output) == figures(whole.output)


def test_patience_is_kept_over_a_resume(model: Path, tmp_path: Path, resources: Resources) -> None:
    fields = {"stopping": {"patience": 3}, **LATE}
    stopped = train(tiny_request(model, tmp_path / "whole", resources, **fields))
    assert stopped.updates < 18, "the run should stop early for this to say anything"
    kill(tmp_path / "killed", model, fields, update=stopped.updates)
    broken = tiny_request(model, tmp_path / "killed", resources, **fields)
    assert train(broken, resume=True).updates == stopped.updates


def test_a_run_killed_after_its_last_update_only_writes_its_model(
    model: Path, tmp_path: Path, resources: Resources
) -> None:
    whole = tiny_request(model, tmp_path / "whole", resources, updates=5, evaluate_every=5)
    train(whole)
    part = tiny_request(model, tmp_path / "part", resources, updates=5, evaluate_every=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("regularize.run._finish", lambda *_: None)
        train(part)
    assert last_whole(part.output) == part.output / "checkpoint-5"
    train(part, resume=True)
    assert weights(part.output) == weights(whole.output)
    assert finished(part.output)


def test_a_checkpoint_of_another_recipe_or_other_data_is_refused(
    model: Path, tmp_path: Path, resources: Resources
) -> None:
    kill(tmp_path / "run", model, ALL_DRAWS, update=8)
    other = tiny_request(
        model, tmp_path / "run", resources, **{**ALL_DRAWS, "drop_path": 0.1, "seed": 3}
    )
    with pytest.raises(TrainingError) as caught:
        train(other, resume=True)
    assert "drop_path: 0.2 -> 0.1" in str(caught.value)
    assert "seed: 0 -> 3" in str(caught.value)
    data = tiny_request(model, tmp_path / "run", resources, tiny_split(27), **ALL_DRAWS)
    with pytest.raises(TrainingError, match="made with other data"):
        train(data, resume=True)


def test_a_run_that_was_moved_says_so(model: Path, tmp_path: Path, resources: Resources) -> None:
    kill(tmp_path / "run", model, ALL_DRAWS, update=8)
    shutil.move(tmp_path / "run", tmp_path / "moved")
    moved = tiny_request(model, tmp_path / "moved", resources, **ALL_DRAWS)
    with pytest.raises(TrainingError, match="moved: its best checkpoint was at .*run/checkpoint"):
        train(moved, resume=True)


def test_a_damaged_record_is_told(model: Path, tmp_path: Path, resources: Resources) -> None:
    kill(tmp_path / "run", model, ALL_DRAWS, update=8)
    run = tiny_request(model, tmp_path / "run", resources, **ALL_DRAWS)
    whole = last_whole(run.output)
    assert whole is not None
    (whole / RECORD).write_text('{"recipe": {}}')
    with pytest.raises(TrainingError, match=r"run\.json is damaged, or of another version"):
        train(run, resume=True)


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def figures(folder: Path) -> list[dict[str, float]]:
    lines = (folder / "figures.jsonl").read_text().splitlines()
    found = [steps(json.loads(line)) for line in lines]
    return [line for line in found if "train_loss" not in line]


def steps(line: Any) -> dict[str, float]:
    """Without what depends on the machine."""
    return {k: v for k, v in line.items() if "runtime" not in k and "per_second" not in k}
