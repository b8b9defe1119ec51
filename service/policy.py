"""What a spec may not have over HTTP, though it may on the command line.

Folders of the server are named only where the settings list them, and models only by the names
that `GET /v1/models` gives: a request neither looks about on the disk nor fetches anything. Regular
expressions may take time without bound and are refused unless the settings allow them; phrases
protect most of what they would.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from augment.spec import BackTranslation, FillMask, PipelineSpec, Tfidf, leaves
from augment.translation.models import known
from service.errors import Problem
from service.settings import Settings


def check_spec(spec: PipelineSpec, settings: Settings, *, data_set: bool = False) -> None:
    """Refuse what this server does not do for clients; `data_set`: it has a whole one to read.

    Raises:
        Problem: `spec_refused` with every place, or `needs_data_set`.
    """
    faults = [
        *_sizes(spec, settings),
        *_patterns(spec, settings),
        *_folders(spec, settings),
        *_models(spec, settings),
    ]
    if faults:
        raise Problem("spec_refused", "this server refuses parts of the spec", errors=faults)
    fitted: list[str] = [leaf.kind for leaf in leaves(spec) if isinstance(leaf, Tfidf)]
    fitted += [check.kind for check in spec.checks if check.fitted]
    if fitted and not data_set:
        raise Problem(
            "needs_data_set",
            f"{', '.join(fitted)} must read a whole data set first, and a request has none; leave "
            "it out, or send the data set as a job",
        )


def _sizes(spec: PipelineSpec, settings: Settings) -> Iterator[str]:
    steps = sum(1 for part in _parts(spec.model_dump()["steps"]) if "kind" in part)
    if steps > settings.steps:
        yield f"steps: {steps} with nested ones, at most {settings.steps}"
    phrases = len(spec.protect.phrases)
    if phrases > settings.phrases:
        yield f"protect.phrases: {phrases}, at most {settings.phrases}"


def _patterns(spec: PipelineSpec, settings: Settings) -> Iterator[str]:
    patterns = spec.protect.patterns
    if patterns and not settings.allow_patterns:
        yield (
            "protect.patterns: regular expressions are not allowed here; use protect.phrases, or "
            "start the server with allow_patterns"
        )
        return
    for index, pattern in enumerate(patterns):
        if len(pattern) > settings.pattern_characters:
            yield (
                f"protect.patterns.{index}: {len(pattern)} characters, "
                f"at most {settings.pattern_characters}"
            )


def _folders(spec: PipelineSpec, settings: Settings) -> Iterator[str]:
    for leaf in leaves(spec):
        # The name of a model of the hub is none of a folder that is shared.
        if isinstance(leaf, FillMask) and not _shared(Path(leaf.model), settings):
            yield f"fill_mask.model: {leaf.model} is in no folder that the server shares"
    for part in _parts(spec.model_dump()):
        for name, value in part.items():
            listed = value if isinstance(value, tuple | list) else (value,)
            for folder in (one for one in listed if isinstance(one, Path)):
                if not _shared(folder, settings):
                    yield f"{part['kind']}.{name}: {folder} is in no folder that the server shares"


def _shared(folder: Path, settings: Settings) -> bool:
    roots = [root.resolve() for root in settings.model_folders]
    return any(folder.resolve().is_relative_to(root) for root in roots)


def _models(spec: PipelineSpec, settings: Settings) -> Iterator[str]:
    """Names of models other than those that are listed; a name may also be a folder, or the hub."""
    named = {
        model
        for leaf in leaves(spec)
        if isinstance(leaf, BackTranslation)
        for route in leaf.routes
        for model in route.models or ()
    }
    there = {model.name for model in known(cache=settings.cache)} if named else set()
    for model in sorted(named - there):
        yield f"back_translation.pivots: there is no model {model!r}; see GET /v1/models"


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """All mappings in a value, from the outside in."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list | tuple):
        for one in inner:
            yield from _parts(one)
