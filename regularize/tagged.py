"""Copies of texts whose words have tags: `augment` carries the entities, and tags come anew.

Tags are IOB2 here, whatever scheme the file has (see `reading`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment.datasets.tasks.suits import check_suits
from augment.datasets.tasks.tagging import TaggingTask
from augment.errors import DataError, SpecError
from augment.pipeline import Pipeline
from augment.record import Record, Refusal
from augment.spec import PipelineSpec
from regularize.errors import RecipeError
from regularize.reading import read_examples
from regularize.sources import Original, epoch_seed

_TASK: Final = TaggingTask("tokens", "tags", scheme="bio")


@dataclass(frozen=True, slots=True)
class TaggedCopy:
    """A copy as its words, with a tag for each."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


class TaggedSource:
    """A pipeline in this process, as `PipelineSource`, for texts that have tags.

    A copy in which an entity has no word left is dropped, as `augment expand` drops it.
    """

    def __init__(
        self, pipeline: Pipeline, originals: Sequence[Original], copies: int, *, fresh: bool
    ) -> None:
        """`originals` tell how the data cut words such as "don't"."""
        self._pipeline = pipeline
        self._task = _TASK.settled(map(_values, originals))
        self._copies = copies
        self._fresh = fresh

    def copies(
        self, originals: Sequence[Original], epoch: int
    ) -> Mapping[str, tuple[TaggedCopy, ...]]:
        """Draw them."""
        seed = self._pipeline.spec.seed
        outcomes = self._pipeline.augment(
            [tagged_record(one) for one in originals],
            copies=self._copies,
            seed=epoch_seed(seed, epoch) if self._fresh else seed,
        )
        values = {one.id: _values(one) for one in originals}
        found: dict[str, tuple[TaggedCopy, ...]] = {}
        for outcome in outcomes:
            own = values[outcome.record.id]
            changed = (self._task.changed(own, (copy,)) for copy in outcome.copies)
            found[outcome.record.id] = tuple(
                TaggedCopy(tuple(one["tokens"]), tuple(one["tags"]))
                for one in changed
                if not isinstance(one, Refusal)
            )
        return found

    def close(self) -> None:
        """Let go of what the pipeline's checks remember."""
        self._pipeline.close()


def tagged_record(original: Original) -> Record:
    """The text with its entities as spans."""
    (record,) = _TASK.records(_values(original), original.id, None)
    return record


def check_tags(spec: PipelineSpec) -> None:
    """Refuse a pipeline that would harm tags.

    Raises:
        RecipeError: names its kinds, and what they may break.
    """
    try:
        check_suits(spec, _TASK)
    except SpecError as error:
        raise RecipeError(f"augmentation: {error}") from error


def read_tagged_copies(path: Path) -> dict[str, tuple[TaggedCopy, ...]]:
    """The copies in a file that `augment expand` wrote of tagged texts, by their original's id.

    Raises:
        DataError: the file cannot be read, has other rows, or one that cannot be used.
    """
    examples = read_examples(str(path))
    if examples.task != "tags":
        raise DataError(f"{path}: its rows have no tags; expand the tagged texts")
    if examples.faults:
        first = examples.faults[0]
        raise DataError(f"{path}:{first.line}: {first.detail} [{first.reason}]")
    found: dict[str, list[TaggedCopy]] = {}
    for one in examples.rows:
        if one.source_id is not None:
            found.setdefault(one.source_id, []).append(TaggedCopy(one.tokens, tuple(one.label)))
    return {source: tuple(copies) for source, copies in found.items()}


def _values(original: Original) -> dict[str, Any]:
    return {"tokens": list(original.tokens), "tags": list(original.tags)}
