"""How long a worker's translators were at work: resources whose translators are timed."""

import time
from collections.abc import Sequence
from pathlib import Path

from augment.resources import Resources
from augment.spec import BackTranslation
from augment.translation import Decoding, Hypothesis, Translator
from augment.translation.route import TranslationRoute
from augment.translation.settings import EngineSettings


class Stopwatch:
    """Seconds that translators took, for the one thread of a worker.

    `tokenizing` to cut texts into pieces, `translating` for all else until they had answered.
    """

    def __init__(self) -> None:
        self.tokenizing = 0.0
        self.translating = 0.0


class TimedResources(Resources):
    """Resources that add the time of their translators to a stopwatch."""

    def __init__(self, stopwatch: Stopwatch, *, cache: Path | None, engine: EngineSettings) -> None:
        super().__init__(cache=cache, engine=engine)
        self._stopwatch = stopwatch

    def routes(self, spec: BackTranslation) -> tuple[TranslationRoute, ...]:
        """See `Resources.routes`."""
        return tuple(
            TranslationRoute(tuple(_Timed(leg, self._stopwatch) for leg in route.legs))
            for route in super().routes(spec)
        )


class _Timed:
    """A translator and its stopwatch."""

    def __init__(self, translator: Translator, stopwatch: Stopwatch) -> None:
        self._translator = translator
        self._stopwatch = stopwatch
        self.source, self.target = translator.source, translator.target
        self.name, self.identity = translator.name, translator.identity
        self.exact = translator.exact

    @property
    def tokenizing_seconds(self) -> float:
        """See `Translator.tokenizing_seconds`."""
        return self._translator.tokenizing_seconds

    def unreadable(self, text: str) -> str:
        """See `Translator.unreadable`."""
        return self._translator.unreadable(text)

    def translate(
        self,
        texts: Sequence[str],
        decoding: Decoding = Decoding(),
        keys: Sequence[int] | None = None,
    ) -> list[list[Hypothesis]]:
        """See `Translator.translate`."""
        began, before = time.monotonic(), self.tokenizing_seconds
        try:
            return self._translator.translate(texts, decoding, keys)
        finally:
            tokenizing = self.tokenizing_seconds - before
            self._stopwatch.tokenizing += tokenizing
            self._stopwatch.translating += time.monotonic() - began - tokenizing
