"""The closed union of steps: leaves, and what combines them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, model_validator

from augment.spec.eda import Deletion, Insertion, Punctuation, Swap
from augment.spec.embeddings import Embeddings
from augment.spec.fill_mask import FillMask
from augment.spec.formats import Formats
from augment.spec.names import Names
from augment.spec.noise import Misspellings, Ocr, Typos, UnicodeNoise
from augment.spec.part import Part, Probability
from augment.spec.surface import Casing, Contractions
from augment.spec.tfidf import Tfidf
from augment.spec.translation import BackTranslation
from augment.spec.words import Masking, Synonyms

if TYPE_CHECKING:
    from augment.spec.pipeline import PipelineSpec


class Chain(Part):
    """All steps, one after the other."""

    kind: Literal["chain"] = "chain"
    steps: tuple["Step", ...] = Field(min_length=1)


class Maybe(Part):
    """The step with probability `p`, decided for each copy."""

    kind: Literal["maybe"] = "maybe"
    p: Probability
    step: "Step"


class OneOf(Part):
    """One of the steps, decided for each copy."""

    kind: Literal["one_of"] = "one_of"
    steps: tuple["Step", ...] = Field(min_length=1)
    weights: tuple[Annotated[float, Field(ge=0)], ...] | None = None
    """How likely each step is, in proportion; equal without it."""

    @model_validator(mode="after")
    def _holds(self) -> "OneOf":
        if self.weights is not None:
            if len(self.weights) != len(self.steps):
                raise ValueError(f"{len(self.weights)} weights for {len(self.steps)} steps")
            if sum(self.weights) <= 0:
                raise ValueError("at least one weight must be above 0")
        return self


class SomeOf(Part):
    """`k` of the steps, least and most, in their order; decided for each copy."""

    kind: Literal["some_of"] = "some_of"
    steps: tuple["Step", ...] = Field(min_length=1)
    k: tuple[int, int]

    @model_validator(mode="after")
    def _holds(self) -> "SomeOf":
        low, high = self.k
        if not 0 <= low <= high <= len(self.steps):
            raise ValueError(
                f"k must be [least, most], 0 <= least <= most <= {len(self.steps)}, "
                f"not {[low, high]}"
            )
        return self


Leaf = (
    Masking
    | Synonyms
    | BackTranslation
    | Deletion
    | Swap
    | Insertion
    | Punctuation
    | Contractions
    | Casing
    | Typos
    | Misspellings
    | Ocr
    | UnicodeNoise
    | Formats
    | Names
    | Embeddings
    | FillMask
    | Tfidf
)
Step = Annotated[Leaf | Chain | Maybe | OneOf | SomeOf, Field(discriminator="kind")]


def kinds() -> dict[str, type[BaseModel]]:
    """Every kind of step by its name, leaves first."""
    classes: tuple[type[BaseModel], ...] = (*get_args(Leaf), Chain, Maybe, OneOf, SomeOf)
    return {cls.model_fields["kind"].default: cls for cls in classes}


def leaves(spec: "PipelineSpec") -> Iterator[Leaf]:
    """All leaf steps of a spec, in order."""
    todo: list[Any] = list(spec.steps)
    while todo:
        step = todo.pop(0)
        if isinstance(step, Leaf):
            yield step
        elif isinstance(step, Maybe):
            todo.insert(0, step.step)
        else:
            todo[:0] = step.steps
