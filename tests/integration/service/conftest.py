"""A server in this process over the smallest real engine, and a client of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from augment.resources import Resources
from service.app import create_app
from service.keys import KeyFile
from service.settings import Settings
from tests.support.local_engine import LocalEngine

Serve = Callable[..., TestClient]


@pytest.fixture
def engine(resources: Resources) -> LocalEngine:
    return LocalEngine(resources)


@pytest.fixture
def key_file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.json")


@pytest.fixture
def serve(engine: LocalEngine, key_file: KeyFile, cache: Path) -> Iterator[Serve]:
    """Starts a server with other settings than the usual ones."""
    with ExitStack() as stack:

        def started(**settings: Any) -> TestClient:
            app = create_app(Settings(cache=cache, **settings), engine, key_file)
            client = TestClient(app, "http://localhost", raise_server_exceptions=False)
            return stack.enter_context(client)

        yield started


@pytest.fixture
def client(serve: Serve) -> TestClient:
    return serve()
