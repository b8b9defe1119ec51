"""Back-translation: where a text goes through, and how translations are searched."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Discriminator, Field, Tag, model_validator

from augment.spec.part import Language, Part
from augment.spec.risks import LeafPart, Risk


class Leg(NamedTuple):
    """One model of a way: its languages, and its name if one is given."""

    source: str
    target: str
    model: str | None


class Route(Part):
    """Languages to go through one after the other, and the models that lead from each to the next.

    Without `models`, each is the embedded one or the only one added for its two languages.
    """

    via: tuple[Language, ...] = Field(min_length=1, max_length=4)
    models: tuple[Annotated[str, Field(min_length=1)], ...] | None = None
    """A name each: a folder, `hub:OWNER/NAME`, or one added by `augment models add`."""

    @model_validator(mode="after")
    def _holds(self) -> "Route":
        if self.models is not None and len(self.models) != len(self.via) + 1:
            way = "-".join(["source", *self.via, "source"])
            raise ValueError(
                f"the way {way} takes {len(self.via) + 1} models, not {len(self.models)}"
            )
        if any(one == other for one, other in pairwise(self.via)):
            raise ValueError(f"via names a language twice in a row: {', '.join(self.via)}")
        return self

    def legs(self, source: str) -> Iterator[Leg]:
        """The models from the language of the texts and back to it, in order."""
        names = self.models or (None,) * (len(self.via) + 1)
        for (start, end), name in zip(pairwise((source, *self.via, source)), names, strict=True):
            yield Leg(start, end, name)


def _shape(pivot: Any) -> str:
    return "language" if isinstance(pivot, str) else "route"


Pivot = Annotated[
    Annotated[Language, Tag("language")] | Annotated[Route, Tag("route")], Discriminator(_shape)
]


class Sampling(Part):
    """Draw each piece of the last translation instead of searching for the best ones."""

    temperature: float = Field(default=1.0, gt=0, le=5)
    """Above 1 more various, below 1 nearer to the best."""
    top_k: int = Field(default=0, ge=0, le=1000)
    """Draw among so many of the most probable pieces; 0: among all."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Draw among the fewest pieces that have this probability together."""
    reproducible: bool = True
    """Draws that depend on seed, record and copy alone, made with transformers. `false`:
    CTranslate2's own draws, several times as fast, other ones in every run."""


class BackTranslation(LeafPart):
    """Translate into another language and back with MarianMT models."""

    # Words may come back in another order, but with the grammar that goes with it, so who did what
    # stays; numbers, dates and negations are counted before and after.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans"})
    needs_model: ClassVar[bool] = True

    kind: Literal["back_translation"] = "back_translation"
    source: Language = "en"
    """Language of the texts."""
    pivots: tuple[Pivot, ...] = Field(default=("pt",), min_length=1)
    """Languages to go through: each copy draws one of them. A route of several languages, or one
    with models of its own, is a mapping."""
    beam: int = Field(default=1, ge=1, le=16)
    """Width of the search on the last leg; 1 is greedy."""
    hypotheses: int = Field(default=1, ge=1, le=16)
    """Best translations on the last leg; each copy draws one of those that pass and differ from
    the text, the best most often and no two copies the same. At most `beam`."""
    length_penalty: float = Field(default=1.0, ge=0, le=5)
    """Exponent of the length by which the score of a translation is divided; more: longer ones."""
    sampling: Sampling | None = None
    shortlist: Literal["none", "static", "lexical"] = "none"
    """Pieces that the output layer considers: all, the most frequent ones, or those that a lexical
    table names for the words of a batch (fastest; a translation may then depend on its batch)."""
    shortlist_size: int = Field(default=20_000, ge=1000, le=1_000_000)
    """Pieces in the static shortlist: fewer are faster, and change more translations."""
    names: Literal["keep", "free"] = "keep"
    """Whether proper names must come back as they were (English texts)."""

    @model_validator(mode="after")
    def _holds(self) -> "BackTranslation":
        for route in self.routes:
            for leg in route.legs(self.source):
                if leg.source == leg.target:
                    raise ValueError(f"pivots must differ from source, {leg.source!r}")
        if self.hypotheses > self.beam:
            raise ValueError(f"hypotheses ({self.hypotheses}) must not exceed beam ({self.beam})")
        if self.sampling is not None and self.beam > 1:
            raise ValueError("sampling draws one translation: leave beam and hypotheses at 1")
        return self

    @property
    def routes(self) -> tuple[Route, ...]:
        """All pivots, written out."""
        return tuple(p if isinstance(p, Route) else Route(via=(p,)) for p in self.pivots)
