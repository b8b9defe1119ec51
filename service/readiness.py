"""Whether the engine does its work: a real round trip, asked for once in a while."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from service import logs


class Readiness:
    """The answer of the last probe, found anew when it is older than `age` seconds."""

    def __init__(
        self,
        probe: Callable[[], Awaitable[tuple[str, ...]]],
        *,
        age: float,
        limit: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`probe` tells what it tried; `limit`: seconds that the round trip may take."""
        self._probe = probe
        self._age = age
        self._limit = limit
        self._clock = clock
        self._lock = asyncio.Lock()
        self._found: tuple[float, str | None] | None = None
        self.probed: tuple[str, ...] = ()
        """What the last probe tried with success."""

    async def fault(self) -> str | None:
        """What is wrong; None where the work is done. Many that ask at once cause one probe."""
        async with self._lock:
            if self._found is None or self._clock() - self._found[0] >= self._age:
                fault = await self._asked()
                self._found = (self._clock(), fault)
            return self._found[1]

    def next_seconds(self) -> int:
        """Seconds until the answer may be another."""
        at = self._found[0] if self._found else self._clock()
        return max(1, math.ceil(at + self._age - self._clock()))

    async def _asked(self) -> str | None:
        try:
            async with asyncio.timeout(self._limit):
                self.probed = await self._probe()
        except TimeoutError:
            return f"the engine did not answer within {self._limit:g} s"
        except Exception as error:  # whatever fails, the server is not ready
            logs.event("probe_failed", exception=logs.described(error))
            return f"the engine does not work ({type(error).__name__})"
        return None
