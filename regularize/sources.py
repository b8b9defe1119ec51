"""Where copies of texts come from: a pipeline in the process, or a file written beforehand.

Whatever the source, copies depend on the seed, the text's id and the epoch alone, so that they are
the same in every process, in any order, and after a resume.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from augment.pipeline import Pipeline
from augment.randomness import stream
from augment.record import Record
from augment.spec import Chain, Masking, Maybe, OneOf, PipelineSpec, SomeOf, Step
from regularize.errors import RecipeError


@dataclass(frozen=True, slots=True)
class Original:
    """A text of which copies are wanted; the id keys all draws.

    `tokens` and their `tags` are those of tagged data, and empty elsewhere.
    """

    id: str
    text: str
    label: str | None = None
    tokens: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


CopyT = TypeVar("CopyT")
CopyT_co = TypeVar("CopyT_co", covariant=True)


class CopySource(Protocol[CopyT_co]):
    """Gives copies of texts, in the run or from elsewhere: texts, or words with their tags."""

    def copies(
        self, originals: Sequence[Original], epoch: int
    ) -> Mapping[str, tuple[CopyT_co, ...]]:
        """Copies by the id of their original; fewer than asked, or none, where none could be made.

        Raises:
            AugmentError: the source cannot be used any more.
        """
        ...

    def close(self) -> None:
        """Let go of what the source holds."""
        ...


class PipelineSource:
    """A pipeline of `augment` in this process; `fresh` draws anew each epoch.

    Without `fresh` the copies are those that `augment expand` makes of the same ids.
    """

    def __init__(self, pipeline: Pipeline, copies: int, *, fresh: bool) -> None:
        self._pipeline = pipeline
        self._copies = copies
        self._fresh = fresh

    def copies(self, originals: Sequence[Original], epoch: int) -> Mapping[str, tuple[str, ...]]:
        """Draw them."""
        seed = self._pipeline.spec.seed
        records = (Record(one.text, one.id, one.label) for one in originals)
        outcomes = self._pipeline.augment(
            records, copies=self._copies, seed=epoch_seed(seed, epoch) if self._fresh else seed
        )
        return {
            outcome.record.id: tuple(copy.record.text for copy in outcome.copies)
            for outcome in outcomes
        }

    def close(self) -> None:
        """Let go of what the pipeline's checks remember."""
        self._pipeline.close()


class FixedSource(Generic[CopyT]):
    """Copies that are there already, by the id of their original."""

    def __init__(self, copies: Mapping[str, tuple[CopyT, ...]]) -> None:
        self._copies = copies

    def copies(self, originals: Sequence[Original], epoch: int) -> Mapping[str, tuple[CopyT, ...]]:
        """The same in every epoch."""
        del epoch
        return {one.id: self._copies.get(one.id, ()) for one in originals}

    def close(self) -> None:
        """Nothing is held open."""


def epoch_seed(seed: int, epoch: int) -> int:
    """The pipeline's seed in an epoch (from 0)."""
    return stream(seed, "epoch", epoch).bits() >> 1


def with_mask_token(spec: PipelineSpec, token: str | None) -> PipelineSpec:
    """The spec whose masks are the model's own, where they name no other.

    Raises:
        RecipeError: the spec masks words, and the model's tokenizer has no mask token.
    """
    steps = tuple(_with_mask(step, token) for step in spec.steps)
    return spec.model_copy(update={"steps": steps})


def _with_mask(step: Step, token: str | None) -> Step:
    match step:
        case Chain() | OneOf() | SomeOf():
            inner = tuple(_with_mask(one, token) for one in step.steps)
            return step.model_copy(update={"steps": inner})
        case Maybe():
            return step.model_copy(update={"step": _with_mask(step.step, token)})
        case Masking(mask_token=None, tokenizer=None):
            if token is None:
                raise RecipeError(
                    "the pipeline masks words, but the model's tokenizer has no mask token; "
                    "leave out the step masking, or give it a mask_token"
                )
            return step.model_copy(update={"mask_token": token})
        case _:
            return step
