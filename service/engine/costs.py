"""What an item is likely to cost, which lane it takes, and with what it may share a batch.

A cost is a number of padded tokens: pieces of the text, once for each time that a model or a step
goes over them. It is an estimate from the length of the text, made before any tokenizer is loaded.
"""

from typing import Final, Literal

from augment.spec import BackTranslation, Fluency, LabelModel, Meaning, PipelineSpec, leaves
from service.engine.items import Item

Lane = Literal["model", "words"]

# Characters of English text to a piece of a vocabulary of 32,000.
_CHARACTERS_A_PIECE: Final = 4

_MODEL_CHECKS: Final = (Fluency, LabelModel, Meaning)


def pieces(text: str) -> int:
    """Pieces that a text is likely to have, the end of sentence included."""
    # In other scripts than Latin a piece has fewer characters, about as bytes tell.
    return len(text.encode("utf-8", "surrogatepass")) // _CHARACTERS_A_PIECE + 2


def weight(spec: PipelineSpec, copies: int) -> int:
    """How often the pieces of a text are gone over to make so many copies."""
    drawn = max(copies, spec.candidates or 0)
    return sum(
        _passes(leaf, drawn) if isinstance(leaf, BackTranslation) else drawn
        for leaf in leaves(spec)
    ) + drawn * len(spec.checks)


def cost(item: Item) -> int:
    """Padded tokens that an item is likely to take."""
    return pieces(item.record.text) * weight(item.spec, item.copies)


def lane(spec: PipelineSpec) -> Lane:
    """Whether a spec runs models, or words and lists alone."""
    heavy = any(leaf.needs_model or getattr(leaf, "rank", "") == "context" for leaf in leaves(spec))
    judged = any(isinstance(check, _MODEL_CHECKS) for check in spec.checks)
    return "model" if heavy or judged else "words"


def needs_data_set(spec: PipelineSpec) -> tuple[str, ...]:
    """Kinds of the checks that must read a whole data set before they can judge a copy."""
    return tuple(check.kind for check in spec.checks if check.fitted)


def canonical(spec: PipelineSpec) -> str:
    """The spec as JSON without what each item brings itself; items with the same share batches."""
    return spec.model_copy(update={"seed": 0, "copies": 1}).model_dump_json()


def _passes(step: BackTranslation, drawn: int) -> int:
    """One search a leg serves all copies; draws are made for each. A wide beam costs its width."""
    legs = max(len(route.via) + 1 for route in step.routes)
    last = drawn if step.sampling else step.beam
    return legs - 1 + last
