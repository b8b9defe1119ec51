"""OpenTelemetry spans of requests and of the work for them, where the setting `traces` asks for it.

A span says which route, status and request it was and how long the parts took; never a text, key,
address, path or message. The spans are our own few, since instrumentations record addresses. They
go to the collector that the standard variable OTEL_EXPORTER_OTLP_ENDPOINT names, over HTTP.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from augment import __version__
from service.engine.items import Result, Timings
from service.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

_NAME: Final = "augment-service"
_BILLION: Final = 1_000_000_000

# Version 00 of https://www.w3.org/TR/trace-context/; `tracestate` is free text and not taken.
_PARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class RequestSpan:
    """The span of one request; without one, all of this does nothing."""

    def __init__(self, span: "Span | None" = None) -> None:
        self._span = span

    @property
    def trace_id(self) -> str | None:
        """The id of the whole trace, for the log."""
        return None if self._span is None else f"{self._span.get_span_context().trace_id:032x}"

    @property
    def header(self) -> str | None:
        """The span as a value of `traceparent`, which clients and their proxies may go on from."""
        if self._span is None:
            return None
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def answered(self, *, route: str, method: str, status: int, request: str) -> None:
        """Say which request it was and how it went; `route` is its template."""
        if self._span is None:
            return
        from opentelemetry.trace import StatusCode

        self._span.update_name(f"{method} {route}")
        self._span.set_attributes(
            {
                "http.route": route,
                "http.request.method": method,
                "http.response.status_code": status,
                "augment.request_id": request,
            }
        )
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)


class Tracing:
    """The spans of one server; without a provider none are made."""

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        self._provider = provider
        self._tracer = None if provider is None else provider.get_tracer(_NAME, __version__)

    @contextmanager
    def request(self, headers: Mapping[str, str]) -> Iterator[RequestSpan]:
        """The span of a request; what is traced within the block is its child."""
        if self._tracer is None:
            yield RequestSpan()
            return
        from opentelemetry.trace import SpanKind, use_span

        span = self._tracer.start_span("request", _parent(headers), kind=SpanKind.SERVER)
        # The message of an exception may quote what a client sent, so it is not recorded.
        with use_span(span, True, record_exception=False, set_status_on_exception=False):
            yield RequestSpan(span)

    def batch(self, results: list[Result]) -> None:
        """The spans of one batch's work for the current request, when its texts have ended.

        The spans `tokenizing` and `translating` lie at the beginning of `working`: how long they
        were is true, but translators may have been asked several times in between.
        """
        if self._tracer is None or not results:
            return
        first, last = (pick((one.timings for one in results), key=_ended) for pick in (min, max))
        # The engine's clock has no date of its own.
        zero = time.time() - time.monotonic()
        start = zero + last.left
        self._past("waiting", start - max(one.timings.waiting for one in results), start, results)
        self._past("preparing", start, start + first.preparing, results)
        begun = start + last.preparing
        self._past("working", begun, begun + last.working, results)
        if last.translating:
            cut = begun + last.tokenizing
            self._past("tokenizing", begun, cut, results)
            self._past("translating", cut, cut + last.translating, results)

    def close(self) -> None:
        """Send what has not been sent."""
        if self._provider is not None:
            self._provider.shutdown()

    def _past(self, name: str, began: float, ended: float, results: list[Result]) -> None:
        """A span that is over; times in seconds since the epoch."""
        assert self._tracer is not None
        span = self._tracer.start_span(name, start_time=round(began * _BILLION))
        span.set_attribute("augment.texts", len(results))
        span.end(round(ended * _BILLION))


def tracing(*, wanted: bool) -> Tracing:
    """What the setting `traces` asks for.

    Raises:
        SettingsError: the packages for it are not installed.
    """
    if not wanted:
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            "traces: true needs packages that are not installed "
            f"({error.name}): pip install 'text-augmentation-service[otel]', or leave traces false"
        ) from error
    own = Resource({"service.name": _NAME, "service.version": __version__})
    provider = TracerProvider(resource=own.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)


def _parent(headers: Mapping[str, str]) -> "Context | None":
    """The span that the client's `traceparent` names, if it is one."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    given = headers.get("traceparent", "")
    if not _PARENT.fullmatch(given):
        return Context()
    return TraceContextTextMapPropagator().extract({"traceparent": given}, Context())


def _ended(timings: Timings) -> float:
    return timings.left + timings.preparing + timings.working
