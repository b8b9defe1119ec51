"""What a kind may break, and which tasks cannot stand it.

A label is only worth keeping if it still fits the copy, and that depends on what the labels are
for: a topic survives a lost word, the sentiment of "not bad" does not. Each kind of leaf says in
`breaks` what it may do to a text, and a spec that names its task is refused where the two do not
go together, unless it says `allow`.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final, Literal, get_args

from augment.spec.part import Part

Risk = Literal["order", "negation", "spans", "casing", "grammar", "meaning"]
Task = Literal[
    "classification",
    "sentiment",
    "similarity",
    "tagging",
    "spans",
    "question_answering",
    "language_modelling",
]

RISKS: Final[Mapping[Risk, str]] = {
    "order": "words change places, and not as grammar would have it",
    "negation": "a negation may come to deny something else",
    # No task refuses it: labelled stretches are moved along by every kind, and `augment expand`
    # cuts token tags anew. It is told for those who count words themselves.
    "spans": "words are added, lost or joined, so labels counted by words have to be cut anew",
    "casing": "capitals and small letters change",
    "grammar": "sentences may no longer be well formed",
    "meaning": "words that carry the meaning may go, or give way to others",
}

# No task stands for the others: a spec without a task is not checked.
CANNOT_STAND: Final[Mapping[Task, frozenset[Risk]]] = {
    # A topic or an intent is told by many words, and outlives the loss or the move of some.
    "classification": frozenset(),
    # One word or one "not" makes the label.
    "sentiment": frozenset({"negation", "meaning"}),
    # The other text of the pair stays as it was, and "the dog bit him" is not "he bit the dog".
    "similarity": frozenset({"order", "negation", "meaning"}),
    # A word is told by those around it; capitals are what tells a name.
    "tagging": frozenset({"order", "casing"}),
    # Labelled stretches keep their capitals; where all else loses them, they give the label away.
    "spans": frozenset({"casing"}),
    # The answer must still follow from the text, and who did what is told by order.
    "question_answering": frozenset({"order", "negation", "meaning"}),
    # What the model reads is what it will write.
    "language_modelling": frozenset({"order", "casing", "grammar"}),
}


class LeafPart(Part):
    """A kind of leaf; each declares what it may break, with the reason where it is not plain."""

    breaks: ClassVar[frozenset[Risk]]
    needs_model: ClassVar[bool] = False

    @property
    def breaking(self) -> frozenset[Risk]:
        """What it may break with the settings that it has: all of `breaks`, or less."""
        return self.breaks


def suits(breaks: frozenset[Risk], task: Task) -> bool:
    """Whether a task can stand all that a kind may break.

    >>> suits(frozenset({"order"}), "classification"), suits(frozenset({"order"}), "tagging")
    (True, False)
    """
    return breaks.isdisjoint(CANNOT_STAND[task])


def suited(breaks: frozenset[Risk]) -> tuple[Task, ...]:
    """All tasks that can stand it, in the order of the list."""
    return tuple(task for task in get_args(Task) if suits(breaks, task))


def conflicts(
    leaves: Iterable[tuple[str, frozenset[Risk]]], task: Task, allow: Iterable[Risk]
) -> list[tuple[str, frozenset[Risk]]]:
    """Each kind that the task cannot stand, once, with the risks of it that are not allowed.

    >>> conflicts([("swap", frozenset({"order", "grammar"}))], "tagging", ())
    [('swap', frozenset({'order'}))]
    """
    refused = CANNOT_STAND[task].difference(allow)
    found: dict[str, frozenset[Risk]] = {}
    for kind, breaking in leaves:
        if broken := breaking & refused:
            found[kind] = found.get(kind, frozenset()) | broken
    return list(found.items())


def in_order(risks: Iterable[Risk]) -> list[Risk]:
    """Risks in the order of the list."""
    found = frozenset(risks)
    return [risk for risk in get_args(Risk) if risk in found]


def told(risks: Iterable[Risk]) -> str:
    """Risks with what they mean.

    >>> told({"casing"})
    'casing (capitals and small letters change)'
    """
    return " and ".join(f"{risk} ({RISKS[risk]})" for risk in in_order(risks))
