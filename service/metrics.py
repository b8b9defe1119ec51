"""Prometheus metrics of one server: labels are routes, codes and reasons, never texts or keys."""

from collections.abc import Callable, Iterator
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
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from service.engine.items import ItemError, Load, Result

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

# Seconds: word-level requests take milliseconds, long translations many seconds.
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


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
        self.copies = self._counter("copies", "Copies made", "exact")
        self.missing = self._counter("copies_missing", "Copies that could not be made", "reason")
        self.unfinished = self._counter(
            "items_unfinished", "Texts refused, or left by their client"
        )

    def watch(self, load: Callable[[], Load]) -> None:
        """Tell the load of the engine whenever the metrics are read."""
        self.registry.register(_Engine(load))

    def ended(self, result: Result | ItemError) -> None:
        """Count a text that ended."""
        if isinstance(result, ItemError):
            self.items.labels(result.code).inc()
            return
        self.items.labels("done").inc()
        times = result.timings
        self.phases.labels("waiting").observe(times.waiting)
        self.phases.labels("tokenizing").observe(times.tokenizing)
        self.phases.labels("working").observe(times.working)
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
    """Gauges that are asked for when they are read."""

    def __init__(self, load: Callable[[], Load]) -> None:
        self._load = load

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The load of the engine."""
        load = self._load()
        figures = {
            "queue_items": ("Texts waiting or at work", load.queued_items),
            "queue_cost": ("Padded tokens waiting or at work", load.queued_cost),
            "cost_per_second": ("Padded tokens a second, measured", load.cost_per_second or 0),
            "workers_alive": ("Worker processes alive", load.workers),
        }
        for name, (about, value) in figures.items():
            yield GaugeMetricFamily(f"augment_{name}", about, value=value)
