"""Compares what two listeners reach from the inbox with what two workers reach from files.

Real processes, with a table, queues, a bucket and a database that are made for it and deleted
afterwards. The same number of new records comes as a file, as messages with one record each, and as
messages with 25; by turns, since the machine may not be as quick all the time.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

from common.aws.clients import dynamodb_client, s3_client, sqs_client
from messages_app.schema.builtin import MESSAGE
from messages_app.store.items import Item, item_of
from project.benchmarks.rows import csv_text, messages_of

_BATCH = 25
_WORKER = "-m celery -A project worker --without-gossip --without-mingle --without-heartbeat"
_LISTENER = "manage.py listen"
_PATIENCE_SECONDS = 600
_LOOK_SECONDS = 0.05


class Rates(NamedTuple):
    """Records a second."""

    files: float
    messages: float
    batches: float


class Ground:
    """Where it takes place: names of its own."""

    def __init__(self, folder: Path) -> None:
        self.name = f"sluice-benchmark-{uuid4()}"
        self._database = folder / "benchmark.sqlite3"
        self._environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self._database}",
            "DATA_BUCKET": self.name,
            "MESSAGES_TABLE": self.name,
            "BUCKET_EVENTS_QUEUE": f"{self.name}-events",
            "MESSAGE_INBOX_QUEUE": f"{self.name}-inbox",
            "CELERY_QUEUE": f"{self.name}-celery",
        }

    def manage(self, command: str) -> None:
        arguments = [sys.executable, "manage.py", *command.split()]
        subprocess.run(arguments, env=self._environment, check=True, capture_output=True)

    @contextmanager
    def running(self, *commands: str) -> Iterator[None]:
        """While these processes run."""
        started = [
            subprocess.Popen(
                [sys.executable, *command.split()],
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for command in commands
        ]
        try:
            yield
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(_PATIENCE_SECONDS)

    def number(self, query: str) -> int:
        """What the database answers."""
        with sqlite3.connect(self._database, timeout=20) as connection:
            (found,) = connection.execute(query).fetchone()
        return int(found or 0)

    def remove(self) -> None:
        dynamodb_client().delete_table(TableName=self.name)
        for page in s3_client().get_paginator("list_object_versions").paginate(Bucket=self.name):
            for one in page.get("Versions", []):
                key, version = one["Key"], one["VersionId"]
                s3_client().delete_object(Bucket=self.name, Key=key, VersionId=version)
        s3_client().delete_bucket(Bucket=self.name)
        for url in sqs_client().list_queues(QueueNamePrefix=self.name).get("QueueUrls", []):
            sqs_client().delete_queue(QueueUrl=url)


def compare(records: int, rounds: int) -> Iterator[Rates]:
    """The rates of each round."""
    with TemporaryDirectory(prefix="sluice-benchmark-") as folder:
        ground = Ground(Path(folder))
        ground.manage("migrate")
        ground.manage("provision")
        try:
            for number in range(rounds):
                yield _round(ground, records, 3 * number)
        finally:
            ground.remove()


def _round(ground: Ground, records: int, day: int) -> Rates:
    files = _files(ground, csv_text(records, day))
    items = [_items(csv_text(records, day + offset)) for offset in (1, 2)]
    singles = [("POST", {"TableName": ground.name, "Item": item}) for item in items[0]]
    batches = [
        ("BATCH_WRITE", {"RequestItems": {ground.name: [{"PutRequest": {"Item": i}} for i in few]}})
        for few in _slices(items[1], _BATCH)
    ]
    return Rates(files, _inbox(ground, singles, records), _inbox(ground, batches, records))


def _files(ground: Ground, text: bytes) -> float:
    records = text.count(b"\n")
    ended = "SELECT COUNT(*) FROM ingestion_import WHERE state = 'done'"
    chunks = "SELECT COUNT(*) FROM ingestion_chunk"
    done_before, chunks_before = ground.number(ended), ground.number(chunks)
    with ground.running(_WORKER, _WORKER, _LISTENER):
        _wait(lambda: ground.number("SELECT COUNT(*) FROM ingestion_heartbeat") >= 3)
        s3_client().put_object(Bucket=ground.name, Key=f"{uuid4()}.csv", Body=text)
        _wait(lambda: ground.number(chunks) > chunks_before)
        begin = time.perf_counter()
        _wait(lambda: ground.number(ended) > done_before)
        return records / (time.perf_counter() - begin)


def _inbox(ground: Ground, messages: Sequence[tuple[str, Any]], records: int) -> float:
    """From the first poll that is done to the last."""
    _send(f"{ground.name}-inbox", messages)
    counted = "SELECT SUM(count) FROM ingestion_inboxcount"
    before = ground.number(counted)
    with ground.running(_LISTENER, _LISTENER):
        _wait(lambda: ground.number(counted) > before)
        begin, first = time.perf_counter(), ground.number(counted) - before
        _wait(lambda: ground.number(counted) - before >= len(messages))
        seconds = time.perf_counter() - begin
    return records * (1 - first / len(messages)) / seconds


def _send(queue: str, messages: Sequence[tuple[str, Any]]) -> None:
    url = sqs_client().get_queue_url(QueueName=queue)["QueueUrl"]
    for few in _slices(messages, 10):
        entries: list[Any] = [
            {
                "Id": str(number),
                "MessageBody": json.dumps(body),
                "MessageAttributes": {"Method": {"DataType": "String", "StringValue": method}},
            }
            for number, (method, body) in enumerate(few)
        ]
        sqs_client().send_message_batch(QueueUrl=url, Entries=entries)


def _items(text: bytes) -> list[Item]:
    items = [item_of(message, MESSAGE) for message in messages_of(text)]
    return [{name: one for name, one in item.items() if name != "origin"} for item in items]


def _slices(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the benchmark's processes do nothing")
        time.sleep(_LOOK_SECONDS)
