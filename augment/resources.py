"""Models and lexicons: loaded once, when first needed, behind a lock; passed in, never global."""

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from augment.spec import BackTranslation, Embeddings, Leg, Masking
from augment.transforms import masking
from augment.translation.settings import EngineSettings

if TYPE_CHECKING:
    from augment.checks.classifier import Classifier
    from augment.checks.encoder import Encoder
    from augment.checks.language import Detector
    from augment.checks.language_model import LanguageModel
    from augment.checks.opposites import Opposites
    from augment.lexicons.articles import Articles
    from augment.lexicons.confusions import Confusions
    from augment.lexicons.gazetteer import Gazetteer
    from augment.lexicons.homoglyphs import Homoglyphs
    from augment.lexicons.keyboard import Keyboard
    from augment.lexicons.misspellings import Misspellings
    from augment.lexicons.number_context import NumberContext
    from augment.lexicons.real_words import RealWords
    from augment.lexicons.short_forms import ShortForms
    from augment.lexicons.tagger import Tagger
    from augment.lexicons.thesaurus import Thesaurus
    from augment.lexicons.vectors import WordVectors
    from augment.transforms.masked_model import MaskedModel
    from augment.translation import Translator
    from augment.translation.route import TranslationRoute

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ResourceSettings:
    """What resources are loaded with, so that another process can load the same."""

    cache: Path | None = None
    engine: EngineSettings = EngineSettings()
    translations: Path | None = None

    @property
    def single(self) -> "ResourceSettings":
        """The same for one of several processes: one translation at a time, if not set."""
        return replace(self, engine=replace(self.engine, threads=self.engine.threads or 1))


