"""A worker process that dies whenever it is given a unit named in AUGMENT_TEST_DOOMED."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from augment.datasets.units import worker
from augment.datasets.units.generate import Generator
from augment.datasets.units.plan import Unit

DOOMED = {int(number) for number in os.environ["AUGMENT_TEST_DOOMED"].split(",")}
_generate = Generator.generate


def generate(self: Generator, unit: Unit, *args: Any) -> Any:
    if unit.number in DOOMED:
        os.kill(os.getpid(), signal.SIGKILL)
    return _generate(self, unit, *args)


if __name__ == "__main__":
    Generator.generate = generate  # type: ignore[method-assign]
    worker.main(Path(sys.argv[1]))
