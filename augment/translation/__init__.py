"""Translation: what a translator is. Engines are `marian.py`, and those that other files add."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to search: width of the beam, and how many of the best to give back."""

    beam: int = 1
    hypotheses: int = 1


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One translation. `truncated`: the text was too long for the model, or the output never ended.

    `unknown` holds letters and emoji that the model cannot read; then there is no text.
    `score` is the mean log-probability of its pieces, where the search gives one (beam > 1).
    """

    text: str
    truncated: bool = False
    score: float | None = None
    unknown: str = ""


class Translator(Protocol):
    """One direction of translation. Thread-safe; no state changed by a call."""

    @property
    def source(self) -> str:
        """Language code of the input."""
        ...

    @property
    def target(self) -> str:
        """Language code of the output."""
        ...

    @property
    def name(self) -> str:
        """What the trail says of it: engine, languages and a short hash of the weights."""
        ...

    @property
    def exact(self) -> bool:
        """Whether a sentence's translation never depends on the sentences beside it."""
        ...

    def unreadable(self, text: str) -> str:
        """Letters and emoji of the text that the model has no piece for, each once."""
        ...

    def translate(
        self, texts: Sequence[str], decoding: Decoding = Decoding()
    ) -> list[list[Hypothesis]]:
        """For each text its best translations, best first; in the order of the texts.

        Longer texts than the model takes come back as one truncated hypothesis, never cut; texts
        with letters or emoji that it cannot read as one that names them (`unknown`).
        """
        ...
