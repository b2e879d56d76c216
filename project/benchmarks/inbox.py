"""Compares what two listeners reach from the inbox with what two workers reach from files.

Real processes, with a table, queues, a bucket and a database that are made for it and deleted
afterwards. The same number of new records comes as a file, as messages with one record each, and as
messages with 25; by turns, since the machine may not be as quick all the time.

What is timed is work, not the start of processes: workers and listeners are up before it begins.
Messages come in waves, sent while the listeners are held still, for two reasons: who sends them is
not to take processor time from them, and the embedded SQS looks through a whole queue at each
request, so that a long one would measure that.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

from common.aws.clients import dynamodb_client, s3_client, sqs_client
from messages_app.schema.builtin import MESSAGE
from messages_app.store.items import Item, item_of
from project.benchmarks.rows import csv_text, messages_of

_BATCH = 25
# Messages that wait at once.
_WAVE = 500
_WORKER = "-m celery -A project worker --without-gossip --without-mingle --without-heartbeat"
_LISTENER = "manage.py listen"
_ALIVE = "SELECT COUNT(*) FROM ingestion_heartbeat"
_COUNTED = "SELECT SUM(count) FROM ingestion_inboxcount"
_PATIENCE_SECONDS = 600
_LOOK_SECONDS = 0.01


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
    def running(self, *commands: str) -> Iterator[Sequence["subprocess.Popen[bytes]"]]:
        """While these processes run. Each says that it lives before it is worked with."""
        before = self.number(_ALIVE)
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
            _wait(lambda: self.number(_ALIVE) >= before + len(commands))
            yield started
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

    def has_counted(self, messages: int) -> bool:
        """Whether so many messages of the inbox were handled."""
        return self.number(_COUNTED) >= messages

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
        s3_client().put_object(Bucket=ground.name, Key=f"{uuid4()}.csv", Body=text)
        _wait(lambda: ground.number(chunks) > chunks_before)
        begin = time.perf_counter()
        _wait(lambda: ground.number(ended) > done_before)
        return records / (time.perf_counter() - begin)


def _inbox(ground: Ground, messages: Sequence[tuple[str, Any]], records: int) -> float:
    """What the waves take together."""
    seconds = 0.0
    with ground.running(_LISTENER, _LISTENER) as listeners:
        for wave in _slices(messages, _WAVE):
            with _held(listeners):
                _send(f"{ground.name}-inbox", wave)
                wanted = ground.number(_COUNTED) + len(wave)
            begin = time.perf_counter()
            _wait(partial(ground.has_counted, wanted))
            seconds += time.perf_counter() - begin
    return records / seconds


@contextmanager
def _held(processes: Sequence["subprocess.Popen[bytes]"]) -> Iterator[None]:
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


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
