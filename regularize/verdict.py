"""What the curves of a run say, in words, with the evidence.

The rules, in this order; the numbers are conventions and stand in `Rules`:

1. *unclear*: fewer than three evaluations, or nothing was measured on the training texts.
2. *underfitting*: on the training texts themselves the model has more than half the loss of one
   that knows only how frequent each label is; or the loss on the development set was still falling
   steeply at the last evaluation, so that the run ended too early.
3. *overfitting*: the loss on the development set rose by more than a tenth from its least to its
   last value while the training loss went on falling; or the kept weights know the training texts
   far better than the development set.
4. *fine*: none of these.

The losses that are compared are plain (no smoothing, no dropout), of the kept weights.
"""

from dataclasses import dataclass
from math import log
from statistics import fmean
from typing import Final, Literal

from regularize.curves import Curves, Points

Finding = Literal["overfitting", "underfitting", "fine", "unclear"]


@dataclass(frozen=True, slots=True)
class Rules:
    """Where one finding ends and the next begins."""

    evaluations: int = 3
    hardly_better: float = 0.5
    """Training loss against that of guessing by frequency, as a share; above it, underfitting."""
    still_falling: float = 0.05
    """Share by which the last evaluation beat the one before it."""
    rise: float = 0.10
    """Share of the least loss on the development set."""
    gap: float = 0.5
    """Difference of the losses on both sets, as a share of the loss of guessing."""


RULES: Final = Rules()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The curves, and plain losses in nats of the kept weights on training texts and dev.

    `guess` is the loss of answering each label as often as it comes in the training texts.
    """

    curves: Curves
    guess: float
    train_loss: float | None = None
    dev_loss: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, why, and what may help."""

    finding: Finding
    reasons: tuple[str, ...]
    advice: str

    def __str__(self) -> str:
        return f"{self.finding}: {'; '.join(self.reasons)}. {self.advice}"


def judge(evidence: Evidence, rules: Rules = RULES) -> Verdict:
    """The verdict on a run.

    >>> judge(Evidence(Curves((), ()), guess=1.0)).finding
    'unclear'
    """
    dev, train_loss = evidence.curves.dev, evidence.train_loss
    if len(dev) < rules.evaluations or train_loss is None:
        return Verdict(
            "unclear",
            (_count_told(dev) if train_loss is not None else "no loss on the training texts",),
            f"Give development data and evaluate at least {rules.evaluations} times "
            "(evaluate_every).",
        )
    if reasons := _underfitting(evidence, train_loss, rules):
        return Verdict(
            "underfitting",
            reasons,
            "Train longer or with a higher learning rate before regularising more: on an unfinished"
            " model more dropout or smoothing does harm.",
        )
    if reasons := _overfitting(evidence, train_loss, rules):
        return Verdict("overfitting", reasons, _against_overfitting(evidence.curves))
    least = min(loss for _, loss in dev)
    reasons = (
        f"the loss on dev is {dev[-1][1]:.3f} at the end and was {least:.3f} at its least",
        f"that on the training texts is {train_loss:.3f} (guessing: {evidence.guess:.3f})",
    )
    return Verdict("fine", reasons, "Nothing in the curves calls for a change.")


def guess_loss(counts: dict[str, int]) -> float:
    """The entropy of labels by their counts, in nats: the loss of guessing by frequency.

    >>> round(guess_loss({"a": 2, "b": 2}), 4)
    0.6931
    """
    total = sum(counts.values())
    return -sum(count / total * log(count / total) for count in counts.values() if count)


def _underfitting(evidence: Evidence, train_loss: float, rules: Rules) -> tuple[str, ...]:
    reasons = []
    if train_loss > rules.hardly_better * evidence.guess:
        reasons.append(
            f"on the training texts themselves the loss is {train_loss:.3f}, and guessing by the "
            f"frequency of the labels gives {evidence.guess:.3f}"
        )
    (_, before), (step, last) = evidence.curves.dev[-2:]
    least = min(loss for _, loss in evidence.curves.dev)
    if last == least and last < (1 - rules.still_falling) * before:
        reasons.append(
            f"the loss on dev was still falling when the run ended, from {before:.3f} to "
            f"{last:.3f} at update {step}"
        )
    return tuple(reasons)


def _overfitting(evidence: Evidence, train_loss: float, rules: Rules) -> tuple[str, ...]:
    reasons = []
    curves, dev_loss = evidence.curves, evidence.dev_loss
    at, least = min(curves.dev, key=lambda point: (point[1], point[0]))
    step, last = curves.dev[-1]
    if last > (1 + rules.rise) * least and _fell_after(curves.train, at):
        reasons.append(
            f"the loss on dev was least at update {at} ({least:.3f}) and rose to {last:.3f} at "
            f"update {step}, while the training loss went on falling"
        )
    if dev_loss is not None and dev_loss - train_loss > rules.gap * evidence.guess:
        reasons.append(
            f"the kept weights have a loss of {train_loss:.3f} on the training texts and "
            f"{dev_loss:.3f} on dev"
        )
    return tuple(reasons)


def _against_overfitting(curves: Curves) -> str:
    at = min(curves.dev, key=lambda point: (point[1], point[0]))[0]
    if curves.kept is not None and curves.kept <= at:
        return (
            f"The kept weights are from before it set in (update {curves.kept}). Still, augmented "
            "texts, consistency on unlabelled ones, or more dropout may help."
        )
    return (
        "Keep the best weights (keep: best), stop earlier, or add augmented texts, consistency on "
        "unlabelled ones, or dropout."
    )


def _fell_after(train: Points, step: int) -> bool:
    """Whether the training loss at the end is below that around an update, by a few points each.

    Where no training loss was told on both sides of it, the rise on dev stands alone.
    """
    after = [loss for at, loss in train if at > step]
    before = [loss for at, loss in train if at <= step]
    few = max(3, len(after) // 4)
    return not after or not before or fmean(after[-few:]) < fmean(before[-few:])


def _count_told(dev: Points) -> str:
    return f"{len(dev)} evaluation{'' if len(dev) == 1 else 's'} on the development set"
