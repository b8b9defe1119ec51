"""What the steps and checks of a spec need, and whether it is there; nothing is fetched for it.

Each leaf is built as a run would build it, with resources that write down what they are asked for.
So a new kind of step is covered as soon as `augment.build` knows it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from augment.build import build_pipeline
from augment.commands.doctor import Finding
from augment.errors import AugmentError, ModelError
from augment.resources import Resources
from augment.spec import BackTranslation, Embeddings, Leaf, Leg, Masking, Maybe, PipelineSpec, Step
from augment.translation import models
from augment.translation.embedded.wheel import wheel_files
from augment.translation.shortlist import LEXICAL

if TYPE_CHECKING:
    from augment.checks.encoder import Encoder
    from augment.lexicons.vectors import WordVectors
    from augment.transforms.masked_model import MaskedModel
    from augment.translation.route import TranslationRoute

T = TypeVar("T")

_TRANSLATION = ("ctranslate2", "sentencepiece", "torch", "transformers")


def needs(spec: PipelineSpec, cache: Path | None) -> Iterator[Finding]:
    """What each leaf and each check needs, with its path as in a trail or a reject."""
    with _Asked(cache) as asked:
        for place, alone in _parts(spec):
            found = asked.by(alone)
            for finding in found or [Finding("", True, "needs nothing but this package")]:
                name = f"{place}: {finding.name}" if finding.name else place
                yield replace(finding, name=name)


def _parts(spec: PipelineSpec) -> Iterator[tuple[str, PipelineSpec]]:
    """Each leaf and each check with its path, in a spec that has nothing else."""
    for place, leaf in _leaves(spec.steps):
        yield place, spec.model_copy(update={"steps": (leaf,), "checks": ()})
    for number, check in enumerate(spec.checks):
        # A step that needs nothing, since there must be one.
        alone = {"steps": (Masking(),), "checks": (check,)}
        yield f"checks.{number}.{check.kind}", spec.model_copy(update=alone)


def _leaves(steps: Iterable[Step], above: str = "") -> Iterator[tuple[str, Leaf]]:
    for number, step in enumerate(steps):
        place = f"{above}{number}.{step.kind}"
        if isinstance(step, Leaf):
            yield place, step
        else:
            inner = (step.step,) if isinstance(step, Maybe) else step.steps
            yield from _leaves(inner, f"{place}.")


class _EnoughError(Exception):
    """All that a leaf needs was asked for."""


class _Asked(Resources):
    """Resources that look instead of loading models, and write down what they found."""

    def __init__(self, cache: Path | None) -> None:
        super().__init__(cache=cache)
        self._findings: list[Finding] = []

    def by(self, spec: PipelineSpec) -> list[Finding]:
        """What the only leaf or check of a spec asks for."""
        self._findings = []
        try:
            build_pipeline(spec, self)
        except _EnoughError:
            pass
        except AugmentError as error:
            if all(finding.well for finding in self._findings):
                self._findings.append(Finding("", False, "not usable", str(error)))
        # A check may take the same lexicon twice, by itself and inside of another.
        return list(dict.fromkeys(self._findings))

    def mask_token(self, spec: Masking) -> str:
        """See `Resources.mask_token`."""
        if spec.tokenizer is None:
            return super().mask_token(spec)
        name = f"tokenizer {spec.tokenizer}"
        try:
            token = super().mask_token(spec)
        except AugmentError as error:
            self._findings.append(Finding(name, False, "not usable", str(error)))
            raise
        self._findings.append(Finding(name, True, f"its mask token is {token}"))
        return token

    def encoder(self, folder: Path | None = None) -> "Encoder":
        """Look for the model files; they are converted at the first use."""
        from augment.checks.encoder import encoder_folder

        try:
            found = str(folder or encoder_folder())
        except AugmentError as error:
            self._findings.append(Finding("sentence encoder", False, "not usable", str(error)))
            raise
        self._findings.append(Finding("sentence encoder", True, found))
        raise _EnoughError

    def masked_model(self, name: str) -> "MaskedModel":
        """Look for the checkpoint's folder; it is not loaded."""
        from augment.transforms.masked_model import locate

        try:
            found = str(locate(name))
        except AugmentError as error:
            self._findings.append(Finding(f"model {name}", False, "not usable", str(error)))
            raise
        self._findings.append(Finding(f"model {name}", True, found))
        raise _EnoughError

    def word_vectors(self, spec: Embeddings) -> "WordVectors":
        """Look at the first line of the file; there is nothing to search in then."""
        from augment.lexicons.vectors import check_vectors

        name = f"word vectors {spec.vectors}"
        try:
            found = check_vectors(spec.vectors)
        except AugmentError as error:
            self._findings.append(Finding(name, False, "not usable", str(error)))
            raise
        self._findings.append(Finding(name, True, found))
        raise _EnoughError

    def routes(self, spec: BackTranslation) -> tuple["TranslationRoute", ...]:
        """Look at the models of all pivots; there is nothing to translate with then."""
        self._findings += _packages(spec)
        for leg, shortlist in _legs(spec):
            self._findings.append(_model(leg, shortlist, self._cache))
        raise _EnoughError

    def _once(self, key: Hashable, load: Callable[[], T]) -> T:
        name = f"lexicon {key}" if isinstance(key, str) else " ".join(map(str, _parts_of(key)))
        try:
            found = super()._once(key, load)
        except AugmentError as error:
            self._findings.append(Finding(name, False, "not usable", str(error)))
            raise
        self._findings.append(Finding(name, True, "loads"))
        return found


