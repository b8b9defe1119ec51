"""The server as it is run, with workers of its own, and what its processes take up."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

from service.keys import SCOPES, KeyFile

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class RealServer:
    """A running server; its log is a file."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def client(self, **options: Any) -> httpx2.Client:
        """A plain client of it."""
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60, **options)

    def processes(self, ending: Collection[int] = ()) -> list[int]:
        """The server and all that it, or they, have started; what those `ending` have is not."""
        found = [self.process.pid]
        for number in (one for one in found if one not in ending):
            with suppress(OSError):
                for task in Path(f"/proc/{number}/task").iterdir():
                    found += [int(one) for one in (task / "children").read_text().split()]
        return found

    def memory(self) -> int:
        """Bytes in memory of all processes; what they share is counted for each."""
        return sum(self.sizes().values())

    def sizes(self, *, without: str = "-") -> dict[int, int]:
        """Bytes in memory of each process.

        Those whose command has the argument `without` are left out, with what they have started.
        """
        left_out = {n for n in self.processes() if without in _read(n, "cmdline").split("\0")}
        found = [n for n in self.processes(left_out) if n not in left_out]
        return {n: int(one.split()[1]) * _PAGE for n in found if (one := _read(n, "statm"))}

    def cpu(self) -> float:
        """Seconds of CPU that all processes which are alive have had."""
        stats = [_read(one, "stat").rpartition(")")[2].split() for one in self.processes()]
        return sum(int(one[11]) + int(one[12]) for one in stats if one) / _TICKS

    def open_files(self) -> int:
        """Files, pipes and connections that the server process holds open.

        Without those to the database of jobs: a pool keeps them, and opens some more when it likes.
        """
        found = 0
        for one in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                found += "/workflows.sqlite" not in str(one.readlink())
        return found

    def events(self, name: str) -> list[dict[str, Any]]:
        """Lines of its log."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == name]


@contextmanager
def real_server(folder: Path, *, clients: int = 0, **settings: Any) -> Iterator[RealServer]:
    """Start it, with so many client keys, and end it with the block.

    The keys are lines of the file `secrets` in the folder.
    """
    folder.mkdir(exist_ok=True)
    keys = KeyFile(folder / "keys.json")
    secrets = [keys.add(f"client-{n}", SCOPES) for n in range(clients)]
    (folder / "secrets").write_text("\n".join(secrets))
    config, log = folder / "config.json", folder / "log.jsonl"  # JSON is YAML
    given = {"port": 0, "keys": str(keys.path), "data": str(folder / "data"), **settings}
    config.write_text(json.dumps(given))
    command = [sys.executable, "-m", "service", "serve", "--config", str(config)]
    with log.open("wb") as lines:
        process = subprocess.Popen(command, stderr=lines)
    try:
        yield RealServer(process, _port(process, log), log)
    finally:
        process.kill()
        process.wait()


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    while True:
        for line in log.read_text().splitlines(keepends=True):
            if line.endswith("\n") and (told := json.loads(line))["event"] == "listening":
                return int(told["addresses"][0].rpartition(":")[2])
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)


def _read(number: int, name: str) -> str:
    """A file of a process; empty where it has just ended."""
    try:
        return Path(f"/proc/{number}/{name}").read_text()
    except OSError:
        return ""
