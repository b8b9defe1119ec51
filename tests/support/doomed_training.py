"""A training run that kills itself: `python -m tests.support.doomed_training SPEC.json`.

The spec has `model`, `output`, `fields` of the recipe, and where to die: at the figures of an
update (`update`), or in the middle of writing the n-th checkpoint (`checkpoint`).
"""

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import regularize.trainer
from augment.resources import Resources
from regularize.run import train
from tests.support.training import tiny_request


def main() -> None:
    """Train until it is time to die."""
    spec: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    with Resources() as resources:
        request = tiny_request(
            Path(spec["model"]), Path(spec["output"]), resources, **spec["fields"]
        )
        if "update" in spec:
            request = replace(request, observe=lambda line: die(line["step"] >= spec["update"]))
        else:
            die_in_checkpoint(spec["checkpoint"])
        train(request)


def die_in_checkpoint(number: int) -> None:
    """Let everything of the checkpoint be written but the record that makes it whole."""
    write, written = regularize.trainer.write_record, []

    def doomed(folder: Path, record: Any) -> None:
        written.append(folder)
        die(len(written) == number)
        write(folder, record)

    regularize.trainer.write_record = doomed


def die(now: bool) -> None:
    """Kill the process, without any chance to tidy up."""
    if now:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
