"""Translators that do what a test says: a table from text to translations, no model behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from augment.translation import Decoding, Hypothesis

Answer = str | Hypothesis | Sequence[str | Hypothesis]


@dataclass
class ScriptedTranslator:
    """Answers by a function or a table; what the table lacks comes back in capitals."""

    source: str
    target: str
    answers: Callable[[str], Answer] | dict[str, Answer] = field(default_factory=dict)
    exact: bool = True
    asked: list[str] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"scripted:{self.source}-{self.target}"

    identity = name
    tokenizing_seconds = 0.0

    def unreadable(self, text: str) -> str:
        return "".join(c for c in text if c in "жя")

    def translate(
        self,
        texts: Sequence[str],
        decoding: Decoding = Decoding(),
        keys: Sequence[int] | None = None,
    ) -> list[list[Hypothesis]]:
        self.asked += texts
        self.keys += keys or []
        return [self._answer(text)[: decoding.hypotheses] for text in texts]

    def _answer(self, text: str) -> list[Hypothesis]:
        if callable(self.answers):
            answer = self.answers(text)
        else:
            answer = self.answers.get(text, text.upper())
        several = [answer] if isinstance(answer, str | Hypothesis) else answer
        return [h if isinstance(h, Hypothesis) else Hypothesis(h) for h in several]
