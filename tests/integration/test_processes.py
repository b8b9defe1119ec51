"""Two processes through torchrun give what one gives, with everything still that is drawn."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file

from tests.support.tiny_encoder import tiny_examples, write_tiny_encoder
from tests.support.training import STILL

pytestmark = pytest.mark.fault


def train(command: list[str], folder: Path, recipe: Path, output: Path) -> dict[str, torch.Tensor]:
    done = subprocess.run(
        [*command, "-m", "regularize", "train", str(folder / "train.csv"), "-o", str(output),
         "--recipe", str(recipe), "--dev", str(folder / "dev.csv"), "--json"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[:1000]
    return load_file(output / "model.safetensors")


@pytest.mark.parametrize("extra", [{}, {"weight_decay": 0.0, "l2": 0.01, "ema": 0.9}])
def test_two_processes_give_what_one_gives(tmp_path: Path, extra: dict[str, Any]) -> None:
    write_tiny_encoder(tmp_path / "model")
    for part, count in (("train", 24), ("dev", 9)):
        rows = [f"{e.text},{e.label}" for e in tiny_examples(count, part=part)]
        (tmp_path / f"{part}.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    recipe = tmp_path / "recipe.yaml"
    value = {
        "model": str(tmp_path / "model"),
        "learning_rate": 0.01,
        "batch": 8,
        "accumulation": 2,
        "updates": 7,
        "evaluate_every": 3,
        "label_smoothing": 0.1,
        **STILL,
        **extra,
    }
    recipe.write_text(yaml.safe_dump(value))
    one = train([sys.executable], tmp_path, recipe, tmp_path / "one")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    two = train([*launcher, "--standalone"], tmp_path, recipe, tmp_path / "two")
    assert one.keys() == two.keys()
    for name, weight in one.items():
        assert torch.allclose(weight, two[name], atol=1e-5, rtol=0), name
    results = [json.loads((tmp_path / n / "result.json").read_text()) for n in ("one", "two")]
    losses = [result["metrics"]["loss"] for result in results]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
