"""Models and lexicons: loaded once, when first needed, behind a lock; passed in, never global."""

import logging
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from augment.spec import BackTranslation, Masking
from augment.transforms import masking

if TYPE_CHECKING:
    from augment.lexicons.articles import Articles
    from augment.lexicons.tagger import Tagger
    from augment.lexicons.thesaurus import Thesaurus
    from augment.translation import Translator

T = TypeVar("T")

log = logging.getLogger(__name__)


class Resources:
    """What pipelines share: the thesaurus and the translators, each loaded at most once.

    Use as a context manager, or call `close` when the last pipeline is done with it.
    """

    def __init__(self, *, cache: Path | None = None, threads: int = 1) -> None:
        """`cache`: folder for prepared models; without it the user's cache folder."""
        self._cache = cache
        self._threads = threads
        self._lock = threading.RLock()
        self._loaded: dict[Hashable, Any] = {}

    def thesaurus(self) -> "Thesaurus":
        """The WordNet thesaurus."""
        from augment.lexicons.thesaurus import Thesaurus

        return self._once("thesaurus", Thesaurus.load)

    def tagger(self) -> "Tagger":
        """The part-of-speech tagger."""
        from augment.lexicons.tagger import Tagger

        return self._once("tagger", Tagger.load)

    def articles(self) -> "Articles":
        """What chooses between "a" and "an"."""
        from augment.lexicons.articles import Articles

        return self._once("articles", Articles.load)

    def translators(self, spec: BackTranslation) -> tuple["Translator", "Translator"]:
        """The models there and back.

        Raises:
            ModelError: a model is missing, altered, or of another kind or language.
        """
        from augment.translation import models

        forward = spec.forward or models.embedded_name(spec.source, spec.pivot)
        backward = spec.backward or models.embedded_name(spec.pivot, spec.source)
        pairs = ((forward, spec.source, spec.pivot), (backward, spec.pivot, spec.source))
        there, back = (self._translator(*pair) for pair in pairs)
        return there, back

    def mask_token(self, spec: Masking) -> str:
        """The mask token that a step means."""
        return masking.mask_token(spec)

    def close(self) -> None:
        """Let go of everything that was loaded."""
        with self._lock:
            for resource in self._loaded.values():
                if hasattr(resource, "close"):
                    resource.close()
            self._loaded.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _translator(self, name: str, source: str, target: str) -> "Translator":
        from augment.translation import models
        from augment.translation.marian import MarianTranslator

        def load() -> "Translator":
            folder = models.locate(name, source, target, cache=self._cache)
            return MarianTranslator.load(folder, source, target, threads=self._threads)

        return self._once(("translator", name, source, target), load)

    def _once(self, key: Hashable, load: Callable[[], T]) -> T:
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = load()
                log.debug("loaded %s", key)
            found: T = self._loaded[key]
            return found
