"""Compares Sluice's way of writing rows with the ancestor's, in one run on one machine.

The ancestor sent each row as an SQS message of its own and put each into the table by itself. Both
ways run here one after the other, in one process, against a table and a queue that are made for it
and deleted afterwards. Requests and client CPU per row are what one pays for; rows a second also
depend on how fast the other side answers.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ingestion.layout import HEADER_BYTES, read_layout
from ingestion.provision.table import provision_table
from ingestion.rows import RowReader
from messages_app.aws import dynamodb_client, sqs_client
from messages_app.deadline import Deadline
from messages_app.items import item_of
from messages_app.record import Message
from messages_app.repository import MessageRepository
from messages_app.schema import MESSAGE

_CHUNK_ROWS = 4000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one way of writing took."""

    rows: int
    seconds: float
    cpu_seconds: float
    requests: int


def compare(rows: int) -> tuple[Cost, Cost]:
    """The cost of writing ``rows`` rows Sluice's way, and a tenth of them the ancestor's."""
    with _table() as table, _queue() as queue:
        ours = _measured(rows, lambda: _write_in_chunks(_text(rows), table))
        messages = list(_messages(_text(rows // 10, day=1)))
        theirs = _measured(len(messages), lambda: _write_one_by_one(messages, table, queue))
    return ours, theirs


def _write_in_chunks(text: bytes, table: str) -> None:
    repository = MessageRepository(dynamodb_client(), table)
    messages = list(_messages(text))
    for start in range(0, len(messages), _CHUNK_ROWS):
        chunk = messages[start : start + _CHUNK_ROWS]
        repository.insert_many(chunk, "keep", Deadline(600))


def _write_one_by_one(messages: list[Message], table: str, queue: str) -> None:
    for message in messages:
        sqs_client().send_message(QueueUrl=queue, MessageBody=json.dumps(item_of(message)))
    written = 0
    while written < len(messages):
        answer = sqs_client().receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for received in answer.get("Messages", []):
            dynamodb_client().put_item(TableName=table, Item=json.loads(received["Body"]))
            sqs_client().delete_message(QueueUrl=queue, ReceiptHandle=received["ReceiptHandle"])
            written += 1


def _messages(text: bytes) -> Iterator[Message]:
    layout = read_layout(text[:HEADER_BYTES], MESSAGE)
    reader = RowReader(MESSAGE, layout, str(uuid4()))
    for row in reader.read(text[layout.body_start :], layout.body_line):
        if row.message is not None:
            yield row.message


def _text(rows: int, day: int = 0) -> bytes:
    lines = (
        f"{1_559_000_000 + 86_400 * day + number / 8},location-{number % 7},wireless,"
        f"router-{number % 3},{number % 900 / 100},device-{number % 50},{number % 1700 / 100}"
        for number in range(rows)
    )
    return "\n".join([",".join(MESSAGE.names), *lines]).encode()


def _measured(rows: int, work: Callable[[], None]) -> Cost:
    count = 0

    def counted(**_: Any) -> None:
        nonlocal count
        count += 1

    clients: list[Any] = [dynamodb_client(), sqs_client()]
    for client in clients:
        client.meta.events.register("before-send", counted)
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    cost = Cost(rows, time.perf_counter() - wall, time.process_time() - cpu, count)
    for client in clients:
        client.meta.events.unregister("before-send", counted)
    return cost


@contextmanager
def _table() -> Iterator[str]:
    name = f"sluice-benchmark-{uuid4()}"
    for _ in provision_table(name):
        pass
    try:
        yield name
    finally:
        dynamodb_client().delete_table(TableName=name)


@contextmanager
def _queue() -> Iterator[str]:
    url = sqs_client().create_queue(QueueName=f"sluice-benchmark-{uuid4()}")["QueueUrl"]
    try:
        yield url
    finally:
        sqs_client().delete_queue(QueueUrl=url)
