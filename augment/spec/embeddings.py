"""Replacement by neighbours in word vectors."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from augment.spec.part import Rate
from augment.spec.risks import LeafPart, Risk


class Embeddings(LeafPart):
    """Replace words by their neighbours in word vectors of yours, opposites left out (English).

    Neighbours keep tag and inflection, and neither names nor numbers, negations or antonyms come.
    """

    # Near is what stands in like places, such as "coffee" and "tea": no lexicon here tells those.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"meaning"})
    needs_model: ClassVar[bool] = True

    kind: Literal["embeddings"] = "embeddings"
    vectors: Path
    """File of word vectors: word2vec (text, or binary as .bin), GloVe, fastText .vec, also .gz;
    .npz (arrays `words`, `vectors`); .safetensors (`vectors`, metadata `words`, one a line)."""
    rate: Rate = 0.2
    top_k: int = Field(default=5, ge=1, le=50)
    """Most neighbours of a word to draw from; the nearer, the likelier."""
    floor: Annotated[float, Field(ge=-1, le=1)] = 0.6
    """Least cosine of a neighbour."""
    limit: int = Field(default=200_000, ge=1, le=10_000_000)
    """Words that are read from the top of the file, where the frequent ones stand; names, phrases
    and whatever else has more than small letters do not count."""
