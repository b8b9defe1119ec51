"""A translator that asks the cache of translations first."""

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import asdict

from augment.translation import Decoding, Hypothesis, Translator
from augment.translation.cache import TranslationCache


class CachedTranslator:
    """A translator that looks into a cache first; `hits` and `misses` count its texts.

    What is not `exact`, and draws that nobody can make again, pass it by.
    """

    def __init__(self, translator: Translator, cache: TranslationCache) -> None:
        self._translator = translator
        self._cache = cache
        self._counting = threading.Lock()
        self.hits = 0
        self.misses = 0

    @property
    def source(self) -> str:
        """See `Translator.source`."""
        return self._translator.source

    @property
    def target(self) -> str:
        """See `Translator.target`."""
        return self._translator.target

    @property
    def name(self) -> str:
        """See `Translator.name`."""
        return self._translator.name

    @property
    def identity(self) -> str:
        """See `Translator.identity`."""
        return self._translator.identity

    @property
    def exact(self) -> bool:
        """See `Translator.exact`."""
        return self._translator.exact

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
        """See `Translator.translate`. Only what is not in the cache is translated, in one call."""
        drawn = decoding.draw is not None
        if not self.exact or (drawn and keys is None):
            return self._translator.translate(texts, decoding, keys)
        if keys is not None and len(keys) != len(texts):
            raise ValueError(f"{len(texts)} texts need as many keys, not {len(keys)}")
        seeds: Sequence[int | None] = keys if drawn and keys is not None else [None] * len(texts)
        places = [
            entry_key(self.identity, decoding, text, seed)
            for text, seed in zip(texts, seeds, strict=True)
        ]
        found = self._cache.get_many(dict.fromkeys(places))
        with self._counting:
            self.hits += sum(place in found for place in places)
            self.misses += sum(place not in found for place in places)
        rest = {place: i for i, place in enumerate(places) if place not in found}
        if rest:
            outputs = self._translator.translate(
                [texts[i] for i in rest.values()],
                decoding,
                [keys[i] for i in rest.values()] if drawn and keys is not None else None,
            )
            fresh = dict(zip(rest, outputs, strict=True))
            self._cache.put_many(fresh)
            found |= fresh
        return [list(found[place]) for place in places]


def entry_key(identity: str, decoding: Decoding, text: str, seed: int | None = None) -> bytes:
    """What a translation is kept under: SHA-256 of all that it depends on.

    >>> entry_key("engine", Decoding(), "No.") == entry_key("engine", Decoding(beam=4), "No.")
    False
    """
    place = json.dumps([identity, asdict(decoding), seed], sort_keys=True, separators=(",", ":"))
    # A NUL ends the JSON, which has none inside. Half a surrogate pair is a text like any other.
    return hashlib.sha256(f"{place}\0{text}".encode("utf-8", "surrogatepass")).digest()
