"""What the sentences of a text may become, and how its copies share that out."""

from dataclasses import dataclass, field
from math import prod

from augment.edits import Edit
from augment.randomness import Stream
from augment.record import Refusal
from augment.transforms.base import EXHAUSTED, Partial, Proposal, Subject
from augment.translation.pins import Pinned

# What one sentence may become: edits that pass, best first (None: it came back as it was).
Options = tuple[Edit | None, ...] | Refusal


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence on its way: where it starts, its text, and that text with its pins.

    `marked` has a mark for every pin, for when those without one were lost. With a `problem` it is
    not sent at all. One `in_capitals` goes in small letters.
    """

    start: int
    text: str
    pinned: Pinned
    marked: Pinned | None = None
    problem: Refusal | None = None
    in_capitals: bool = False


@dataclass(slots=True)
class Journey:
    """The sentences of one text on one route.

    `keys` seed the draws, one a sentence; `orders` say in which order copies take the options.
    """

    subject: Subject
    sentences: tuple[Sentence, ...]
    keys: list[int] | None = None
    options: list[Options] = field(default_factory=list)
    orders: list[tuple[int, ...]] | None = None


def _all_kept(journey: Journey) -> Refusal | None:
    """Why nothing of the text can change, if so."""
    if not journey.sentences:
        detail = "no sentence has two words that are not protected"
        return Refusal("nothing_to_translate", detail, final=False)
    refusals = [found for found in journey.options if isinstance(found, Refusal)]
    changing = any(isinstance(found, tuple) and found != (None,) for found in journey.options)
    return refusals[0] if refusals and not changing else None


def orders(journey: Journey, stream: Stream) -> list[tuple[int, ...]]:
    """For each sentence the order in which its options are taken: the best mostly first.

    Weights by rank and not by score: scores may differ in their last digits from batch to batch,
    and the draw must not.
    """
    return [
        () if isinstance(found, Refusal) else _shuffled(len(found), stream)
        for found in journey.options
    ]


def _shuffled(count: int, stream: Stream) -> tuple[int, ...]:
    left, order = list(range(count)), []
    while left:
        place = stream.weighted([1 / (1 + rank) ** 2 for rank in left])
        order.append(left.pop(place))
    return tuple(order)


def taken(journey: Journey, index: int, model: str) -> Proposal:
    """The index-th way to put the options of all sentences together, each way once.

    All sentences move on with each step (a mixed-radix count whose digits are shifted by the ones
    before), so that neighbouring copies differ everywhere.
    """
    if problem := _all_kept(journey):
        return problem
    if all(found == (None,) for found in journey.options if isinstance(found, tuple)):
        return ()
    sizes = [len(order) for order in journey.orders or () if order]
    if index >= prod(sizes):
        return Refusal(EXHAUSTED, f"all {prod(sizes)} translations that pass are taken")
    edits, kept, shift = [], [], 0
    for found, order in zip(journey.options, journey.orders or (), strict=True):
        if isinstance(found, Refusal):
            kept.append(found)
            continue
        index, digit = divmod(index, len(order))
        shift = (digit + shift) % len(order)
        edit = found[order[shift]]
        if edit is not None:
            edits.append(edit)
    return Partial(tuple(edits), tuple(kept), model)
