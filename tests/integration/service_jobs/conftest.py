"""A server with jobs in this process, whose job processes a test can hold up."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from augment.build import build_pipeline
from augment.datasets.expand import ExpandRequest, expand
from augment.resources import Resources
from augment.spec import parse_spec
from service.app import create_app
from service.jobs.jobs import Jobs
from service.keys import KeyFile
from service.settings import Settings
from tests.support.job_server import Server
from tests.support.local_engine import LocalEngine
from tests.support.serve_jobs import HELD

SPEC: dict[str, Any] = {"steps": [{"kind": "masking", "rate": 0.3}], "seed": 7}
ROWS = 290

Serve = Callable[..., TestClient]
Start = Callable[..., Server]


def table(rows: int = ROWS) -> bytes:
    lines = (b"the parcel %d came late again,c%d\n" % (i, i % 3) for i in range(rows))
    return b"text,label\n" + b"".join(lines)


def sent(client: Any, **options: Any) -> dict[str, Any]:
    """A job over an upload."""
    upload = client.post("/v1/uploads", params={"name": "train.csv"}, content=table())
    assert upload.status_code == 201, upload.text
    body = {"input": {"upload": upload.json()["id"]}, "spec": SPEC, "copies": 2, **options}
    answer = client.post("/v1/jobs", json=body)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def until(client: Any, job: str, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The job as soon as something is seen of it; the time limit of tests bounds it."""
    while True:
        found: dict[str, Any] = client.get(f"/v1/jobs/{job}").json()
        if seen(found):
            return found
        assert found["state"] not in ("failed", "done", "cancelled"), found
        time.sleep(0.02)


def in_state(state: str) -> Callable[[dict[str, Any]], bool]:
    return lambda job: job["state"] == state


def half_way(data: Path, job: str) -> Callable[[dict[str, Any]], bool]:
    """Whether two units are on disk; the third waits."""
    manifest = data / "jobs" / job / "output" / "augmented.csv.work" / "manifest.jsonl"
    return lambda _: manifest.exists() and len(manifest.read_bytes().splitlines()) >= 2


def children(command: str) -> list[int]:
    """Processes of this machine whose command line has these words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if command in (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode():
                found.append(int(folder.name))
    return found


def family(job: str) -> list[int]:
    """The process of a job, and those that it has started."""
    found = children(job)
    for number in tuple(found):
        with suppress(OSError):
            for task in Path(f"/proc/{number}/task").iterdir():
                found += [int(one) for one in (task / "children").read_text().split()]
    return sorted(found)


def state(server: Server, job: str) -> str:
    found: str = server.client.get(f"/v1/jobs/{job}").json()["state"]
    return found


def result(server: Server, job: str) -> bytes:
    until(server.client, job, in_state("done"))
    return server.client.get(f"/v1/jobs/{job}/result").content


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files say what happens to the processes of jobs."""
    found = tmp_path / "place"
    found.mkdir()
    monkeypatch.setenv("AUGMENT_TEST_JOBS", str(found))
    return found


@pytest.fixture
def serve(tmp_path: Path, place: Path, cache: Path, resources: Resources) -> Iterator[Serve]:
    with ExitStack() as stack:

        def started(**settings: Any) -> TestClient:
            given = Settings(**{"cache": cache, "data": tmp_path / "data", **settings})
            file = KeyFile(tmp_path / "keys.json")
            app = create_app(given, LocalEngine(resources), file, Jobs(given, HELD))
            client = TestClient(app, "http://localhost", raise_server_exceptions=False)
            return stack.enter_context(client)

        yield started


@pytest.fixture
def start(tmp_path: Path, place: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def started(**settings: Any) -> Server:
            given = {
                "port": 0,
                "keys": str(tmp_path / "keys.json"),
                "data": str(tmp_path / "data"),
                "drain_notice_seconds": 0,
                **settings,
            }
            server = Server(given)
            stack.callback(server.close)
            return server

        yield started


@pytest.fixture(scope="session")
def unbroken(tmp_path_factory: pytest.TempPathFactory, resources: Resources) -> bytes:
    """The output of `expand` for the same file, spec and options, undisturbed."""
    folder = tmp_path_factory.mktemp("unbroken")
    (folder / "train.csv").write_bytes(table())
    request = ExpandRequest(input=folder / "train.csv", output=folder / "out.csv", copies=2)
    expand(request, build_pipeline(parse_spec(SPEC), resources))
    return (folder / "out.csv").read_bytes()
