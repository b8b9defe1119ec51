"""Names of people and places exchanged for others of their kind."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from augment.spec.risks import LeafPart, Risk

NameKind = Literal["person", "place", "country", "city"]
Label = Annotated[str, Field(min_length=1)]


class Names(LeafPart):
    """Exchange names of people and places for others of their kind, the same name throughout.

    English. Names are known from a gazetteer, and from labelled spans where `spans` says so. Given
    names keep their gender, possessives stay, a/an is put right. Source: the invariance tests of
    Ribeiro et al. 2020, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList".
    """

    # Paris is not Lima, and "New York" is two words.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans", "meaning"})

    kind: Literal["names"] = "names"
    rate: Annotated[
        float, Field(ge=0, le=1, description="share of the different names of a text")
    ] = 1.0
    which: tuple[Literal["person", "country", "city"], ...] = Field(
        default=("person", "country", "city"), min_length=1
    )
    """Kinds of names that are exchanged where no label says what they are."""
    spans: Mapping[Label, NameKind] = Field(default_factory=dict)
    """Labels of spans whose words may be exchanged, and what they name (place: a country or a
    city). All other spans keep their words."""
