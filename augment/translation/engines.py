"""Which engine translates: CTranslate2 where it is installed and can do what is asked."""

import logging
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from augment.errors import ModelError
from augment.translation.settings import EngineSettings, Shortlist

if TYPE_CHECKING:
    from augment.translation import Translator

log = logging.getLogger(__name__)

REMEDY = "run: pip install ctranslate2"


def load_translator(
    folder: Path,
    source: str,
    target: str,
    settings: EngineSettings = EngineSettings(),
    *,
    cache: Path | None = None,
    shortlist: Shortlist = "none",
    shortlist_size: int = 20_000,
    repeatable_draws: bool = False,
) -> "Translator":
    """A checkpoint in the engine that suits.

    `repeatable_draws`: whether pieces are drawn by keys, which only transformers can do here.

    Raises:
        ModelError: the engine that was asked for is missing or cannot do it, or the model fails.
    """
    installed = find_spec("ctranslate2") is not None
    if settings.engine == "ctranslate2" and not installed:
        raise ModelError(f"engine ctranslate2 is not installed; {REMEDY}")
    if settings.engine == "ctranslate2" and repeatable_draws:
        raise ModelError(
            "engine ctranslate2 cannot repeat its draws; leave the engine at auto, or write "
            "`reproducible: false` under `sampling`"
        )
    if settings.engine != "transformers" and installed and not repeatable_draws:
        from augment.translation.ctranslate import CTranslateTranslator

        return CTranslateTranslator.load(
            folder, source, target, settings,
            cache=cache, shortlist=shortlist, shortlist_size=shortlist_size,
        )  # fmt: skip
    if shortlist != "none" and not repeatable_draws:
        raise ModelError(f"shortlist: {shortlist} is made by CTranslate2 only; {REMEDY}")
    if not installed and settings.engine == "auto":
        log.warning("ctranslate2 is not installed; translating several times slower without it")
    from augment.translation.marian import MarianTranslator

    if repeatable_draws:
        # It draws in float32 while the other legs may run in int8.
        settings = replace(settings, compute_type="auto")
    return MarianTranslator.load(folder, source, target, settings)
