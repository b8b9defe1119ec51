"""How much one client may ask for: sizes of a request, and a bucket of cost for each key."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from augment.spec import PipelineSpec
from service.errors import Problem
from service.settings import Settings

# Clients whose buckets are remembered; one that is forgotten starts with a full one.
_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float  # monotonic seconds


class Buckets:
    """A token bucket for each client: `burst` at once, `rate` a second in the long run.

    A single event loop uses it, so there is no lock.
    """

    def __init__(
        self, *, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, client: str, cost: float) -> None:
        """Take the cost out of a client's bucket.

        Raises:
            Problem: `cost_too_large` for what a full bucket does not hold, `rate_limited` with the
                time after which it will.
        """
        if cost > self._burst:
            raise Problem(
                "cost_too_large",
                f"the request costs {cost:.0f} padded tokens, and a client may ask for "
                f"{self._burst:.0f} at once; send fewer texts or ask for fewer copies",
            )
        bucket = self._filled(client)
        if cost > bucket.left:
            wait = math.ceil((cost - bucket.left) / self._rate)
            raise Problem(
                "rate_limited",
                f"the request costs {cost:.0f} padded tokens, and {bucket.left:.0f} are left of "
                f"what this client may ask for; come again in {wait} s",
                retry_after=max(1, wait),
            )
        bucket.left -= cost

    def give_back(self, client: str, cost: float) -> None:
        """Put back the cost of what was not done."""
        bucket = self._filled(client)
        bucket.left = min(self._burst, bucket.left + cost)

    def _filled(self, client: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(self._burst, now))
        self._buckets.move_to_end(client)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        return bucket


def check_texts(texts: Sequence[str], settings: Settings) -> None:
    """Refuse more or longer texts than a request may have.

    Raises:
        Problem: `too_many_texts` or `text_too_long`, with the place.
    """
    if len(texts) > settings.texts:
        raise Problem(
            "too_many_texts",
            f"{len(texts)} texts in a request, and it may have {settings.texts}; "
            "send them in several requests",
        )
    for index, text in enumerate(texts):
        if len(text) > settings.text_characters:
            raise Problem(
                "text_too_long",
                f"text {index} has {len(text)} characters, and a text may have "
                f"{settings.text_characters}; cut it into parts",
            )


def check_copies(spec: PipelineSpec, copies: int, settings: Settings) -> None:
    """Refuse more copies, candidates or attempts than may be asked for.

    Raises:
        Problem: `too_many_copies`, with what was asked for and what may be.
    """
    asked = {
        "copies": (copies, settings.copies),
        "candidates": (spec.candidates or 0, settings.candidates),
        "attempts": (spec.attempts, settings.attempts),
    }
    for name, (wanted, most) in asked.items():
        if wanted > most:
            raise Problem(
                "too_many_copies", f"{name}: {wanted}, and at most {most} may be asked for here"
            )
