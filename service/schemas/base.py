"""What all requests and answers share."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from augment.spec import PipelineSpec, parse_spec


class Schema(BaseModel):
    """A mapping in a request or an answer; a field that there is not is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _spec(value: object) -> PipelineSpec:
    # The library's own errors name every wrong place and what may have been meant.
    return value if isinstance(value, PipelineSpec) else parse_spec(value)


Spec = Annotated[PipelineSpec, BeforeValidator(_spec)]
