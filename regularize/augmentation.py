"""What the recipe says of copies and views, as sources that draw them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from augment.build import build_pipeline
from augment.errors import DataError
from augment.pipeline import Pipeline
from augment.presets import preset
from augment.record import Record
from augment.resources import Resources
from augment.spec import PipelineSpec
from regularize.errors import RecipeError
from regularize.expanded import read_copies
from regularize.recipe import Augmentation, Consistency
from regularize.remote import RemoteSource
from regularize.sources import CopySource, FixedSource, Original, PipelineSource, with_mask_token
from regularize.texts import Copies, Pairs


def copies_of(
    wanted: Augmentation, originals: Sequence[Original], tokenizer: Any, resources: Resources
) -> Copies:
    """The copies of the training texts.

    Raises:
        RecipeError: the source cannot be used with this model.
        DataError: a file has no copy of any training text.
    """
    source: CopySource
    count = wanted.copies
    if wanted.url is not None:
        spec = with_mask_token(_spec_for(wanted.url, wanted), tokenizer.mask_token)
        source = RemoteSource(wanted.url, spec, count, fresh=wanted.fresh)
    elif wanted.file is not None:
        held = _copies_in(wanted.file, originals)
        count = min(count, max(map(len, held.values())))
        source = FixedSource({text: copies[:count] for text, copies in held.items()})
    else:
        spec = wanted.pipeline if wanted.pipeline is not None else preset(wanted.preset or "")
        pipeline = _pipeline(spec, originals, tokenizer, resources)
        source = PipelineSource(pipeline, count, fresh=wanted.fresh)
    return Copies(source, count, instead=wanted.place == "instead", p=wanted.p)


def pairs_of(
    wanted: Consistency, pool: Sequence[Original], tokenizer: Any, resources: Resources
) -> Pairs:
    """The texts whose views are compared, and where the views come from.

    Raises:
        DataError: there are none, or the file of views cannot be used.
    """
    if not pool:
        raise DataError(
            "consistency: there is no text to compare; give unlabelled texts, or labelled: true"
        )
    source: CopySource
    if wanted.views is not None:
        source = FixedSource(_copies_in(wanted.views, pool))
    else:
        spec = wanted.pipeline if wanted.pipeline is not None else preset(wanted.preset or "")
        pipeline = _pipeline(spec, pool, tokenizer, resources)
        source = PipelineSource(pipeline, 1, fresh=wanted.fresh)
    return Pairs(tuple(pool), source, wanted.ratio)


def _spec_for(url: str, wanted: Augmentation) -> PipelineSpec:
    if wanted.pipeline is not None:
        return wanted.pipeline
    if wanted.preset is None:
        raise RecipeError(f"augmentation.url: {url}: say what it draws, with preset or pipeline")
    return preset(wanted.preset)


def _pipeline(
    spec: PipelineSpec, originals: Sequence[Original], tokenizer: Any, resources: Resources
) -> Pipeline:
    """The pipeline with the model's mask; checks that must know the data have read the texts."""
    pipeline = build_pipeline(with_mask_token(spec, tokenizer.mask_token), resources)
    if not pipeline.unfitted:
        return pipeline
    return pipeline.fitted(Record(one.text, one.id, one.label) for one in originals)


def _copies_in(path: Path, originals: Sequence[Original]) -> dict[str, tuple[str, ...]]:
    held = read_copies(path)
    known = {one.id for one in originals}
    found = {source: copies for source, copies in held.items() if source in known}
    if not found:
        given, wanted = next(iter(held), "none"), originals[0].id
        raise DataError(
            f"{path} has no copy of any of the texts: its source_id is such as {given!r}, theirs "
            f"such as {wanted!r}; expand the same file, with the same id column"
        )
    return found
