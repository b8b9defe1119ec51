"""A server as it is run, and requests for it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.run import read_texts
from tests.support.real_server import RealServer, real_server

TRANSLATION: dict[str, Any] = {"steps": [{"kind": "back_translation"}]}


def requests(texts: int, a_request: int, *, twice: bool = False, **options: Any) -> list[bytes]:
    """Bodies with so many of the sample's texts each; each has a seed of its own.

    `twice`: each text has the one before it in it, too, so that a batch holds half as many.
    """
    sample = read_texts(None, texts)
    if twice:
        sample = [
            f"{before} {text}"
            for before, text in zip([sample[-1], *sample[:-1]], sample, strict=True)
        ]
    parts = [sample[start : start + a_request] for start in range(0, len(sample), a_request)]
    return [
        json.dumps({"texts": part, "spec": TRANSLATION, "seed": seed, **options}).encode()
        for seed, part in enumerate(parts)
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[RealServer]:
    """One server for the tests of a file, which has two clients without a bucket to empty."""
    folder = tmp_path_factory.mktemp("server")
    free = {"rate_cost": 10**9, "burst_cost": 10**9}
    with real_server(folder, clients=2, cache=str(cache), **free) as found:
        _warm(found, (folder / "secrets").read_text().split()[0])
        yield found


def _warm(server: RealServer, key: str) -> None:
    """Until models are made and loaded; the first requests may pass their deadline over it."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with server.client(headers=headers) as client:
        while client.post("/v1/augment", content=requests(8, 8)[0]).json()["summary"]["errors"]:
            pass


@pytest.fixture
def keys(server: RealServer) -> list[str]:
    return (server.log.parent / "secrets").read_text().split()
