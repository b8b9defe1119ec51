"""Other ways to write the same words: contractions and casing."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from augment.spec.part import Rate
from augment.spec.risks import LeafPart, Risk

Style = Literal["lower", "upper", "title", "initial"]


class Contractions(LeafPart):
    """Contract "do not" to "don't" or expand it (English), where only one reading is possible."""

    # Two words become one.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans"})

    kind: Literal["contractions"] = "contractions"
    rate: Annotated[
        float, Field(ge=0, le=1, description="share of the places where the other form fits")
    ] = 0.5
    direction: Literal["contract", "expand", "both"] = "both"


class Casing(LeafPart):
    """Change capitals: each copy draws one of the styles that change its text."""

    breaks: ClassVar[frozenset[Risk]] = frozenset({"casing"})

    kind: Literal["casing"] = "casing"
    rate: Rate = 1.0
    styles: tuple[Style, ...] = Field(default=("lower", "upper", "title", "initial"), min_length=1)
    """lower, UPPER, Title Case, or initial: sentences begin with a small letter."""