def _parts_of(key: Hashable) -> tuple[object, ...]:
    return key if isinstance(key, tuple) else (key,)


def _packages(spec: BackTranslation) -> Iterator[Finding]:
    """Only what CTranslate2 alone can do needs it; all else is slower without."""
    fast_only = spec.shortlist != "none" or (
        spec.sampling is not None and not spec.sampling.reproducible
    )
    for name in _TRANSLATION:
        needed = name != "ctranslate2" or fast_only
        try:
            installed, found = True, version(name)
        except PackageNotFoundError:
            installed, found = False, "not installed"
        yield Finding(f"package {name}", installed, found, f"pip install {name}", needed)


def _legs(spec: BackTranslation) -> Iterator[tuple[Leg, str]]:
    """All legs, each once, and the shortlist it is translated with."""
    drawn = spec.sampling is not None and spec.sampling.reproducible
    legs: dict[tuple[Leg, str], None] = {}
    for route in spec.routes:
        *before, last = route.legs(spec.source)
        legs |= dict.fromkeys((leg, spec.shortlist) for leg in before)
        legs[last, "none" if drawn else spec.shortlist] = None
    return iter(legs)


def _model(leg: Leg, shortlist: str, cache: Path | None) -> Finding:
    title = f"model {leg.source}-{leg.target}"
    try:
        name = leg.model or models.name_for(leg.source, leg.target, cache=cache)
        folder = models.present(name, leg.source, leg.target, cache=cache)
        if folder is None:
            return _not_on_disk(title, name)
    except (ModelError, OSError) as error:
        return Finding(title, False, "lacking or not usable", str(error))
    if shortlist == "lexical" and not (folder / LEXICAL).is_file():
        return Finding(
            title, False, f"{name} in {folder} has no lexical table ({LEXICAL})",
            "write `shortlist: static`, or add a model that has one",
        )  # fmt: skip
    return Finding(title, True, f"{name} in {folder}")


def _not_on_disk(title: str, name: str) -> Finding:
    if name.startswith(models.HUB):
        where = name.removeprefix(models.HUB)
        files = " ".join(f"--include '{pattern}'" for pattern in models.HUB_FILES)
        return Finding(title, False, f"{name} is not fetched yet", f"hf download {where} {files}")
    wheel_files(name.removeprefix(models.EMBEDDED))
    return Finding(title, True, f"{name}, made at the first use, or by: augment models prepare")
