"""A comparison from its plan to its results; every run that has ended is on disk.

The same command goes on where it was broken off. Started twice, the two share the runs.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Final

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from augment.datasets.output import OutputFile
from augment.errors import OutputError
from augment.resources import Resources
from regularize.compare.arms import Arm, changed, recipe_of, undropped_sites
from regularize.compare.estimate import Cost, measure_cost, told
from regularize.compare.plan import Plan, check_plan, settle, why
from regularize.compare.results import Results, summarised
from regularize.compare.samples import Samples
from regularize.compare.single import Run, execute
from regularize.errors import RecipeError, TrainingError
from regularize.recipe import Dropout, Recipe

RUNS: Final = "runs"
_WORK: Final = "work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared, and where. `recipe` has its updates as a number (`arms.sized`)."""

    plan: Plan
    samples: Samples
    recipe: Recipe
    output: Path
    resources: Resources
    tell: Callable[[str], None]
    key: str | None = field(default=None, repr=False)
    """For the service of `augmentation.url`."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run that is to be made; `tuning` ones are not measured on test."""

    arm: Arm
    seed: int
    rate: float
    tuning: bool

    @property
    def name(self) -> str:
        """Of its file and of its folder."""
        return f"tuning-{self.rate:g}-{self.seed}" if self.tuning else f"{self.arm}-{self.seed}"

    def __str__(self) -> str:
        rate = f" at {self.rate:g}" if self.tuning else ""
        return f"{self.arm}, seed {self.seed}{rate}"


def begin(comparison: Comparison) -> None:
    """Check the plan and write it down, or find it there.

    Raises:
        RecipeError: it does not hold.
        TrainingError: the folder has another comparison.
        OutputError: the folder cannot be written.
    """
    check_plan(comparison.plan)
    if len(comparison.plan.rates) > 1:
        if not comparison.plan.tuning_seeds:
            raise RecipeError("several learning rates need seeds to try them: --tuning-seeds")
        if not comparison.samples.split(comparison.plan.tuning_seeds[0]).dev:
            raise RecipeError(
                "learning rates are compared on development data, and there are none; give some, "
                "or one rate with --learning-rates"
            )
    try:
        (comparison.output / RUNS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{comparison.output}: cannot be written: {error}") from error
    settle(comparison.plan, comparison.output)


def estimate(comparison: Comparison) -> float:
    """Seconds that the runs still take, from updates that are made for it; tells them by arm."""
    missing = [job for job in _jobs(comparison) if not _path(comparison, job).exists()]
    undropped = _undropped(comparison)
    costs: dict[Arm, tuple[Cost, int]] = {}
    total = 0.0
    for arm in dict.fromkeys(job.arm for job in missing):
        own = [job for job in missing if job.arm == arm]
        recipe = recipe_of(arm, comparison.recipe, own[0].seed, undropped)
        split = comparison.samples.split(own[0].seed)
        folder = comparison.output / _WORK / f"estimate-{arm}"
        costs[arm] = measure_cost(
            arm, recipe, split, folder, comparison.resources, key=comparison.key
        )
        cost, epoch = costs[arm]
        seconds = sum(cost.of_run(recipe, split, epoch, test=not job.tuning) for job in own)
        total += seconds
        comparison.tell(
            f"{arm}: {len(own)} runs of {recipe.updates} updates, {cost.update:.2f} s each: "
            f"about {told(seconds)}"
        )
    comparison.tell(f"about {told(total)} for {len(missing)} runs")
    return total


def run(comparison: Comparison) -> Results | None:
    """Make the runs that are missing; None if another process is still at some of them.

    Raises:
        AugmentError: a run cannot be made; what ended before stays.
    """
    tuning = _all_of(comparison, list(_tuning(comparison)))
    if tuning is None:
        return None
    rate = _best_rate(comparison, tuning)
    runs = _all_of(comparison, list(_final(comparison, rate)))
    if runs is None:
        return None
    texts = len(comparison.samples.whole.test)
    return summarised(comparison.plan, runs, tuning, rate=rate, texts=texts)


def _jobs(comparison: Comparison) -> Iterator[Job]:
    yield from _tuning(comparison)
    yield from _final(comparison, comparison.plan.rates[0])


def _tuning(comparison: Comparison) -> Iterator[Job]:
    plan = comparison.plan
    if len(plan.rates) > 1:
        for seed in plan.tuning_seeds:
            for rate in plan.rates:
                yield Job(plan.baseline, seed, rate, tuning=True)


def _final(comparison: Comparison, rate: float) -> Iterator[Job]:
    """Seed by seed, so that what is broken off has whole pairs."""
    for seed in comparison.plan.seeds:
        for arm in comparison.plan.arms:
            yield Job(arm, seed, rate, tuning=False)


def _all_of(comparison: Comparison, jobs: Sequence[Job]) -> list[Run] | None:
    undropped = _undropped(comparison)
    for number, job in enumerate(jobs, start=1):
        path = _path(comparison, job)
        if path.exists():
            continue
        try:
            with FileLock(path.with_suffix(".lock"), timeout=0):
                # Another process may have ended it in the meantime.
                if not path.exists():
                    found = _made(comparison, job, undropped)
                    _write(path, found)
                    comparison.tell(f"{number}/{len(jobs)} {job}: {_shown(found)}")
        except Timeout:
            comparison.tell(f"{number}/{len(jobs)} {job}: another process is at it")
    missing = [job for job in jobs if not _path(comparison, job).exists()]
    return None if missing else [_read(_path(comparison, job)) for job in jobs]


def _made(comparison: Comparison, job: Job, undropped: Dropout) -> Run:
    recipe = changed(comparison.recipe, learning_rate=job.rate)
    return execute(
        job.arm,
        recipe_of(job.arm, recipe, job.seed, undropped),
        comparison.samples.split(job.seed),
        comparison.output / _WORK / job.name,
        comparison.resources,
        key=comparison.key,
        test=not job.tuning,
    )


def _best_rate(comparison: Comparison, tuning: Sequence[Run]) -> float:
    """The rate with the least mean loss on dev; the smaller one of equals."""
    plan = comparison.plan
    if not tuning:
        return plan.rates[0]
    losses = {
        rate: fmean(run.dev["nll"] for run in tuning if run.learning_rate == rate)
        for rate in sorted(plan.rates)
    }
    best = min(losses, key=lambda rate: losses[rate])
    shown = ", ".join(f"{rate:g}: {loss:.4f}" for rate, loss in losses.items())
    comparison.tell(f"NLL on dev of {plan.baseline} by learning rate: {shown}; {best:g} is taken")
    return best


def _undropped(comparison: Comparison) -> Dropout:
    if "none" not in comparison.plan.arms:
        return Dropout()
    return undropped_sites(comparison.recipe, comparison.samples.whole)


def _path(comparison: Comparison, job: Job) -> Path:
    return comparison.output / RUNS / f"{job.name}.json"


def _write(path: Path, run: Run) -> None:
    with OutputFile(path, force=True) as file:
        file.write(json.dumps(asdict(run), indent=2).encode() + b"\n")
        file.publish()


def _read(path: Path) -> Run:
    try:
        return TypeAdapter(Run).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise TrainingError(
            f"{path}: is damaged: {why(error)}; remove it, and it is made anew"
        ) from (error)


def _shown(run: Run) -> str:
    figures = run.before or run.dev
    where = "test" if run.before else "dev"
    return (
        f"{where} accuracy {figures['accuracy']:.4f}, NLL {figures['nll']:.4f}; {run.seconds:.0f} s"
    )
