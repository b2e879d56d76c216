"""Files in the bucket, and their way into the table without worker processes."""

import random
from collections.abc import Iterable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from common.aws import s3
from common.aws.clients import dynamodb_client, s3_client
from common.deadline import Deadline
from ingestion.models import Import
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.kind_of_file import pinned_kind
from ingestion.running import lifecycle
from ingestion.running.ended.by_query.models import Deletion
from ingestion.running.ended.by_query.work import work
from ingestion.running.ended.undo import beginning
from ingestion.running.ended.undo.chunk import undo
from ingestion.running.ended.verifying import work as verifying
from ingestion.running.plan import plan
from ingestion.running.write import write
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import Record
from messages_app.store.query import Query
from messages_app.store.repository import RecordRepository

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
HEADER = "timestamp,location,source,local_dest,local_avg,remote_dest,remote_avg\n"
DATE = "2019-05-28"
UNDO = "undo"
VERIFY = "verify"
FIRST_SECOND = 1559040000  # 2019-05-28T10:40:00Z


class Tasks:
    """In place of Celery: keeps the tasks until they are run."""

    def __init__(self) -> None:
        # Chunk 0 stands for the plan; a third word for the taking back.
        self.waiting: list[tuple[Any, ...]] = []

    def plan(self, import_id: str) -> None:
        self.waiting.append((import_id, 0))

    def write(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None:
        self.waiting.append((import_id, chunk_number))

    def undo(self, import_id: str, chunk_number: int, delay_seconds: int = 0) -> None:
        self.waiting.append((import_id, chunk_number, UNDO))

    def verify(self, import_id: str, delay_seconds: int = 0) -> None:
        self.waiting.append((import_id, 0, VERIFY))

    def delete_records(self, deletion_id: str, delay_seconds: int = 0) -> None:
        self.waiting.append((deletion_id,))

    def repository(self, kind: str, version: int) -> RecordRepository:
        return pinned_kind(kind, version).repository

    def run(self, seconds: float = 30) -> None:
        """Run all tasks, and those that they send, in the order in which they were sent."""
        while self.waiting:
            self.run_one(0, seconds)

    def run_shuffled(self, chance: random.Random) -> None:
        """Run all tasks in any order, most of them more than once."""
        done: list[tuple[Any, ...]] = []
        while self.waiting:
            place = chance.randrange(len(self.waiting))
            done.append(self.waiting[place])
            self.run_one(place)
            if chance.random() < 0.5:
                self.waiting.append(chance.choice(done))

    def run_one(self, place: int = 0, seconds: float = 30) -> None:
        task = self.waiting.pop(place)
        if len(task) == 1:
            deletion = Deletion.objects.get(pk=task[0])
            work(deletion, self, Deadline(seconds), self.repository(deletion.kind, 0))
            return
        import_id, chunk_number, *what = task
        import_ = Import.objects.get(pk=import_id)
        try:
            if what == [VERIFY]:
                repository = self.repository(import_.kind, import_.kind_version)
                verifying.go_on(import_, self, Deadline(seconds), repository)
            elif what:
                self._undo(import_, chunk_number, seconds)
            elif chunk_number:
                chunk = import_.chunks.get(number=chunk_number)
                repository = self.repository(import_.kind, import_.kind_version)
                write(import_, chunk, repository, self, Deadline(seconds))
            else:
                plan(import_, self, Deadline(seconds))
        except FileError as error:
            lifecycle.fail(import_, error.code, error.detail)

    def _undo(self, import_: Import, chunk_number: int, seconds: float) -> None:
        if not chunk_number:
            beginning.send_chunks(import_, self)
            return
        chunk = import_.chunks.get(number=chunk_number)
        repository = self.repository(import_.kind, 0)
        undo(import_, chunk, repository, self, Deadline(seconds))


def line(number: int, second: int | None = None, *, avg: object = None, **cells: str) -> str:
    """A good line of a file; lines of one ``second`` have the same key."""
    values = {
        "timestamp": str(FIRST_SECOND + (number if second is None else second)),
        "location": "location-03",
        "source": "wireless",
        "local_dest": "router-1",
        "local_avg": str(number if avg is None else avg),
        "remote_dest": "device-1",
        "remote_avg": "9.09",
    }
    return ",".join((values | cells).values()) + "\n"


def lines(count: int) -> str:
    return "".join(line(number) for number in range(count))


def put(text: str | bytes, key: str = "file.csv", bucket: str = "", **metadata: str):
    """Put an object; what S3 knows of it."""
    bucket = bucket or settings.DATA_BUCKET
    body = text.encode() if isinstance(text, str) else text
    s3_client().put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata)
    stored = s3.head(bucket, key)
    assert stored is not None
    return stored


def put_empty(keys: Iterable[str]) -> None:
    """Empty objects, a thousand of them: the embedded S3 takes requests that nobody signed, and to
    make such a one takes a tenth of the time."""
    server = HTTPConnection(urlsplit(settings.AWS_ENDPOINT_URL).netloc)
    for key in keys:
        server.request("PUT", f"/{settings.DATA_BUCKET}/{key}")
        response = server.getresponse()
        assert (response.status, response.read()) == (200, b"")
    server.close()


def start(text: str | bytes, tasks: Tasks, key: str = "file.csv", **metadata: str) -> Import:
    """The import of a new file, its plan not yet run."""
    metadata = {name.replace("_", "-"): value for name, value in metadata.items()}
    return lifecycle.start(put(text, key, **metadata), tasks)


def run(text: str | bytes, key: str = "file.csv", **metadata: str) -> Import:
    """The import of a new file, at its end."""
    tasks = Tasks()
    import_ = start(text, tasks, key, **metadata)
    tasks.run()
    import_.refresh_from_db()
    return import_


def take_back(import_: Import, **options: Any) -> dict[str, int]:
    """Take an import back, to the end; what became of its rows, without the zeros."""
    tasks = Tasks()
    assert beginning.begin(import_, tasks, **options)
    tasks.run()
    return undo_counts(import_)


def undo_counts(import_: Import) -> dict[str, int]:
    import_.refresh_from_db()
    assert import_.undo is not None
    return {name: count for name, count in import_.undo.as_dict().items() if count}


def counts(import_: Import) -> dict[str, int]:
    """The receipt without the zeros."""
    import_.refresh_from_db()
    return {name: count for name, count in import_.receipt.as_dict().items() if count}


def records(date: str = DATE) -> list[Record]:
    """What the table holds of a date."""
    return BUILTIN.repository.page(Query(date), 5000).records


def averages() -> list[int]:
    """One field of all records, which tells them apart."""
    return sorted(int(str(record.values["local_avg"])) for record in records())


def lose(messages):
    """Take records out of the table behind Sluice's back."""
    for message in messages:
        key = {"date": {"S": message.date}, "time": {"S": message.time}}
        dynamodb_client().delete_item(TableName=settings.MESSAGES_TABLE, Key=key)
