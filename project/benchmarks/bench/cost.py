"""*Cost*: the requests of AWS and the units of DynamoDB that a million rows take, counted while a
file is imported in this process, and dollars at list prices."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.conf import settings

from common.aws import s3
from common.aws.clients import dynamodb_client, s3_client
from common.deadline import Deadline
from ingestion.models import Chunk, Import, State
from ingestion.presentation import prices
from ingestion.reading.formats.kind_of_file import pinned_kind
from ingestion.running import lifecycle
from ingestion.running.plan import plan
from ingestion.running.write import write
from project.benchmarks.bench.drops import text_of
from project.benchmarks.bench.figures import Figure, Section

_NUMBER = 200
_SECONDS = 3600
_WITH_UNITS = (
    *("BatchExecuteStatement", "BatchGetItem", "Query", "GetItem"),
    *("PutItem", "UpdateItem", "DeleteItem"),
)
_READING = tuple(f"DynamoDB {name}" for name in ("BatchGetItem", "Query", "GetItem"))


@dataclass(slots=True)
class Tally:
    """What was sent to AWS, and what DynamoDB says that it consumed."""

    requests: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)

    def ask_for_units(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def note(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        name = f"{model.service_model.service_id} {model.name}"
        self.requests[name] += 1
        consumed = parsed.get("ConsumedCapacity", [])
        for one in consumed if isinstance(consumed, list) else [consumed]:
            self.units[name] += float(one.get("CapacityUnits", 0))  # type: ignore[assignment]


class _Tasks:
    """A queue of tasks in this process."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[str, int | None]] = deque()
        self.sent = 0

    def plan(self, import_id: str) -> None:
        self._send((import_id, None))

    def write(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None:
        self._send((import_id, chunk_number))

    def verify(self, import_id: str, delay_seconds: int = 0) -> None:
        raise NotImplementedError

    def undo(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None:
        raise NotImplementedError("nothing is taken back here")

    def delete_records(self, deletion_id: str, delay_seconds: int = 0) -> None:
        """Nothing is deleted by a query."""

    def _send(self, task: tuple[str, int | None]) -> None:
        self.waiting.append(task)
        self.sent += 1


def measure(rows: int) -> Section:
    """A file that is new, and the same again, a million rows each."""
    text = text_of(rows, _NUMBER)
    figures: list[Figure] = []
    for when in ("new", "again"):
        tally, tasks = _imported(text)
        tally.requests["SQS, about"] += prices.SQS_REQUESTS_A_TASK * tasks
        figures += [
            Figure(f"{when}: {name}", "requests", [count * 1_000_000 / rows])
            for name, count in sorted(tally.requests.items())
        ]
        figures += [
            Figure(f"{when}: {name}", "units", [count * 1_000_000 / rows])
            for name, count in sorted(tally.units.items())
        ]
        figures.append(Figure(f"{when}: at list prices", "dollars", [_dollars(tally, tasks, rows)]))
    return Section("Cost of 1,000,000 rows", figures)


def _dollars(tally: Tally, tasks: int, rows: int) -> float:
    """Of a million rows."""
    reads = sum(units for name, units in tally.units.items() if name in _READING)
    writes, share = sum(tally.units.values()) - reads, 1_000_000 / rows
    return float(prices.cost(writes * share, reads * share, round(tasks * share)).dollars)


def _imported(text: bytes) -> tuple[Tally, int]:
    # The listener takes no object of this name for a file.
    key = f"bench-{uuid4()}.none"
    s3.put(settings.DATA_BUCKET, key, text, "text/csv")
    stored = s3.head(settings.DATA_BUCKET, key)
    assert stored is not None
    tasks = _Tasks()
    with _counting() as tally:
        import_ = lifecycle.start(stored, tasks)
        while tasks.waiting:
            _do(tasks.waiting.popleft(), tasks)
    import_.refresh_from_db()
    if import_.state != State.DONE:
        raise RuntimeError(f"the import ended as {import_.state}: {import_.error_detail}")
    return tally, tasks.sent


def _do(task: tuple[str, int | None], tasks: _Tasks) -> None:
    import_id, number = task
    import_, deadline = Import.objects.get(pk=import_id), Deadline(_SECONDS)
    if number is None:
        plan(import_, tasks, deadline)
        return
    chunk = Chunk.objects.get(import_record=import_, number=number)
    write(
        import_, chunk, pinned_kind(import_.kind, import_.kind_version).repository, tasks, deadline
    )


@contextmanager
def _counting() -> Iterator[Tally]:
    tally = Tally()
    table_clients: list[Any] = [dynamodb_client(), dynamodb_client("once")]
    clients: list[Any] = [*table_clients, s3_client(), s3_client("once")]
    with ExitStack() as stack:
        for client in clients:
            events = client.meta.events
            events.register("after-call", tally.note)
            stack.callback(events.unregister, "after-call", tally.note)
        for client in table_clients:
            for operation in _WITH_UNITS:
                name, events = f"provide-client-params.dynamodb.{operation}", client.meta.events
                events.register(name, tally.ask_for_units)
                stack.callback(events.unregister, name, tally.ask_for_units)
        yield tally
