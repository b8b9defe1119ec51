"""Prometheus metrics of one server: labels are routes, codes and reasons, never texts or keys."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from augment.counts import StepCount
from service.engine.items import Batches, ItemError, Load, Result

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

# Seconds: word-level requests take milliseconds, long translations many seconds.
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


@dataclass(frozen=True, slots=True)
class JobFigures:
    """Jobs by state and seconds that the oldest waits, of all servers that share the database.

    `rows` and `copies` are those that the jobs of this server made since it started.
    """

    states: Mapping[str, int]
    oldest_seconds: float
    rows: int
    copies: int


class Metrics:
    """What is counted; each server has a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.requests = self._counter("requests", "Requests answered", "route", "method", "status")
        self.seconds = self._histogram("request_seconds", "Time of a request", "route")
        self.at_once = Gauge(
            "augment_requests_at_once", "Requests for work now", registry=self.registry
        )
        self.problems = self._counter("problems", "Requests answered by a problem", "code")
        self.items = self._counter("items", "Texts that ended", "outcome")
        self.phases = self._histogram("item_seconds", "Time of a text in each phase", "phase")
        self.asked = self._counter("copies_asked", "Copies asked for, of texts that were done")
        self.copies = self._counter("copies", "Copies made", "exact")
        self.missing = self._counter(
            "copies_missing", "Copies that could not be made, or that a check dropped", "reason"
        )
        self.unfinished = self._counter(
            "items_unfinished", "Texts refused, or left by their client"
        )

    def watch(self, load: Callable[[], Load]) -> None:
        """Tell the load of the engine whenever the metrics are read."""
        self.registry.register(_Engine(load))

    def watch_jobs(self, figures: Callable[[], JobFigures | None]) -> None:
        """Tell of the jobs whenever the metrics are read."""
        self.registry.register(_Jobs(figures))

    def ended(self, result: Result | ItemError) -> None:
        """Count a text that ended."""
        if isinstance(result, ItemError):
            self.items.labels(result.code).inc()
            return
        self.items.labels("done").inc()
        times = result.timings
        self.phases.labels("waiting").observe(times.waiting)
        self.phases.labels("preparing").observe(times.preparing)
        self.phases.labels("tokenizing").observe(times.tokenizing)
        self.phases.labels("translating").observe(times.translating)
        self.phases.labels("working").observe(times.working)
        self.asked.inc(len(result.outcome.copies) + len(result.outcome.missing))
        for copy in result.outcome.copies:
            self.copies.labels(str(copy.exact).lower()).inc()
        for _, refusal in result.outcome.missing:
            self.missing.labels(refusal.reason).inc()

    def page(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"augment_{name}", about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, *labels: str) -> Histogram:
        return Histogram(f"augment_{name}", about, labels, buckets=_BUCKETS, registry=self.registry)


class _Engine(Collector):
    """Figures of the engine that are asked for when they are read."""

    def __init__(self, load: Callable[[], Load]) -> None:
        self._load = load

    def collect(self) -> Iterator[Metric]:
        """The load of the engine, and its batches."""
        load = self._load()
        figures = {
            "queue_items": ("Texts waiting or at work", load.queued_items),
            "queue_cost": ("Padded tokens waiting or at work", load.queued_cost),
            "cost_per_second": ("Padded tokens a second, measured", load.cost_per_second or 0),
            "workers_alive": ("Worker processes alive", load.workers),
        }
        for name, (about, value) in figures.items():
            yield GaugeMetricFamily(f"augment_{name}", about, value=value)
        yield from _batches(load.batches)
        yield _draws(load.draws)


class _Jobs(Collector):
    """Figures of the jobs."""

    def __init__(self, figures: Callable[[], JobFigures | None]) -> None:
        self._figures = figures

    def describe(self) -> Iterator[Metric]:
        """Nothing: the table of jobs is not open yet when the metrics are made."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Jobs by state, the age of the oldest that waits, and what was done."""
        found = self._figures()
        if found is None:
            return
        states = GaugeMetricFamily("augment_jobs", "Jobs that are kept", labels=["state"])
        for state, count in found.states.items():
            states.add_metric([state], count)
        yield states
        yield GaugeMetricFamily(
            "augment_jobs_oldest_waiting_seconds",
            "Age of the oldest job that waits; 0 without one",
            value=found.oldest_seconds,
        )
        yield CounterMetricFamily("augment_job_rows", "Rows that jobs did here", value=found.rows)
        yield CounterMetricFamily(
            "augment_job_copies", "Copies that jobs made here", value=found.copies
        )


def _draws(kinds: Mapping[str, StepCount]) -> Metric:
    """Draws by kind of step and end, from which the share dropped by a reason is one ratio."""
    found = CounterMetricFamily(
        "augment_draws",
        "Draws of each kind of step, those drawn anew too: kept as a copy, idle (nothing to do), "
        "refused by the step, or dropped later by a step, a check or as a duplicate",
        labels=["kind", "end", "reason"],
    )
    for kind, count in kinds.items():
        found.add_metric([kind, "kept", ""], count.kept)
        for end, reasons in (
            ("idle", count.idle), ("refused", count.refused), ("dropped", count.dropped)
        ):  # fmt: skip
            for reason, draws in reasons.items():
                found.add_metric([kind, end, reason], draws)
    return found


def _batches(lanes: Sequence[Batches]) -> Iterator[Metric]:
    """Counters from which a fill is one rate over another: real over budget, items over batches."""
    count = CounterMetricFamily("augment_batches", "Batches done", labels=["lane"])
    items = CounterMetricFamily("augment_batch_items", "Texts in them", labels=["lane"])
    tokens = CounterMetricFamily(
        "augment_batch_tokens",
        "Tokens in them: real ones, with padding, and what the budget would have taken",
        labels=["lane", "sort"],
    )
    for lane in lanes:
        count.add_metric([lane.lane], lane.count)
        items.add_metric([lane.lane], lane.items)
        for sort, value in (("real", lane.real), ("padded", lane.padded), ("budget", lane.budget)):
            tokens.add_metric([lane.lane, sort], value)
    yield from (count, items, tokens)
