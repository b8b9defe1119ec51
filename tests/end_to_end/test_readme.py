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


def write_inputs(folder: Path) -> None:
    """The files that the README's commands read."""
    text = "The parcel from London was late again, and nobody told me why."
    (folder / "train.csv").write_text("text,label\nThe parcel is late again.,delivery\n")
    (folder / "intents.csv").write_text("text,intent\nThe parcel is late again.,delivery\n")
    (folder / "ner.conll").write_text("Where O\nis O\nJohn B-PER\nnow O\n? O\n\n")
    rows = {
        "train.jsonl.gz": {"text": text, "label": "delivery", "part": "train"},
        "nli.jsonl": {"premise": text, "hypothesis": "A parcel came late.", "label": "entailment"},
        "squad.jsonl": {
            "context": text,
            "question": "Where did the parcel come from?",
            "answers": {"text": ["London"], "answer_start": [text.index("London")]},
        },
    }
    for name, row in rows.items():
        line = json.dumps(row).encode() + b"\n"
        (folder / name).write_bytes(gzip.compress(line) if name.endswith(".gz") else line)


def ran(command: str, folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *shlex.split(command, comments=True)],
        cwd=folder,
        env={"AUGMENT_CACHE": str(cache), "PATH": "/usr/bin:/bin", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.weights
@pytest.mark.parametrize("command", commands())
def test_commands_run(command: str, tmp_path: Path, cache: Path) -> None:
    write_inputs(tmp_path)
    if " more.csv" in command and "-o more.csv" not in command:
        ran("augment expand train.csv -o more.csv --preset mask", tmp_path, cache)
    done = ran(command, tmp_path, cache)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
