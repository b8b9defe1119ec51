"""Steps that replace single words."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from augment.spec.part import Rate
from augment.spec.risks import LeafPart, Risk


class Masking(LeafPart):
    """Replace whole words by a mask token; never a protected word, and one word at least stays."""

    # A mask hides what a word meant.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans", "grammar", "meaning"})

    kind: Literal["masking"] = "masking"
    rate: Rate = 0.15
    span_range: tuple[int, int] = (1, 1)
    """Words in a row that one mask token hides: least and most."""
    mask_token: str | None = Field(default=None, min_length=1)
    """Text of the mask; without it and without `tokenizer`: [MASK]."""
    tokenizer: Path | None = None
    """Folder of a tokenizer on disk whose own mask token is used."""

    @model_validator(mode="after")
    def _holds(self) -> "Masking":
        low, high = self.span_range
        if not 1 <= low <= high <= 100:
            raise ValueError(
                f"span_range must be [least, most], 1 <= least <= most <= 100, not {[low, high]}"
            )
        if self.mask_token is not None and self.tokenizer is not None:
            raise ValueError("give mask_token or tokenizer, not both")
        return self

    @property
    def breaking(self) -> frozenset[Risk]:
        """Only a mask for several words changes how many there are."""
        return self.breaks if self.span_range[1] > 1 else self.breaks - {"spans"}


class Synonyms(LeafPart):
    """Replace words by synonyms (WordNet and a reviewed list) in the same inflected form."""

    # They keep form and polarity, and what little of the meaning they shift no task here minds.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans"})

    kind: Literal["synonyms"] = "synonyms"
    rate: Rate = 0.2
    phrases: bool = False
    """Whether one word may become several ("buy" -> "pick up")."""
    rank: Literal["sense", "context"] = "sense"
    """`sense`: all candidates are equally likely. `context`: those that fit the sentence come first
    and are likelier, by the sentence embeddings of the extra `checks`."""

    @property
    def breaking(self) -> frozenset[Risk]:
        """Only phrases change how many words there are."""
        return self.breaks if self.phrases else frozenset()
