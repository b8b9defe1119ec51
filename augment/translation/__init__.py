"""Translation: what a translator is. Engines are `ctranslate.py` and `marian.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw each piece by its probability; as in `augment.spec.Sampling`, `top_k` 0 means all."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to search: width of the beam, how many of the best to give back, or how to draw."""

    beam: int = 1
    hypotheses: int = 1
    length_penalty: float = 1.0
    draw: Draw | None = None


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
    """One direction of translation. Thread-safe; a call changes nothing but its own clock."""

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
        """What the trail says of it: engine, languages, a short hash of the weights, precision."""
        ...

    @property
    def identity(self) -> str:
        """All that an output depends on beside text and decoding: `name`, whole hash, versions."""
        ...

    @property
    def exact(self) -> bool:
        """Whether a sentence's translation never depends on the sentences beside it."""
        ...

    @property
    def tokenizing_seconds(self) -> float:
        """How long it has cut texts into pieces in all calls so far."""
        ...

    def unreadable(self, text: str) -> str:
        """Letters and emoji of the text that the model has no piece for, each once."""
        ...

    def translate(
        self,
        texts: Sequence[str],
        decoding: Decoding = Decoding(),
        keys: Sequence[int] | None = None,
    ) -> list[list[Hypothesis]]:
        """For each text its best translations, best first; in the order of the texts.

        Longer texts than the model takes come back as one truncated hypothesis, never cut; texts
        with letters or emoji that it cannot read as one that names them (`unknown`). Where the
        decoding draws, `keys` are the seeds of the draws, one a text: the same text and key give
        the same translation in any company. Without keys the draws are other ones in every call.
        """
        ...
