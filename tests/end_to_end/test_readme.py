"""What the README shows works as it stands."""

import gzip
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from augment.spec import leaves, parse_spec_text

README = Path(__file__).parents[2] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def commands() -> list[str]:
    return re.findall(r"^    (augment .*)$", README.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("block", blocks("python"))
def test_python_runs(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(block, {})
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("block", blocks("yaml"))
def test_specs_hold(block: str) -> None:
    assert list(leaves(parse_spec_text(block)))


@pytest.mark.weights
@pytest.mark.parametrize("command", commands())
def test_commands_run(command: str, tmp_path: Path, cache: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\nThe parcel is late again.,delivery\n")
    row = {"text": "The parcel is late again.", "label": "delivery", "part": "train"}
    (tmp_path / "train.jsonl.gz").write_bytes(gzip.compress(json.dumps(row).encode() + b"\n"))
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command, comments=True)],
        cwd=tmp_path,
        env={"AUGMENT_CACHE": str(cache), "PATH": "/usr/bin:/bin", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
