"""A real server with jobs that a test holds up: `python -m tests.support.serve_jobs SETTINGS`.

SETTINGS is JSON.
"""

import json
import sys
from pathlib import Path

from augment.resources import Resources
from service import logs, server
from service.app import create_app
from service.jobs.jobs import Jobs
from service.keys import KeyFile
from service.settings import Settings
from tests.support.local_engine import LocalEngine

HELD = (sys.executable, "-m", "tests.support.held_job")


def main(text: str) -> None:
    """Serve until a signal ends it."""
    settings = Settings(**json.loads(text))
    logs.set_up("info")
    with Resources() as resources:
        file = KeyFile(Path(str(settings.keys)))
        app = create_app(settings, LocalEngine(resources), file, Jobs(settings, HELD))
        server.run(app)


if __name__ == "__main__":
    main(sys.argv[1])
