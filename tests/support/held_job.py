"""The process of a job that a test holds up, or starves: `python -m tests.support.held_job FOLDER`.

The environment names a folder, AUGMENT_TEST_JOBS. While it has a file `hold`, no unit after the
second is noted; while it has `full`, files may not grow past 20 kB; with `doom`, the process kills
itself where it would wait.
"""

import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

from augment.datasets.units import plan as units
from augment.datasets.units.manifest import Manifest
from service.jobs import child

UNITS = 2
FULL = 20_000

_add = Manifest.add


def held(self: Manifest, *args: Any) -> None:
    place = Path(os.environ["AUGMENT_TEST_JOBS"])
    if len(self) >= UNITS:
        if (place / "doom").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        while (place / "hold").exists():
            time.sleep(0.01)
    _add(self, *args)


if __name__ == "__main__":
    units.UNIT_ROWS = 50
    Manifest.add = held  # type: ignore[method-assign]
    if (Path(os.environ["AUGMENT_TEST_JOBS"]) / "full").exists():
        resource.setrlimit(resource.RLIMIT_FSIZE, (FULL, FULL))
    child.main(Path(sys.argv[1]))
