"""A real server process with jobs, its log lines, and a client of it."""

import json
import signal
import subprocess
import sys
import threading
from typing import Any

import httpx2


class Server:
    """A server process, and a client of it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "tests.support.serve_jobs", json.dumps(settings)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.lines: list[dict[str, Any]] = []
        self.listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.listening.wait()
        found = [line for line in self.lines if line["event"] == "listening"]
        if not found:
            self.close()
            raise AssertionError(json.dumps(self.lines))
        (address,) = found[0]["addresses"]
        self.client = httpx2.Client(base_url=f"http://{address}", timeout=30)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))
            if self.lines[-1]["event"] == "listening":
                self.listening.set()
        self.listening.set()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()
        if hasattr(self, "client"):
            self.client.close()
