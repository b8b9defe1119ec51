"""A real server process that a test talks to: `with served(folder) as server`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from service.keys import KeyFile


@dataclass(frozen=True)
class Served:
    """Where a server listens, its one key, and a plain HTTP client of it."""

    url: str
    key: str | None
    http: httpx2.Client
    process: subprocess.Popen[str]


@contextmanager
def served(
    folder: Path, *, jobs: bool = False, key: bool = False, **settings: Any
) -> Iterator[Served]:
    """A server over the local engine, ended with the block; its log is a file of the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "place").mkdir()
    file = KeyFile(folder / "keys.json")
    secret = file.add("team-a") if key else None
    given = {"port": 0, "keys": str(file.path), **settings}
    if jobs:
        given["data"] = str(folder / "data")
    module = f"tests.support.serve_{'jobs' if jobs else 'local'}"
    environment = {**os.environ, "AUGMENT_TEST_JOBS": str(folder / "place")}
    command = [sys.executable, "-m", module, json.dumps(given)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        url = f"http://localhost:{_port(process)}"
        with httpx2.Client(base_url=url, timeout=30) as http:
            yield Served(url, secret, http, process)
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    for line in process.stderr:
        told = json.loads(line)
        if told["event"] == "listening":
            return int(told["addresses"][0].rpartition(":")[2])
    raise AssertionError("the server ended")
