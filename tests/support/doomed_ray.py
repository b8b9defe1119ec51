"""Workers of Ray that die, or hang, whenever they are given the third unit."""

import os
import signal
import threading
from collections.abc import Callable

from augment.datasets.units.files import UnitDone
from augment.datasets.units.generate import Advanced, Generator
from augment.datasets.units.plan import Unit
from augment.datasets.units.ray_worker import MakeUnits

DOOMED = 2


class DoomedMakeUnits(MakeUnits):
    def make(
        self, generator: Generator, unit: Unit, advance: Callable[[Advanced], None]
    ) -> UnitDone:
        if unit.number == DOOMED:
            self.fall()
        return super().make(generator, unit, advance)

    def fall(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class HangingMakeUnits(DoomedMakeUnits):
    def fall(self) -> None:
        threading.Event().wait()
