"""What the recipe says of copies and views, as sources that draw them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

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
from regularize.tagged import (
    TaggedCopy,
    TaggedSource,
    check_tags,
    read_tagged_copies,
    tagged_record,
)
from regularize.texts import Copies, Pairs

C = TypeVar("C")


def copies_of(
    wanted: Augmentation,
    originals: Sequence[Original],
    tokenizer: Any,
    resources: Resources,
    *,
    tagged: bool = False,
    key: str | None = None,
) -> Copies:
    """The copies of the training texts; `key` is for a service that asks for one.

    Raises:
        RecipeError: the source cannot be used with this model, or not with tags.
        DataError: a file has no copy of any training text.
    """
    source: CopySource[str | TaggedCopy]
    count = wanted.copies
    if wanted.url is not None:
        if tagged:
            raise RecipeError(
                f"augmentation.url: {wanted.url}: copies of a service come without tags; leave out "
                "url, and the same pipeline draws them in this process"
            )
        spec = with_mask_token(_spec_for(wanted.url, wanted), tokenizer.mask_token)
        source = RemoteSource(wanted.url, spec, count, fresh=wanted.fresh, key=key)
    elif wanted.file is not None:
        read: Mapping[str, tuple[str | TaggedCopy, ...]] = (
            read_tagged_copies(wanted.file) if tagged else read_copies(wanted.file)
        )
        held = _of_these(read, wanted.file, originals)
        count = min(count, max(map(len, held.values())))
        source = FixedSource({text: copies[:count] for text, copies in held.items()})
    else:
        source = _drawn(wanted, originals, tokenizer, resources, tagged=tagged)
    return Copies(source, count, instead=wanted.place == "instead", p=wanted.p)


def _drawn(
    wanted: Augmentation,
    originals: Sequence[Original],
    tokenizer: Any,
    resources: Resources,
    *,
    tagged: bool,
) -> CopySource[str | TaggedCopy]:
    """Copies that a pipeline draws in this process."""
    spec = wanted.pipeline if wanted.pipeline is not None else preset(wanted.preset or "")
    if not tagged:
        pipeline = _pipeline(spec, map(_record, originals), tokenizer, resources)
        return PipelineSource(pipeline, wanted.copies, fresh=wanted.fresh)
    check_tags(spec)
    pipeline = _pipeline(spec, map(tagged_record, originals), tokenizer, resources)
    return TaggedSource(pipeline, originals, wanted.copies, fresh=wanted.fresh)


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
    source: CopySource[str]
    if wanted.views is not None:
        source = FixedSource(_of_these(read_copies(wanted.views), wanted.views, pool))
    else:
        spec = wanted.pipeline if wanted.pipeline is not None else preset(wanted.preset or "")
        pipeline = _pipeline(spec, map(_record, pool), tokenizer, resources)
        source = PipelineSource(pipeline, 1, fresh=wanted.fresh)
    return Pairs(tuple(pool), source, wanted.ratio)


def _spec_for(url: str, wanted: Augmentation) -> PipelineSpec:
    if wanted.pipeline is not None:
        return wanted.pipeline
    if wanted.preset is None:
        raise RecipeError(f"augmentation.url: {url}: say what it draws, with preset or pipeline")
    return preset(wanted.preset)


def _pipeline(
    spec: PipelineSpec, records: Iterable[Record], tokenizer: Any, resources: Resources
) -> Pipeline:
    """The pipeline with the model's mask; checks that must know the data have read the texts."""
    pipeline = build_pipeline(with_mask_token(spec, tokenizer.mask_token), resources)
    return pipeline.fitted(records) if pipeline.unfitted else pipeline


def _record(original: Original) -> Record:
    return Record(original.text, original.id, original.label)


def _of_these(
    held: Mapping[str, tuple[C, ...]], path: Path, originals: Sequence[Original]
) -> dict[str, tuple[C, ...]]:
    """The copies of a file that are of these texts."""
    known = {one.id for one in originals}
    found = {source: copies for source, copies in held.items() if source in known}
    if not found:
        given, wanted = next(iter(held), "none"), originals[0].id
        raise DataError(
            f"{path} has no copy of any of the texts: its source_id is such as {given!r}, theirs "
            f"such as {wanted!r}; expand the same file, with the same id column"
        )
    return found
