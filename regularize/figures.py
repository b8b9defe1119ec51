"""Figures of a run as JSON lines, one for each log of the Trainer; a resume leaves no doubles."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback


class Figures(TrainerCallback):  # type: ignore[misc]
    """Appends each line to a file and tells it to an observer. Only the first process writes."""

    def __init__(self, path: Path, observe: Callable[[dict[str, Any]], None] | None = None) -> None:
        self._path = path
        self._observe = observe

    def begin(self) -> None:
        """Start anew."""
        self._path.unlink(missing_ok=True)

    def go_on_after(self, step: int) -> None:
        """Drop the lines of updates behind the checkpoint: they will come again."""
        if not self._path.is_file():
            return
        lines = self._path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]
        self._path.write_text("".join(kept), encoding="utf-8")

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        """One line: the update, the epoch and what was measured."""
        del args, control
        if not state.is_world_process_zero or logs is None:
            return
        line = {"step": state.global_step, "epoch": state.epoch, **logs}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if self._observe is not None:
            self._observe(line)
