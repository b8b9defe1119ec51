"""The process of a job as the server sees it: started, listened to, killed."""

import json
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# Characters of a line that are kept; a process that talks nonsense must not fill the memory.
_LINE = 1 << 20


class JobProcess:
    """One process; ends with the context, whatever it does."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Start it.

        Raises:
            OSError: it cannot be started.
        """
        self.progress: dict[str, Any] = {}
        self.verdict: dict[str, Any] | None = None
        self.heard = time.monotonic()
        # A session of its own: ctrl-C in the server's terminal is the server's business.
        self._process = subprocess.Popen(
            [*command, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def silent(self) -> float:
        """Seconds since it last said something."""
        return time.monotonic() - self.heard

    def ended(self, timeout: float) -> bool:
        """Wait for its end; then `verdict` is what it said, or None where it died."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        self._reader.join()
        return True

    @property
    def code(self) -> int | None:
        """Its exit code; a signal as a negative number."""
        return self._process.returncode

    def end(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline(_LINE):
            self.heard = time.monotonic()
            try:
                said = json.loads(line)
            except ValueError:
                continue  # the half line of a process that was killed
            if "progress" in said:
                self.progress = said["progress"]
            elif "done" in said or "failed" in said:
                self.verdict = said
