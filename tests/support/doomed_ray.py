"""A worker of Ray that dies whenever it is given the third unit."""

import os
import signal

from augment.datasets.units.files import UnitDone
from augment.datasets.units.generate import Advanced, Generator
from augment.datasets.units.plan import Unit
from augment.datasets.units.ray_worker import MakeUnits

DOOMED = 2


class DoomedMakeUnits(MakeUnits):
    def make(self, generator: Generator, unit: Unit, steps: list[Advanced]) -> UnitDone:
        if unit.number == DOOMED:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().make(generator, unit, steps)
