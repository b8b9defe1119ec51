"""What a kind may break, the tasks that it suits, and what it does to a text."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from augment.commands.learning import ready
from augment.preview import marked_copy

if TYPE_CHECKING:
    from augment.resources import Resources
    from augment.spec import PipelineSpec

# Has something for each kind: names, a negation, a number, a date, a sum, and plain words.
SENTENCE: Final = (
    "Anna told me on 3 March 2026 that my new card is on its way from London, but it hasn't "
    "arrived, and I definitely paid $20 for two cards."
)

_SYNONYMS: Final = {"kind": "synonyms"}
_SMALL: Final = {"kind": "casing", "styles": ["lower"]}
# Fields without a default.
_SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "chain": {"steps": [_SYNONYMS, _SMALL]},
    "maybe": {"p": 0.5, "step": _SYNONYMS},
    "one_of": {"steps": [_SMALL, _SYNONYMS]},
    "fill_mask": {"model": "masked-model"},
    "embeddings": {"vectors": "vectors.vec"},
    "some_of": {"k": [1, 2], "steps": [_SYNONYMS, _SMALL]},
}


def suitability(kind: str) -> dict[str, Any]:
    """What a kind of leaf may break with its default settings and with others, and its tasks.

    A combinator breaks what its steps break, so there is nothing to say of it.
    """
    from augment.spec import LeafPart, in_order, suited

    step = _spec(kind).steps[0]
    if not isinstance(step, LeafPart):
        return {"breaks": None, "other_settings_break": None, "tasks": None}
    return {
        "breaks": in_order(step.breaking),
        "other_settings_break": in_order(step.breaks - step.breaking),
        "tasks": list(suited(step.breaking)),
    }


def example(kind: str, resources: "Resources", *, models: bool, colour: bool) -> dict[str, Any]:
    """A copy of the sentence, made now with the default settings, or why there is none.

    A kind that needs a model is run only if `models` says so: loading takes seconds.
    """
    from augment.build import build_pipeline
    from augment.errors import AugmentError
    from augment.record import Record
    from augment.spec import leaves

    spec = _spec(kind)
    if not models and any(leaf.needs_model for leaf in leaves(spec)):
        return {"text": SENTENCE, "missing": "needs a model: augment kinds --models"}
    try:
        with ready(build_pipeline(spec, resources)) as pipeline:
            (outcome,) = pipeline.augment([Record(SENTENCE)])
    except AugmentError as error:
        return {"text": SENTENCE, "missing": str(error)}
    if not outcome.copies:
        return {"text": SENTENCE, "missing": str(outcome.missing[0][1])}
    copy = outcome.copies[0]
    marked = marked_copy(SENTENCE, copy, colour=colour)
    return {"text": SENTENCE, "copy": copy.record.text, "marked": marked}


def _spec(kind: str) -> "PipelineSpec":
    from augment.spec import parse_spec

    return parse_spec({"steps": [{"kind": kind, **_SETTINGS.get(kind, {})}]})
