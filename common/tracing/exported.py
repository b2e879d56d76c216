"""Spans that are sent to a collector by OTLP over HTTP. Loaded only where that is wanted.

They have names, counts and ids; of errors the class alone: no rows, and no texts.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from common.tracing.spans import HEADER, Kind, Span

_KINDS = {
    "internal": trace.SpanKind.INTERNAL,
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
    "consumer": trace.SpanKind.CONSUMER,
}
_PROPAGATOR = TraceContextTextMapPropagator()
Attributes = Mapping[str, str | int]


class _Sent(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def tell(self, name: str = "", *, is_failed: bool = False, **attributes: str | int) -> None:
        if name:
            self._span.update_name(name)
        if is_failed:
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.set_attributes(attributes)

    def end(self) -> None:
        self._span.end()


class Exported:
    """The spans of this process. Where and what of them are sent, and under which name of the
    service, the SDK reads from the environment."""

    def __init__(self) -> None:
        os.environ.setdefault("OTEL_SERVICE_NAME", "sluice")
        self._provider = TracerProvider()
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("sluice")

    @contextmanager
    def span(self, name: str, kind: Kind, parent: object, attributes: Attributes) -> Iterator[Span]:
        context = _context(parent) if parent is not None else None
        with self._tracer.start_as_current_span(
            name,
            context,
            _KINDS[kind],
            attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as opened:
            sent = _Sent(opened)
            try:
                yield sent
            except BaseException as error:
                sent.tell(is_failed=True, **{"error.type": type(error).__name__})
                raise

    def begun(self, name: str, kind: Kind, attributes: Attributes) -> Span:
        if not trace.get_current_span().get_span_context().is_valid:
            return Span()
        return _Sent(self._tracer.start_span(name, None, _KINDS[kind], attributes))

    def carried(self) -> str:
        headers: dict[str, str] = {}
        _PROPAGATOR.inject(headers)
        return headers.get(HEADER, "")

    def flush(self) -> None:
        self._provider.force_flush()


def _context(parent: object) -> Context:
    """Of a header; empty, so that a trace begins, when it is none."""
    headers = {HEADER: parent} if isinstance(parent, str) else {}
    return _PROPAGATOR.extract(headers, Context())
