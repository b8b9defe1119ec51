"""A way through other languages and back: one translator after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from augment.errors import ModelError
from augment.record import Refusal
from augment.translation import Decoding, Hypothesis, Translator
from augment.translation.guards import copied, fault

Returned = tuple[Hypothesis, ...] | Refusal


@dataclass(frozen=True)
class TranslationRoute:
    """Translators of which each goes on in the language where the one before ended."""

    legs: tuple[Translator, ...]

    def __post_init__(self) -> None:
        ends = [(leg.source, leg.target) for leg in self.legs]
        meets = all(a[1] == b[0] for a, b in zip(ends, [*ends[1:], *ends[:1]], strict=True))
        if len(self.legs) < 2 or not meets:
            shown = ", ".join(f"{source}-{target}" for source, target in ends)
            raise ModelError(f"these models do not lead away and back: {shown}")

    @property
    def exact(self) -> bool:
        """Whether all legs are."""
        return all(leg.exact for leg in self.legs)

    @property
    def name(self) -> str:
        """The names of all legs, in order."""
        return " ".join(leg.name for leg in self.legs)

    def unreadable(self, text: str) -> str:
        """Letters and emoji that the first model cannot read."""
        return self.legs[0].unreadable(text)

    def round_trips(
        self, texts: Sequence[str], decoding: Decoding, keys: Sequence[int] | None = None
    ) -> list[Returned]:
        """For each text the ways in which it came back, best first, or why none can be used.

        The legs away are greedy; `decoding` and `keys` are for the last one. Faulty translations
        are left out as long as one is sound.
        """
        refused: dict[int, Refusal] = {}
        suspects: set[int] = set()  # texts that a leg gave back as they were
        there = list(texts)
        for leg in self.legs[:-1]:
            live = [i for i in range(len(texts)) if i not in refused]
            outputs = leg.translate([there[i] for i in live])
            for i, (output,) in zip(live, outputs, strict=True):
                if problem := fault(there[i], output):
                    refused[i] = _on(leg, problem)
                elif copied(there[i], output.text):
                    suspects.add(i)
                there[i] = output.text
        last = self.legs[-1]
        live = [i for i in range(len(texts)) if i not in refused]
        chosen = None if keys is None else [keys[i] for i in live]
        returned = last.translate([there[i] for i in live], decoding, chosen)
        found: dict[int, Returned] = dict(refused)
        for i, hypotheses in zip(live, returned, strict=True):
            found[i] = self._sound(there[i], hypotheses)
            if i in suspects and any(h.text != texts[i] for h in hypotheses):
                first = self.legs[0]
                found[i] = Refusal(
                    "copied_through",
                    f"{first.target}: given back unchanged; is it in {first.source!r}?",
                )
        return [found[i] for i in range(len(texts))]

    def _sound(self, there: str, hypotheses: Sequence[Hypothesis]) -> Returned:
        """The translations without a fault, or the fault of the best."""
        faults = [fault(there, hypothesis) for hypothesis in hypotheses]
        sound = tuple(h for h, problem in zip(hypotheses, faults, strict=True) if problem is None)
        if sound or faults[0] is None:
            return sound
        return _on(self.legs[-1], faults[0])


def _on(leg: Translator, problem: Refusal) -> Refusal:
    return Refusal(problem.reason, f"{leg.target}: {problem.detail}")
