"""What all runs say together: means, paired differences with their intervals, and the claims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

from regularize.compare.arms import Arm
from regularize.compare.plan import AFTER, MEASURED, Claim, Plan, greater_is_better
from regularize.compare.single import Run
from regularize.statistics import Difference, holm, paired

LEVEL = 0.05
FEW_SEEDS = 5

Outcome = Literal["better", "worse", "not told apart"]


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure of one arm over the seeds."""

    mean: float
    deviation: float
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """A claim with what came of it. `adjusted` is the p value by Holm over all claims.

    `outcome` asks for both: an adjusted p value below 0.05, and a t interval that is clear of 0.
    """

    claim: Claim
    difference: Difference
    adjusted: float
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Figures by arm and metric; `against` has each arm's differences to the baseline.

    Only `claims` were named beforehand. The other differences are many, and some of so many are
    clear of 0 by luck.
    """

    baseline: Arm
    learning_rate: float
    tuning: tuple[Run, ...]
    arms: Mapping[Arm, Mapping[str, Summary]]
    against: Mapping[Arm, Mapping[str, Difference]]
    claims: tuple[Tested, ...]
    seeds: tuple[int, ...]
    texts: int
    """Test texts."""
    seconds: float
    """Of all runs together."""


def summarised(
    plan: Plan, runs: Sequence[Run], tuning: Sequence[Run], *, rate: float, texts: int
) -> Results:
    """The results of all runs."""
    values = {arm: _values(plan, arm, runs) for arm in plan.arms}
    theirs = values[plan.baseline]
    return Results(
        baseline=plan.baseline,
        learning_rate=rate,
        tuning=tuple(tuning),
        arms={
            arm: {m: Summary(fmean(v), stdev(v), v) for m, v in found.items()}
            for arm, found in values.items()
        },
        against={
            arm: {metric: paired(found[metric], theirs[metric]) for metric in MEASURED}
            for arm, found in values.items() if arm != plan.baseline
        },
        claims=_tested(plan.claims, values),
        seeds=plan.seeds,
        texts=texts,
        seconds=round(sum(run.seconds for run in (*runs, *tuning)), 1),
    )  # fmt: skip


def outcome_of(metric: str, difference: Difference, p_value: float) -> Outcome:
    """What a difference says; whether it is named beforehand is for the caller to know."""
    if p_value >= LEVEL or not difference.clear:
        return "not told apart"
    return "better" if (difference.mean > 0) == greater_is_better(metric) else "worse"


def _values(plan: Plan, arm: Arm, runs: Sequence[Run]) -> dict[str, tuple[float, ...]]:
    """Each metric at each seed, in the order of the seeds."""
    by_seed = {run.seed: run for run in runs if run.arm == arm}
    own = [by_seed[seed] for seed in plan.seeds]
    return {metric: tuple(_value(run, metric) for run in own) for metric in MEASURED}


def _value(run: Run, metric: str) -> float:
    if metric.endswith(AFTER):
        return run.after[metric.removesuffix(AFTER)]
    return run.before[metric]


def _tested(
    claims: Sequence[Claim], values: Mapping[Arm, Mapping[str, tuple[float, ...]]]
) -> tuple[Tested, ...]:
    found = [paired(values[c.ours][c.metric], values[c.theirs][c.metric]) for c in claims]
    adjusted = holm([one.p_value for one in found])
    return tuple(
        Tested(claim, one, p, outcome_of(claim.metric, one, p))
        for claim, one, p in zip(claims, found, adjusted, strict=True)
    )
