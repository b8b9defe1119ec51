"""A real server process over the local engine: `python -m tests.support.serve_local SETTINGS`.

SETTINGS is JSON. With `"held": true` in it, no item ends before SIGUSR1.
"""

import asyncio
import json
import signal
import sys
from pathlib import Path

from augment.resources import Resources
from service import logs, server
from service.app import create_app
from service.keys import KeyFile
from service.settings import Settings
from tests.support.local_engine import LocalEngine


class HeldEngine(LocalEngine):
    """Lets its items end when SIGUSR1 comes."""

    async def start(self) -> None:
        self.held = held = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, held.set)


def main(text: str) -> None:
    """Serve until a signal ends it."""
    value = json.loads(text)
    kind = HeldEngine if value.pop("held", False) else LocalEngine
    logs.set_up("info")
    with Resources() as resources:
        settings = Settings(**value)
        file = KeyFile(Path(value["keys"]))
        server.run(create_app(settings, kind(resources), file))


if __name__ == "__main__":
    main(sys.argv[1])
