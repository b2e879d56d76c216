"""A collector of OpenTelemetry on loopback: takes what the exporter sends by OTLP over HTTP."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Received:
    """One span, with the ids as hexadecimal text; ``parent`` is '' at the beginning of a trace."""

    name: str
    trace: str
    id: str
    parent: str
    is_failed: bool
    attributes: dict[str, Any]


@dataclass
class Collector:
    url: str
    spans: list[Received] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    def named(self, name: str) -> list[Received]:
        return [span for span in self.spans if span.name == name]

    def above(self, span: Received) -> list[str]:
        """The names of a span and of all that it is a part of, the innermost first."""
        by_id = {one.id: one for one in self.spans}
        names = [span.name]
        while span.parent in by_id:
            span = by_id[span.parent]
            names.append(span.name)
        return names


@contextmanager
def collector() -> Iterator[Collector]:
    """One that listens until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if self.path == "/v1/traces":
                _take(found, body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def _take(found: Collector, body: bytes) -> None:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        found.services.add(_attributes(resource.resource)["service.name"])
        for scope in resource.scope_spans:
            found.spans += [_received(span) for span in scope.spans]


def _received(span: Any) -> Received:
    return Received(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.status.code == span.status.STATUS_CODE_ERROR,
        _attributes(span),
    )


def _attributes(one: Any) -> dict[str, Any]:
    return {
        item.key: getattr(item.value, item.value.WhichOneof("value")) for item in one.attributes
    }
