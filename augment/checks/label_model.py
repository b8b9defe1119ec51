"""Label model: the user's own classifier gives the copy the label of its original."""

from collections.abc import Sequence

from augment.checks.base import Case, Verdict, drop
from augment.checks.classifier import Classifier
from augment.spec import LabelModel


class LabelModelCheck:
    """See `augment.spec.LabelModel`. The score is the probability of the label.

    A model that was trained on the originals knows them, and is kinder to copies near to them.
    """

    exact = False  # a text's digits may depend on the texts in its batch

    def __init__(self, spec: LabelModel, classifier: Classifier) -> None:
        self._spec = spec
        self._classifier = classifier

    def judge(self, cases: Sequence[Case]) -> list[Verdict]:
        """See `Judge.judge`; a record without a label is kept."""
        labelled = [i for i, case in enumerate(cases) if case.original.label is not None]
        found = self._classifier.probabilities([cases[i].copy.record.text for i in labelled])
        verdicts = [Verdict()] * len(cases)
        for i, probabilities in zip(labelled, found, strict=True):
            verdicts[i] = self._verdict(str(cases[i].original.label), probabilities)
        return verdicts

    def _verdict(self, label: str, probabilities: dict[str, float]) -> Verdict:
        if label not in probabilities:
            known = ", ".join(sorted(probabilities)[:8])
            return drop("label_model", f"the model does not know the label {label!r} ({known})")
        score = probabilities[label]
        if score >= self._spec.floor:
            return Verdict(score)
        told = max(probabilities, key=lambda one: (probabilities[one], one))
        detail = f"reads as {told!r} ({probabilities[told]:.2f}), its label is {label!r}"
        return drop("label_model", f"{detail} ({score:.2f})", score)
