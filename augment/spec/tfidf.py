"""Replacement of words that tell little, by how often the data set has them."""

from typing import ClassVar, Literal

from pydantic import Field

from augment.spec.part import Rate
from augment.spec.risks import LeafPart, Risk


class Tfidf(LeafPart):
    """Replace words that tell little of a text by other such words of the data set (English).

    Words are weighed by TF-IDF in the data set, which is read first, and by what they tell of its
    labels: the more a word tells, the less likely it goes, and the less likely it comes (after Xie
    et al. 2020, "Unsupervised Data Augmentation", TF-IDF based word replacement, to whom labels
    are unknown).
    """

    # What comes has the tag of what goes, but need not go with its neighbours, nor mean the same.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"grammar", "meaning"})

    kind: Literal["tfidf"] = "tfidf"
    rate: Rate = 0.2
    min_texts: int = Field(default=2, ge=1, le=1_000_000)
    """In so many texts a word must stand to come into others."""
