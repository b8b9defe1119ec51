"""Replacement by, and insertion of, what a masked language model expects."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from augment.spec.part import Rate
from augment.spec.risks import LeafPart, Risk


class FillMask(LeafPart):
    """Replace words by others that a masked language model of yours expects there (English).

    Tag and inflection stay, and neither names nor numbers, negations or antonyms come. With
    `mode: insert` adjectives and adverbs come between the words, and all words stay.
    """

    # What fits a place need not mean the same: "a red car" for "an old car".
    breaks: ClassVar[frozenset[Risk]] = frozenset({"meaning"})
    needs_model: ClassVar[bool] = True

    kind: Literal["fill_mask"] = "fill_mask"
    model: str = Field(min_length=1)
    """Folder of a checkpoint (AutoModelForMaskedLM, safetensors), or hub:OWNER/NAME if it has been
    fetched before; nothing is fetched, and no code of a checkpoint is run."""
    mode: Literal["replace", "insert"] = "replace"
    rate: Rate = 0.15
    top_k: int = Field(default=10, ge=1, le=100)
    """Most words to draw from for each place; the likelier, the more often."""
    min_probability: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Least probability of a word in its place."""
    stopwords: bool = False
    """Whether words of grammar give way to others, too ("in" -> "on")."""

    @model_validator(mode="after")
    def _holds(self) -> "FillMask":
        if self.mode == "insert" and self.stopwords:
            raise ValueError("stopwords goes with mode: replace; insert leaves all words")
        return self

    @property
    def breaking(self) -> frozenset[Risk]:
        """Only more words move the tags behind them."""
        return self.breaks | {"spans"} if self.mode == "insert" else self.breaks
