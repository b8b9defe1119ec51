"""What a comparison is made of, named before its first run and held against a later one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from augment.datasets.output import OutputFile
from augment.datasets.run_record import versions
from augment.errors import DataError
from augment.plain import first_fault
from regularize.compare.arms import ARMS, BASELINE, Arm
from regularize.compare.samples import Samples
from regularize.data import split_digest
from regularize.errors import RecipeError, TrainingError
from regularize.metrics import GREATER_IS_BETTER

PLAN: Final = "plan.json"
AFTER: Final = "@T"
"""Marks a figure as that with the temperature."""
METRICS: Final = ("accuracy", "macro_f1", "nll", "brier", "ece")
MEASURED: Final = (*METRICS, *(f"{name}{AFTER}" for name in ("nll", "brier", "ece")))
"""All figures that are told; the temperature changes no answer, so two of them have one value."""

_FULLEST: Final[tuple[Arm, ...]] = ("both+consistency", "both", "augmentation", "recipe")


@dataclass(frozen=True, slots=True)
class Claim:
    """That one arm is better than another by a metric: named before the first run."""

    ours: Arm
    theirs: Arm
    metric: str

    def __str__(self) -> str:
        return f"{self.ours} against {self.theirs}, {self.metric}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that the figures depend on.

    `rates` are the learning rates that are tried for the baseline at `tuning_seeds`; where there is
    one, nothing is tuned.
    """

    arms: tuple[Arm, ...]
    seeds: tuple[int, ...]
    rates: tuple[float, ...]
    tuning_seeds: tuple[int, ...]
    claims: tuple[Claim, ...]
    recipe: dict[str, Any]
    digests: Mapping[str, str]
    """Of the data of each seed, SHA-256."""
    packages: Mapping[str, str]

    @property
    def baseline(self) -> Arm:
        """What the others are held against."""
        return BASELINE if BASELINE in self.arms else self.arms[0]


def greater_is_better(metric: str) -> bool:
    """Whether more of it is better."""
    return metric in GREATER_IS_BETTER


def digests_of(samples: Samples, seeds: Sequence[int]) -> dict[str, str]:
    """What each seed trains and is measured on."""
    return {str(seed): split_digest(samples.split(seed)) for seed in seeds}


def packages() -> dict[str, str]:
    """Versions of what the figures depend on."""
    return versions(("torch", "transformers", "tokenizers"))


def default_claims(arms: Sequence[Arm]) -> tuple[Claim, ...]:
    """The fullest arm against the baseline in accuracy and NLL, and the recipe alone in NLL.

    Few of them, since each costs the others some of their power.
    """
    theirs: Arm = BASELINE if BASELINE in arms else arms[0]
    ours = [arm for arm in _FULLEST if arm in arms and arm != theirs]
    claims = [Claim(ours[0], theirs, metric) for metric in ("accuracy", "nll")] if ours else []
    if "recipe" in ours[1:]:
        claims.append(Claim("recipe", theirs, "nll"))
    return tuple(claims)


def parse_claim(text: str) -> tuple[Claim, ...]:
    """`OURS:THEIRS:METRIC[,METRIC...]` as claims.

    Raises:
        RecipeError: an arm or a metric is none.

    >>> [str(claim) for claim in parse_claim("recipe:defaults:nll")]
    ['recipe against defaults, nll']
    """
    parts = text.split(":")
    if len(parts) != 3:
        raise RecipeError(f"claim {text!r}: give OURS:THEIRS:METRIC, as recipe:defaults:nll")
    ours, theirs = parse_arm(parts[0]), parse_arm(parts[1])
    metrics = parts[2].split(",")
    if wrong := [name for name in metrics if name not in MEASURED]:
        raise RecipeError(f"claim {text!r}: no metric {wrong[0]!r}; there are {_all(MEASURED)}")
    return tuple(Claim(ours, theirs, metric) for metric in metrics)


def parse_arm(text: str) -> Arm:
    """An arm by its name.

    Raises:
        RecipeError: there is none of this name.
    """
    for arm in ARMS:
        if arm == text:
            return arm
    raise RecipeError(f"no arm {text!r}; there are {_all(ARMS)}")


def check_plan(plan: Plan) -> None:
    """Refuse what cannot be compared.

    Raises:
        RecipeError: names what does not hold.
        DataError: seeds for tuning are seeds for measuring, too.
    """
    if len(plan.arms) < 2:
        raise RecipeError("one arm has nothing to be held against; name two or more with --arms")
    if len(plan.seeds) < 2:
        raise RecipeError(
            f"{len(plan.seeds)} seeds give no interval; name two or more with --seeds"
        )
    named = {arm for claim in plan.claims for arm in (claim.ours, claim.theirs)}
    if missing := sorted(named - set(plan.arms)):
        raise RecipeError(f"a claim names {_all(missing)}, which is not among --arms")
    if both := sorted(set(plan.seeds) & set(plan.tuning_seeds)):
        raise DataError(
            f"seeds {_all(map(str, both))} are for tuning and for measuring; what was tuned on a "
            "seed looks better there: give others with --tuning-seeds"
        )


def settle(plan: Plan, folder: Path) -> None:
    """Write the plan, or make sure that it is the one that was begun here.

    Raises:
        TrainingError: the folder has another comparison; names the differences.
        OutputError: it cannot be written.
    """
    path = folder / PLAN
    if not path.exists():
        with OutputFile(path) as file:
            file.write(json.dumps(asdict(plan), indent=2, ensure_ascii=False).encode() + b"\n")
            file.publish()
        return
    before = read_plan(folder)
    one, other = (_flat(json.loads(json.dumps(asdict(each)))) for each in (before, plan))
    differing = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    if differing:
        told = "\n  ".join(
            f"{key}: {json.dumps(one.get(key))} -> {json.dumps(other.get(key))}"
            for key in differing[:10]
        )
        raise TrainingError(
            f"{folder} holds another comparison; go on with what it was begun with, or name "
            f"another folder with -o:\n  {told}"
        )


def read_plan(folder: Path) -> Plan:
    """The plan that was written there.

    Raises:
        TrainingError: there is none, or it is damaged.
    """
    try:
        return TypeAdapter(Plan).validate_json((folder / PLAN).read_bytes())
    except (OSError, ValidationError) as error:
        raise TrainingError(
            f"{folder / PLAN}: is damaged, or of another version: {why(error)}; name another "
            "folder with -o"
        ) from error


def why(error: OSError | ValidationError) -> str:
    """What is wrong with a file of ours, in one line."""
    if isinstance(error, OSError):
        return str(error)
    return first_fault(error)


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict):
            flat |= _flat(item, f"{prefix}{key}.")
        else:
            flat[prefix + key] = item
    return flat


def _all(names: Any) -> str:
    return ", ".join(names)
