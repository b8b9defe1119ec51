"""The whole spec of a pipeline."""

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from augment.spec.checks import Check
from augment.spec.part import Part
from augment.spec.risks import Risk, Task, conflicts, in_order, told
from augment.spec.steps import Step, leaves


class Protect(Part):
    """What no step may touch, beside what is protected always (numbers, addresses, code, ...)."""

    phrases: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    patterns: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Regular expressions."""

    @model_validator(mode="after")
    def _holds(self) -> "Protect":
        for pattern in self.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(
                    f"pattern {pattern!r} is not a regular expression: {error}"
                ) from error
        return self


class PipelineSpec(Part):
    """A whole pipeline: what is done to each record, how often, and from which seed."""

    version: Literal[1] = 1
    seed: int = Field(default=0, ge=0, lt=2**63)
    copies: int = Field(default=1, ge=1, le=1000)
    """Copies wanted of each record, all different."""
    attempts: int = Field(default=5, ge=1, le=100)
    """Draws for one copy before it is given up, when a draw is refused or not new."""
    candidates: int | None = Field(default=None, ge=1, le=4000)
    """Distinct draws to make of each record; those that differ most from one another and from the
    record become its copies. Without it: as many as copies."""
    task: Task | None = None
    """What the labels are for. Kinds that may break what the task cannot stand are refused."""
    allow: tuple[Risk, ...] = ()
    """What kinds may break in spite of the task."""
    protect: Protect = Protect()
    steps: tuple[Step, ...] = Field(min_length=1)
    checks: tuple[Check, ...] = ()
    """What each copy must pass, in this order; a copy that is dropped is drawn anew."""

    @model_validator(mode="after")
    def _holds(self) -> "PipelineSpec":
        if self.candidates is not None and self.candidates < self.copies:
            raise ValueError(
                f"candidates ({self.candidates}) must not be fewer than copies ({self.copies})"
            )
        if self.task is not None:
            self._suit(self.task)
        elif self.allow:
            raise ValueError("allow says what a task may suffer: give the task as well")
        return self

    def _suit(self, task: Task) -> None:
        breaking = [(leaf.kind, leaf.breaking) for leaf in leaves(self)]
        if found := conflicts(breaking, task, self.allow):
            lines = [f"{kind} may break {told(risks)}" for kind, risks in found]
            needed = in_order({risk for _, risks in found for risk in risks})
            raise ValueError(
                f"the task {task} cannot stand all steps: {'; '.join(lines)}. "
                f"Leave them out, or write allow: [{', '.join(needed)}]"
            )
