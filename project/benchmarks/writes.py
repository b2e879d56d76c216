"""Compares Sluice's way of writing rows with the ancestor's, in one run on one machine.

The ancestor sent each row as an SQS message of its own and put each into the table by itself. Both
ways run here one after the other, in one process, against a table and a queue that are made for it
and deleted afterwards. Requests and client CPU per row are what one pays for; rows a second also
depend on how fast the other side answers.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.aws.clients import dynamodb_client, sqs_client
from common.deadline import Deadline
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store.bulk_insert import BulkInsert
from messages_app.store.items import item_of
from project.benchmarks.ancestor import one_by_one
from project.benchmarks.rows import csv_text, messages_of
from project.benchmarks.table import temporary_queue, temporary_table

_CHUNK_ROWS = 4000


@dataclass(frozen=True, slots=True)
class WriteCost:
    """What one way of writing took."""

    rows: int
    seconds: float
    cpu_seconds: float
    requests: int


def compare(rows: int) -> tuple[WriteCost, WriteCost]:
    """The cost of writing ``rows`` rows Sluice's way, and a tenth of them the ancestor's."""
    with temporary_table() as table, temporary_queue() as queue:
        ours = _measured(rows, lambda: _write_in_chunks(csv_text(rows), table))
        records = list(messages_of(csv_text(rows // 10, day=1)))
        theirs = _measured(len(records), lambda: _write_one_by_one(records, table, queue))
    return ours, theirs


def _write_in_chunks(text: bytes, table: str) -> None:
    records = list(messages_of(text))
    for start in range(0, len(records), _CHUNK_ROWS):
        bulk = BulkInsert(dynamodb_client(), table, MESSAGE, "keep", Deadline(600))
        bulk.run(records[start : start + _CHUNK_ROWS])


def _write_one_by_one(records: list[Record], table: str, queue: str) -> None:
    """With boto3 as it is."""
    clients: tuple[Any, Any] = dynamodb_client(), sqs_client()
    dynamodb, sqs = (client.plain for client in clients)
    one_by_one([item_of(record, MESSAGE) for record in records], table, queue, dynamodb, sqs)


def _measured(rows: int, work: Callable[[], None]) -> WriteCost:
    count = 0

    def counted(**_: Any) -> None:
        nonlocal count
        count += 1

    clients: list[Any] = [dynamodb_client(), sqs_client()]
    for client in clients:
        client.meta.events.register("before-call", counted)
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    cost = WriteCost(rows, time.perf_counter() - wall, time.process_time() - cpu, count)
    for client in clients:
        client.meta.events.unregister("before-call", counted)
    return cost
