"""Numbers, dates and times written in another way."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from augment.spec.risks import LeafPart, Risk

Format = Literal["numbers", "percentages", "amounts", "dates", "times"]


class Formats(LeafPart):
    """Write values in another way that says the same: "12" as "twelve", "17:30" as "5:30 pm".

    English. Only where the other way is certain: never 03/05/2024, and never a code, a version or a
    phone number. Each edit is proven: the values of the text are the same before and after.
    """

    # One word becomes several.
    breaks: ClassVar[frozenset[Risk]] = frozenset({"spans"})

    kind: Literal["formats"] = "formats"
    rate: Annotated[
        float, Field(ge=0, le=1, description="share of the values that can be written otherwise")
    ] = 0.5
    which: tuple[Format, ...] = Field(
        default=("numbers", "percentages", "amounts", "dates", "times"), min_length=1
    )
    """numbers: 12, twelve, 1,000, 3rd; percentages: 3%, 3 percent; amounts: $5, 5 dollars;
    dates: 2024-03-05, 5 March 2024, March 5, 2024; times: 5:30 pm, 17:30."""
