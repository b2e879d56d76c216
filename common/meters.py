"""What each process counts for Prometheus; ``/metrics`` tells it (project/http/metrics).

With ``PROMETHEUS_MULTIPROC_DIR`` set, the processes of one machine count into files in that folder,
and any of them tells the sum: https://prometheus.github.io/client_python/multiprocess/
"""

import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from prometheus_client import Counter, Histogram, start_http_server

from common.errors import is_throttling

ROWS = Counter(
    "sluice_rows",
    "Rows of files, counted when they are on the receipt. The format is its number.",
    ["outcome", "kind", "format"],
)
IMPORT_SECONDS = Histogram(
    "sluice_import_seconds",
    "From when an import was first made to its end, of those that are done.",
    ["kind"],
    buckets=(1, 5, 15, 60, 300, 900, 3600, 14400, 86400),
)
DYNAMODB_SECONDS = Histogram(
    "sluice_dynamodb_seconds",
    "How long DynamoDB takes for a request, with what the client sends again.",
    ["operation"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
DYNAMODB_THROTTLED = Counter(
    "sluice_dynamodb_throttled",
    "Requests to DynamoDB, and statements of batches, that were refused as too many.",
    ["operation"],
)
DYNAMODB_UNITS = Counter(
    "sluice_dynamodb_units",
    "Capacity units that DynamoDB consumed, where it tells them.",
    ["operation"],
)
_READING = ("BatchGetItem", "GetItem", "Query", "Scan")
# Statements of batches insert and delete.
_WRITING = ("BatchExecuteStatement", "DeleteItem", "PutItem", "UpdateItem")


class Units(NamedTuple):
    """Capacity units of DynamoDB."""

    write: float = 0.0
    read: float = 0.0


class _Total:
    """What this process has consumed since it began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.units = Units()

    def add(self, operation: str, units: float) -> None:
        with self._lock:
            write, read = self.units
            if operation in _READING:
                self.units = Units(write, read + units)
            else:
                self.units = Units(write + units, read)


_TOTAL = _Total()


class Consumed:
    """What this process consumes from now on, where DynamoDB tells it; a worker has one task at a
    time."""

    def __init__(self) -> None:
        self._told = _TOTAL.units

    def taken(self) -> Units:
        """Since this was asked last."""
        now, before = _TOTAL.units, self._told
        self._told = now
        return Units(now.write - before.write, now.read - before.read)


def serve(port: int) -> None:
    """Tell what this process counts at ``http://127.0.0.1:port/metrics``; nowhere with 0."""
    if port:
        start_http_server(port, "127.0.0.1")


def count_rows(outcomes: Mapping[str, int], kind: str, format_number: int | None) -> None:
    """Count rows by what became of them."""
    for outcome, count in outcomes.items():
        if count and outcome != "read":
            ROWS.labels(outcome, kind, format_number or "").inc(count)


def import_done(kind: str, seconds: float) -> None:
    """Count an import that came to its end in so many seconds."""
    IMPORT_SECONDS.labels(kind).observe(seconds)


def watch_dynamodb(client: Any) -> None:
    """Count the requests of a client."""
    events = client.meta.events
    for operation in _READING + _WRITING:
        events.register(f"provide-client-params.dynamodb.{operation}", _ask_for_units)
    events.register("provide-client-params.dynamodb", _begin)
    events.register("after-call.dynamodb", _end)


def _ask_for_units(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {"ReturnConsumedCapacity": "TOTAL", **params}


def _begin(context: dict[str, Any], **_: Any) -> None:
    context["sluice_begun"] = time.perf_counter()


def _end(context: dict[str, Any], model: Any, parsed: dict[str, Any], **_: Any) -> None:
    operation = model.name
    DYNAMODB_SECONDS.labels(operation).observe(time.perf_counter() - context["sluice_begun"])
    if units := _units(parsed.get("ConsumedCapacity")):
        DYNAMODB_UNITS.labels(operation).inc(units)
        _TOTAL.add(operation, units)
    if throttled := _throttled(parsed):
        DYNAMODB_THROTTLED.labels(operation).inc(throttled)


def _units(consumed: Any) -> float:
    """Of a request: one for each table, in a list where it may be several."""
    several = consumed if isinstance(consumed, list) else [consumed or {}]
    return sum(float(one.get("CapacityUnits", 0)) for one in several)


def _throttled(parsed: dict[str, Any]) -> int:
    responses = parsed.get("Responses")
    answers = responses if isinstance(responses, list) else []
    errors = [one.get("Error") for one in (parsed, *answers)]
    return sum(is_throttling(error["Code"]) for error in errors if error)
