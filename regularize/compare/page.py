"""The results as a page for people: what was claimed first, and losses said as plainly as gains."""

from collections.abc import Iterator, Mapping

from regularize.compare.plan import AFTER, MEASURED
from regularize.compare.results import FEW_SEEDS, Results, Tested, outcome_of
from regularize.statistics import Difference

_NAMES: Mapping[str, str] = {
    "accuracy": "accuracy", "macro_f1": "macro-F1", "nll": "NLL", "brier": "Brier", "ece": "ECE",
    f"nll{AFTER}": "NLL at T", f"brier{AFTER}": "Brier at T", f"ece{AFTER}": "ECE at T",
}  # fmt: skip
_OUTCOMES = {"better": "BETTER", "worse": "WORSE", "not told apart": "not told apart"}


def page(results: Results) -> Iterator[str]:
    """The lines of a Markdown page."""
    yield from summary(results)
    yield from ("", f"## Against {results.baseline}, seed by seed (95 % t interval; bootstrap)", "")
    yield (
        "Named beforehand or not: of so many differences some are clear of 0 by luck. More is "
        "better of accuracy and macro-F1, less of all others. *At T* is with the temperature that "
        "was fitted on dev."
    )
    yield from ("", *_differences(results))
    if results.tuning:
        yield from ("", f"## Learning rates tried for {results.baseline}, on other seeds", "")
        yield from _tuning(results)


def summary(results: Results) -> Iterator[str]:
    """Its first part: what was claimed, and the figures of each arm."""
    seeds = ", ".join(map(str, results.seeds))
    yield f"Seeds {seeds}; {results.texts:,} test texts; learning rate {results.learning_rate:g}."
    if len(results.seeds) < FEW_SEEDS:
        yield ""
        yield (
            f"**Only a demonstration:** {len(results.seeds)} seeds tell little, however clear an "
            f"interval looks; compare with {FEW_SEEDS} or more."
        )
    if results.claims:
        yield from ("", "## Named beforehand", "")
        yield from _claims(results)
    yield from ("", "## Means over the seeds (standard deviation)", "")
    yield from _means(results)


def headline(tested: Tested) -> str:
    """One claim and what came of it."""
    low, high = tested.difference.t_interval
    claim = tested.claim
    return (
        f"{_OUTCOMES[tested.outcome]}: {claim.ours} against {claim.theirs}, "
        f"{_NAMES[claim.metric]} {tested.difference.mean:+.4f} [{low:+.4f}, {high:+.4f}]"
    )


def _claims(results: Results) -> Iterator[str]:
    yield _row("comparison", "figure", "difference", "95 % t interval", "p (Holm)", "")
    yield _rule(6)
    for one in results.claims:
        yield _row(
            f"{one.claim.ours} − {one.claim.theirs}",
            _NAMES[one.claim.metric],
            f"{one.difference.mean:+.4f}",
            _interval(one.difference.t_interval),
            f"{one.adjusted:.4f}",
            f"**{_OUTCOMES[one.outcome]}**",
        )


def _means(results: Results) -> Iterator[str]:
    yield _row("arm", *(_NAMES[metric] for metric in MEASURED))
    yield _rule(1 + len(MEASURED))
    for arm, found in results.arms.items():
        each = (f"{found[m].mean:.4f} ({found[m].deviation:.4f})" for m in MEASURED)
        yield _row(arm, *each)


def _differences(results: Results) -> Iterator[str]:
    yield _row("arm", "figure", "difference", "t interval", "bootstrap", "")
    yield _rule(6)
    for arm, found in results.against.items():
        for metric in MEASURED:
            one = found[metric]
            yield _row(
                arm,
                _NAMES[metric],
                f"{one.mean:+.4f}",
                _interval(one.t_interval),
                _interval(one.bootstrap_interval),
                _told(metric, one),
            )


def _told(metric: str, one: Difference) -> str:
    outcome = outcome_of(metric, one, one.p_value)
    return "" if outcome == "not told apart" else _OUTCOMES[outcome].lower()


def _tuning(results: Results) -> Iterator[str]:
    yield _row("learning rate", "seed", "accuracy on dev", "NLL on dev")
    yield _rule(4)
    for run in results.tuning:
        yield _row(
            f"{run.learning_rate:g}", str(run.seed),
            f"{run.dev['accuracy']:.4f}", f"{run.dev['nll']:.4f}",
        )  # fmt: skip


def _interval(ends: tuple[float, float]) -> str:
    return f"[{ends[0]:+.4f}, {ends[1]:+.4f}]"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(count: int) -> str:
    return "|" + "---|" * count
