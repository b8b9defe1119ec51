"""Small random edits: deletion, swap, insertion and punctuation.

The first three with synonym replacement are EDA (Wei and Zou 2019, "EDA: Easy Data Augmentation
Techniques for Boosting Performance on Text Classification Tasks"); punctuation is AEDA (Karimi,
Rossi and Prati 2021, "AEDA: An Easier Data Augmentation Technique for Text Classification").
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from augment.spec.part import Rate
from augment.spec.risks import LeafPart, Risk

Mark = Annotated[str, Field(pattern=r"^[^\w\s]$")]


class Deletion(LeafPart):
    """Delete words, each with one space beside it; one word at least stays."""

    # "not cheap but good" may become "not good".
    breaks: ClassVar[frozenset[Risk]] = frozenset({"negation", "spans", "grammar", "meaning"})

    kind: Literal["deletion"] = "deletion"
    rate: Rate = 0.1


class Swap(LeafPart):
    """Let two words of a sentence change places; punctuation and capitals stay where they are."""

    # "not cheap but good" may become "not good but cheap".
    breaks: ClassVar[frozenset[Risk]] = frozenset({"order", "negation", "grammar"})

    kind: Literal["swap"] = "swap"
    rate: Rate = 0.1
    distance: int = Field(default=1, ge=1, le=100)
    """Most words from one to the other; 1: neighbours. None between them is a protected one."""


class Insertion(LeafPart):
    """Insert synonyms of words of the text at random places, not behind a negation."""

    # The words put in mean what is there already, so meaning stays.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans", "grammar"})

    kind: Literal["insertion"] = "insertion"
    rate: Annotated[float, Field(ge=0, le=1, description="words put in, as share of the words")] = (
        0.1
    )


class Punctuation(LeafPart):
    """Insert marks between words; their number is drawn from 1 to `rate` of the words."""

    # Marks count as words where each word has a label.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans", "grammar"})

    kind: Literal["punctuation"] = "punctuation"
    rate: Annotated[float, Field(ge=0, le=1, description="most marks, as share of the words")] = (
        0.33
    )
    marks: tuple[Mark, ...] = Field(default=(".", ";", "?", ":", "!", ","), min_length=1)
    """Marks to draw from."""
