"""Whether the parts that Sluice is made of answer, and its processes are at work.

Each part is asked once and given little time, all at the same time: the answer comes within some
seconds, whatever is broken.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from common.aws.clients import probing_client
from common.database.known import Known
from common.database.optional_write import short_wait
from common.errors import ServiceError, wrapped
from ingestion.aws.sqs import dead_letter_queue, probed_counts, queue_names
from ingestion.models import Heartbeat
from ingestion.running.heartbeats import Heart, Kind, heard_of

_ABSENT = frozenset(
    {
        "404",
        "NoSuchBucket",
        "ResourceNotFoundException",
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
    }
)
_PROVISION = "Run `python manage.py provision`."


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of one part. The sentence is for people who are logged in: it names things."""

    name: str
    is_ok: bool
    sentence: str


def recent_services() -> list[Check]:
    """:func:`services`, asked for once in some seconds, however many ask."""
    return _recent.get()


def forget_services() -> None:
    """Ask again at the next time."""
    _recent.forget()


def services() -> list[Check]:
    """Database, table, queues and bucket."""
    table, bucket = settings.MESSAGES_TABLE, settings.DATA_BUCKET
    dynamodb, sqs, s3 = (probing_client(name) for name in ("dynamodb", "sqs", "s3"))
    with ThreadPoolExecutor(5) as pool:
        asked = [
            pool.submit(_error, "DynamoDB", dynamodb.describe_table, TableName=table),
            *(
                pool.submit(_error, "SQS", sqs.get_queue_url, QueueName=one)
                for one in queue_names()
            ),
            pool.submit(_error, "S3", s3.head_bucket, Bucket=bucket),
        ]
        database = _database()
        of_table, *of_queues, of_bucket = [one.result() for one in asked]
    return [
        database,
        _check("table", f"The table {table}", of_table),
        _queues(of_queues),
        _check("bucket", f"The bucket {bucket}", of_bucket),
    ]


_recent = Known(services)


def processes() -> list[Check]:
    """Listener and workers."""
    return [
        _process("listener", Kind.LISTENER, "Files that are put into the bucket wait for it."),
        _process("workers", Kind.WORKER, "Imports wait for one."),
    ]


def dead_letters_waiting() -> int | None:
    """About how many dead letters there are; None when the queues do not answer."""
    try:
        with ThreadPoolExecutor(3) as pool:
            counts = pool.map(probed_counts, map(dead_letter_queue, queue_names()))
            return sum(one["waiting"] for one in counts)
    except ServiceError:
        return None


def _error(service: str, request: Callable[..., Any], **arguments: Any) -> ServiceError | None:
    try:
        with wrapped(service, "be asked"):
            request(**arguments)
    except ServiceError as error:
        return error
    return None


def _check(name: str, thing: str, error: ServiceError | None) -> Check:
    if error is None:
        return Check(name, True, f"{thing} answers.")
    if error.code in _ABSENT:
        return Check(name, False, f"{thing} is not there. {_PROVISION}")
    return Check(name, False, f"{thing} does not answer ({error.code}).")


def _queues(errors: list[ServiceError | None]) -> Check:
    wrong = [(name, one) for name, one in zip(queue_names(), errors, strict=True) if one]
    if wrong:
        name, error = wrong[0]
        return _check("queues", f"The queue {name}", error)
    return Check("queues", True, "The queues answer.")


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        sentence = (
            "The database does not answer. Check DATABASE_URL, and whether the database runs."
        )
        return Check("database", False, sentence)
    try:
        with short_wait():
            Heart(Kind.WEB).write()
    except (DatabaseError, InterfaceError) as error:
        sentence = f"The database cannot be written ({error}). Is its disk full, or is it locked?"
        return Check("database", False, sentence)
    return Check("database", True, "The database answers.")


def _process(name: str, kind: Heartbeat.Kind, consequence: str) -> Check:
    count, last = heard_of(kind)
    if count:
        return Check(name, True, f"{_said(name, count)}, last seen {_ago(last)}.")
    if last is None:
        return Check(name, False, f"No {kind} has been seen yet. {consequence}")
    since = f"{last:%Y-%m-%d %H:%M} UTC"
    return Check(name, False, f"No {kind} has been seen since {since}. {consequence}")


def _said(name: str, count: int) -> str:
    if name == "listener":
        return "The listener is at work"
    return f"{count} worker{'s are' if count > 1 else ' is'} at work"


def _ago(at: datetime | None) -> str:
    seconds = round((timezone.now() - at).total_seconds()) if at else 0
    return "just now" if seconds < 2 else f"{seconds} seconds ago"