class Resources:
    """What pipelines share: the thesaurus and the translators, each loaded at most once.

    Use as a context manager, or call `close` when the last pipeline is done with it.
    """

    def __init__(
        self,
        *,
        cache: Path | None = None,
        engine: EngineSettings = EngineSettings(),
        translations: Path | None = None,
    ) -> None:
        """`cache`: folder for prepared models; without it the user's cache folder.

        `translations`: file in which translations are kept for later runs, if wanted.
        """
        self._cache = cache
        self._engine = engine
        self._translations = translations
        self._lock = threading.RLock()
        self._loaded: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, settings: ResourceSettings) -> "Resources":
        """Resources with these settings."""
        return cls(cache=settings.cache, engine=settings.engine, translations=settings.translations)

    @property
    def settings(self) -> ResourceSettings:
        """What they were made with."""
        return ResourceSettings(self._cache, self._engine, self._translations)

    def thesaurus(self) -> "Thesaurus":
        """The WordNet thesaurus."""
        from augment.lexicons.thesaurus import Thesaurus

        return self._once("thesaurus", Thesaurus.load)

    def tagger(self) -> "Tagger":
        """The part-of-speech tagger."""
        from augment.lexicons.tagger import Tagger

        return self._once("tagger", Tagger.load)

    def short_forms(self) -> "ShortForms":
        """The table of contractions."""
        from augment.lexicons.short_forms import ShortForms

        return self._once("short_forms", ShortForms.load)

    def articles(self) -> "Articles":
        """What chooses between "a" and "an"."""
        from augment.lexicons.articles import Articles

        return self._once("articles", Articles.load)

    def keyboard(self, layout: str) -> "Keyboard":
        """The keys of a layout."""
        from augment.lexicons.keyboard import Keyboard

        return self._once(("keyboard", layout), lambda: Keyboard.load(layout))

    def misspellings(self) -> "Misspellings":
        """The list of common misspellings."""
        from augment.lexicons.misspellings import Misspellings

        return self._once("misspellings", Misspellings.load)

    def confusions(self) -> "Confusions":
        """What text recognition confuses."""
        from augment.lexicons.confusions import Confusions

        return self._once("confusions", Confusions.load)

    def homoglyphs(self) -> "Homoglyphs":
        """Letters that look Latin."""
        from augment.lexicons.homoglyphs import Homoglyphs

        return self._once("homoglyphs", Homoglyphs.load)

    def number_context(self) -> "NumberContext":
        """Words around numbers."""
        from augment.lexicons.number_context import NumberContext

        return self._once("number_context", NumberContext.load)

    def gazetteer(self) -> "Gazetteer":
        """Names of people and places."""
        from augment.lexicons.gazetteer import Gazetteer

        return self._once("gazetteer", Gazetteer.load)

    def real_words(self) -> "RealWords":
        """What tells words from strings that are none."""
        from augment.lexicons.real_words import RealWords

        wordnet = self.thesaurus().wordnet
        return self._once("real_words", lambda: RealWords.load(wordnet))

    def opposites(self) -> "Opposites":
        """What tells words that are opposites."""
        from augment.checks.opposites import Opposites

        wordnet = self.thesaurus().wordnet
        return self._once("opposites", lambda: Opposites.load(wordnet))

    def word_vectors(self, spec: Embeddings) -> "WordVectors":
        """The user's word vectors.

        Raises:
            ResourceError: the file is missing, torn, or none of word vectors.
        """
        from augment.lexicons.vectors import WordVectors
        from augment.translation.models import default_cache

        cache = self._cache or default_cache()
        return self._once(
            ("word vectors", spec.vectors, spec.limit),
            lambda: WordVectors.load(spec.vectors, cache, limit=spec.limit),
        )

    def masked_model(self, name: str) -> "MaskedModel":
        """A masked language model of the user; ModelError if there is none of the name."""
        from augment.transforms.masked_model import MaskedModel

        return self._once(("masked model", name), lambda: MaskedModel.load(name, self._engine))

    def encoder(self, folder: Path | None = None) -> "Encoder":
        """Sentence embeddings: the packaged model, or one in a folder.

        Raises:
            ModelError: the package or a file is missing, altered or of another kind.
        """
        from augment.checks.encoder import Encoder

        return self._once(
            ("encoder", folder), lambda: Encoder.load(folder, self._engine, cache=self._cache)
        )

    def language_detector(self) -> "Detector":
        """What tells the language of a text; ModelError if its package is missing."""
        from augment.checks.language import Detector

        return self._once("language detector", Detector.load)

    def classifier(self, folder: Path) -> "Classifier":
        """A sequence classifier of the user; ModelError if the folder holds none."""
        from augment.checks.classifier import Classifier

        return self._once(("classifier", folder), lambda: Classifier.load(folder))

    def language_model(self, folder: Path) -> "LanguageModel":
        """A language model of the user; ModelError if the folder holds none."""
        from augment.checks.language_model import LanguageModel

        return self._once(("language model", folder), lambda: LanguageModel.load(folder))

    def routes(self, spec: BackTranslation) -> tuple["TranslationRoute", ...]:
        """The models of each pivot, there and back.

        Raises:
            ModelError: a model is missing, altered, or of another kind or language.
        """
        from augment.translation.route import TranslationRoute

        routes = []
        for route in spec.routes:
            *away, home = route.legs(spec.source)
            legs = [self._translator(leg, spec) for leg in away]
            routes.append(TranslationRoute((*legs, self._translator(home, spec, last=True))))
        return tuple(routes)

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

    def _translator(self, leg: Leg, spec: BackTranslation, *, last: bool = False) -> "Translator":
        from augment.translation import models
        from augment.translation.engines import load_translator

        name = leg.model or models.name_for(leg.source, leg.target, cache=self._cache)
        drawn = last and spec.sampling is not None and spec.sampling.reproducible
        shortlist = "none" if drawn else spec.shortlist

        def load() -> "Translator":
            folder = models.locate(name, leg.source, leg.target, cache=self._cache)
            translator = load_translator(
                folder,
                leg.source,
                leg.target,
                self._engine,
                cache=self._cache,
                shortlist=shortlist,
                shortlist_size=spec.shortlist_size,
                repeatable_draws=drawn,
            )
            return self._remembering(translator)

        place = ("translator", name, leg.source, leg.target)
        return self._once((*place, drawn, shortlist, spec.shortlist_size), load)

    def _remembering(self, translator: "Translator") -> "Translator":
        """The translator with the cache of translations before it, if one is wanted."""
        path = self._translations
        if path is None:
            return translator
        from augment.translation.cache import TranslationCache
        from augment.translation.cached import CachedTranslator

        cache = self._once("translations", lambda: TranslationCache(path))
        return CachedTranslator(translator, cache)

    def _once(self, key: Hashable, load: Callable[[], T]) -> T:
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = load()
                log.debug("loaded %s", key)
            found: T = self._loaded[key]
            return found
