"""What a dead letter says: a Celery task, an event of S3, or a message of another producer."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from ingestion.aws.sqs import Delivery
from ingestion.dead_letters import inbox
from ingestion.dead_letters.json_text import as_json, pretty, printable, shortened_line
from ingestion.running.s3_events import UnreadableEvent, check_bucket, created_objects

# An event names thousands of objects at most; a page has room for some.
_OBJECTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be handled. What it does not tell is empty.

    ``content`` is the body as JSON, decoded as far as it can be read; ``fault`` says why it cannot.
    ``subject`` is what it is about: an object, a record. ``objects`` are the first of an event.
    ``receives`` counts those who looked at it too.
    """

    id: str
    queue: str
    body: str
    attributes: Mapping[str, Any]
    receives: int
    sent_at: datetime | None
    received_at: datetime | None
    task: str = ""
    import_id: str = ""
    chunk: int | None = None
    method: str = ""
    subject: str = ""
    objects: tuple[tuple[str, str], ...] = ()
    content: Any = None
    fault: str = ""

    @property
    def is_of_inbox(self) -> bool:
        return self.queue == settings.MESSAGE_INBOX_QUEUE

    @property
    def text(self) -> str:
        """What it says, as JSON to look at where it is some."""
        return printable(self.body) if self.content is None else pretty(self.content, self.body)


def read_dead_letter(queue: str, delivery: Delivery) -> DeadLetter:
    """The letter that was delivered by the dead-letter queue of ``queue``."""
    readers: dict[str, Callable[[Delivery], dict[str, Any]]] = {
        settings.CELERY_QUEUE: _task,
        settings.BUCKET_EVENTS_QUEUE: _event,
        settings.MESSAGE_INBOX_QUEUE: _inbox_message,
    }
    return DeadLetter(
        id=delivery.id,
        queue=queue,
        body=delivery.body,
        attributes=delivery.attributes,
        receives=int(delivery.known.get("ApproximateReceiveCount", 0)),
        sent_at=_moment(delivery, "SentTimestamp"),
        received_at=_moment(delivery, "ApproximateFirstReceiveTimestamp"),
        **readers[queue](delivery),
    )


def _moment(delivery: Delivery, name: str) -> datetime | None:
    milliseconds = delivery.known.get(name)
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if milliseconds else None


def _task(delivery: Delivery) -> dict[str, Any]:
    """From kombu's envelope (base64 of JSON) with a task of Celery's protocol 2 in it.

    https://docs.celeryq.dev/en/stable/internals/protocol.html
    """
    try:
        envelope = as_json(base64.b64decode(delivery.body))
        arguments, named, _ = as_json(base64.b64decode(envelope["body"]))
        task = shortened_line(str(envelope["headers"]["task"]))
        import_id = str(UUID(arguments[0]))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return {"fault": "It is not a task of Sluice."}
    chunk = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], int) else None
    content = {"task": task, "arguments": arguments, "named": named}
    return {"task": task, "import_id": import_id, "chunk": chunk, "content": content}


def _event(delivery: Delivery) -> dict[str, Any]:
    content = _opened(as_json(delivery.body))
    try:
        created = created_objects(delivery.body)
    except UnreadableEvent as error:
        return {"content": content, "fault": f"{str(error)[:1].upper()}{str(error)[1:]}."}
    objects = tuple((one.bucket, one.key) for one in created[:_OBJECTS_SHOWN])
    first = "/".join(objects[0]) if objects else ""
    more = f" and {len(created) - 1} more" if len(created) > 1 else ""
    subject = f"s3://{first}{more}" if first else "no new object"
    try:
        check_bucket(created)
        fault = ""
    except UnreadableEvent as error:
        fault = f"It is not for Sluice: {error}."
    return {"content": content, "objects": objects, "subject": subject, "fault": fault}


def _opened(content: Any) -> Any:
    """A notification of SNS with the message in it as JSON, where it is some."""
    if isinstance(content, dict) and isinstance(content.get("Message"), str):
        inner = as_json(content["Message"])
        return {**content, "Message": content["Message"] if inner is None else inner}
    return content


def _inbox_message(delivery: Delivery) -> dict[str, Any]:
    method = inbox.method_of(delivery.attributes)
    reason = inbox.reason_of(delivery.attributes)
    return {
        "method": shortened_line(method),
        "content": as_json(delivery.body),
        "subject": inbox.key_of(delivery.body),
        "fault": printable(reason or inbox.fault_of(method, delivery.body)),
    }
