"""What a finished copy must pass before it counts: the closed union of checks.

A check keeps a copy or drops it with a reason and a score; a dropped copy is drawn anew like one
that a step refused. `duplicates`, `leak` and `labels` look at the whole data set first.
"""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from augment.spec.part import Language, Part

Share = Annotated[float, Field(gt=0, le=1)]


class CheckPart(Part):
    """A kind of check; `fitted` ones must read all originals before they can judge a copy."""

    fitted: ClassVar[bool] = False


class Meaning(CheckPart):
    """The cosine of the sentence embeddings of original and copy must reach `floor` (English)."""

    kind: Literal["meaning"] = "meaning"
    floor: float = Field(default=0.75, ge=-1, le=1)
    """See `augment.checks.meaning` for what it lets through and what it drops."""
    model: Path | None = None
    """Folder of a BERT-like encoder whose embeddings are the mean over its pieces; without it
    all-MiniLM-L6-v2, from the extra `checks`."""


class PolarityGuard(CheckPart):
    """No negation added or lost, no word turned into its opposite (English)."""

    kind: Literal["polarity"] = "polarity"


class Values(CheckPart):
    """The copy has the numbers, amounts, dates, times and names of its original (English)."""

    kind: Literal["values"] = "values"


class Scope(CheckPart):
    """The copy says as much, as surely, on the same conditions and in the same order (English)."""

    kind: Literal["scope"] = "scope"


class Roles(CheckPart):
    """No two words changed places: "from A to B", "A paid B" (English)."""

    kind: Literal["roles"] = "roles"


class Invented(CheckPart):
    """No word that is neither in the original nor in any lexicon (English)."""

    kind: Literal["invented"] = "invented"


class LanguageCheck(CheckPart):
    """The copy is still in its language; texts too short to tell are kept."""

    kind: Literal["language"] = "language"
    expected: Language | None = None
    """Code such as `en`; without it the language of the original."""
    floor: float = Field(default=0.5, gt=0, le=1)
    """Probability that the detector must give another language before the copy is dropped."""
    least_letters: int = Field(default=20, ge=1, le=10_000)
    """Texts with fewer letters are not judged: the detector guesses on them."""


class Length(CheckPart):
    """The copy is about as long as its original, in characters."""

    kind: Literal["length"] = "length"
    ratio_range: tuple[float, float] = (0.5, 2.0)
    slack: int = Field(default=10, ge=0, le=100_000)
    """A difference of so many characters is always fine: "Hi" may become "Hello there"."""

    @model_validator(mode="after")
    def _holds(self) -> "Length":
        low, high = self.ratio_range
        if not 0 < low <= 1 <= high:
            raise ValueError(
                f"ratio_range must be [least, most], 0 < least <= 1 <= most, not {[low, high]}"
            )
        return self


class Repetition(CheckPart):
    """The copy does not say again and again what its original says once."""

    kind: Literal["repetition"] = "repetition"
    most: float = Field(default=0.2, ge=0, le=1)
    """Share of its words by which the copy may repeat itself more than its original does."""


class Duplicates(CheckPart):
    """No copy nearly equals another text: any original, or any copy written before it."""

    fitted: ClassVar[bool] = True

    kind: Literal["duplicates"] = "duplicates"
    near: Share = 0.9
    """Likeness from which on two texts count as the same: the Jaccard index of their character
    5-grams, capitals and punctuation aside; 1 is equal."""
    own: bool = True
    """Whether its own original and the other copies of it count as well."""


class Leak(CheckPart):
    """No copy nearly equals a row that is kept for development or test."""

    fitted: ClassVar[bool] = True

    kind: Literal["leak"] = "leak"
    near: Share = 0.8
    """As in `duplicates`."""
    files: tuple[Path, ...] = ()
    """Data sets that no copy may give away, with the columns of the input; beside them those rows
    of the input count that its split column puts into another part."""


class Labels(CheckPart):
    """A classifier that has not seen the original still gives the copy its label."""

    fitted: ClassVar[bool] = True

    kind: Literal["labels"] = "labels"
    margin: float = Field(default=0.0, ge=0, le=100)
    """By how much, in nats a word, another label must lead before the copy is dropped."""
    strict: bool = False
    """Drop a copy that is told to another label even if its original is told to that one, too."""
    least: int = Field(default=5, ge=1, le=1_000_000)
    """Labels with fewer other rows than this are not judged."""


class LabelModel(CheckPart):
    """A classifier of your own gives the copy its label."""

    kind: Literal["label_model"] = "label_model"
    model: Path
    """Folder of a sequence classifier for transformers whose `id2label` names the labels."""
    floor: float = Field(default=0.5, ge=0, le=1)
    """Probability that it must give the label."""


class Fluency(CheckPart):
    """A language model of your own finds the copy about as likely as its original."""

    kind: Literal["fluency"] = "fluency"
    model: Path
    """Folder of a causal or masked language model for transformers."""
    drop: float = Field(default=1.0, ge=0, le=100)
    """Nats a piece by which the mean log-probability may fall below that of the original."""


Check = Annotated[
    Meaning
    | PolarityGuard
    | Values
    | Scope
    | Roles
    | Invented
    | LanguageCheck
    | Length
    | Repetition
    | Duplicates
    | Leak
    | Labels
    | LabelModel
    | Fluency,
    Field(discriminator="kind"),
]


def check_kinds() -> dict[str, type[CheckPart]]:
    """Every kind of check by its name."""
    classes: tuple[type[CheckPart], ...] = get_args(get_args(Check)[0])
    return {cls.model_fields["kind"].default: cls for cls in classes}
