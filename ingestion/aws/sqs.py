"""The one module that calls raw SQS queues. Celery's own queue is used through Celery."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.conf import settings

from common.aws.clients import probing_client, sqs_client
from common.errors import wrapped

DEAD_LETTER_SUFFIX = "-dead-letters"
# The names of FIFO queues end so.
FIFO_SUFFIX = ".fifo"
MAX_AT_ONCE = 10
_OWN_GROUP = "sluice"
# How SQS calls the number of messages that wait, are being worked on, or come later.
_COUNTS = {
    "waiting": "ApproximateNumberOfMessages",
    "worked_on": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


def queue_names() -> tuple[str, str, str]:
    """The queues that Sluice reads; each has a dead-letter queue."""
    return settings.BUCKET_EVENTS_QUEUE, settings.MESSAGE_INBOX_QUEUE, settings.CELERY_QUEUE


def dead_letter_queue(name: str) -> str:
    """The name of the dead-letter queue of the queue ``name``; that of a FIFO queue must be one."""
    if is_fifo(name):
        return f"{name.removesuffix(FIFO_SUFFIX)}{DEAD_LETTER_SUFFIX}{FIFO_SUFFIX}"
    return f"{name}{DEAD_LETTER_SUFFIX}"


def is_fifo(name: str) -> bool:
    """Whether a queue of this name, or with this URL, keeps an order within groups."""
    return name.endswith(FIFO_SUFFIX)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One received SQS message. ``receipt`` is the handle that deletes it.

    ``attributes`` are those that its sender gave it, as :func:`send` takes them; ``known`` is what
    SQS has to say of it (SentTimestamp, ApproximateReceiveCount, …).
    """

    id: str
    body: str
    receipt: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)


def queue_url(name: str) -> str:
    """The URL of a queue. Raises ServiceError when there is no such queue or no answer."""
    with wrapped("SQS", f"find the queue {name}"):
        return sqs_client().get_queue_url(QueueName=name)["QueueUrl"]


def receive(
    url: str, wait_seconds: int | None = None, hidden_seconds: int | None = None
) -> list[Delivery]:
    """Up to ten messages, waiting up to ``wait_seconds`` for the first.

    They are hidden from other readers for ``hidden_seconds``, by default the queue's own time.
    """
    wait = settings.POLL_SECONDS if wait_seconds is None else wait_seconds
    optional: Any = {} if hidden_seconds is None else {"VisibilityTimeout": hidden_seconds}
    with wrapped("SQS", "receive messages"):
        response = sqs_client().receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=MAX_AT_ONCE,
            WaitTimeSeconds=wait,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
            **optional,
        )
    return [_delivery(message) for message in response.get("Messages", [])]


def _delivery(message: Any) -> Delivery:
    return Delivery(
        message["MessageId"],
        message["Body"],
        message["ReceiptHandle"],
        message.get("MessageAttributes", {}),
        message.get("Attributes", {}),
    )


def delete(url: str, deliveries: Sequence[Delivery]) -> None:
    """Delete up to ten messages. One that could not be deleted is delivered again."""
    if not deliveries:
        return
    entries = [
        {"Id": str(number), "ReceiptHandle": delivery.receipt}
        for number, delivery in enumerate(deliveries)
    ]
    with wrapped("SQS", "delete messages"):
        sqs_client().delete_message_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]


def show_again(url: str, deliveries: Sequence[Delivery]) -> None:
    """Give received messages back to the queue at once."""
    hide(url, deliveries, 0)


def hide(url: str, deliveries: Sequence[Delivery], seconds: int) -> None:
    """Give received messages back to the queue, to be delivered again after so many seconds."""
    with wrapped("SQS", "give messages back"):
        for few in at_most_ten(deliveries):
            entries = [
                {"Id": str(number), "ReceiptHandle": one.receipt, "VisibilityTimeout": seconds}
                for number, one in enumerate(few)
            ]
            sqs_client().change_message_visibility_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]


def send(
    url: str,
    body: str,
    attributes: Mapping[str, Any] | None = None,
    cause: Delivery | None = None,
) -> str:
    """Send one message. Returns the id that it has in the queue.

    ``cause`` is the message that it is sent for: in a FIFO queue it has the same group.
    """
    attributes = attributes or {}
    order: Any = _order(body, attributes, cause) if is_fifo(url) else {}
    with wrapped("SQS", "send a message"):
        return sqs_client().send_message(
            QueueUrl=url, MessageBody=body, MessageAttributes=attributes, **order
        )["MessageId"]


def _order(body: str, attributes: Mapping[str, Any], cause: Delivery | None) -> dict[str, str]:
    """What a FIFO queue must be told.

    It drops without a word what comes within five minutes with a deduplication id that it knows.
    So that of the cause cannot be used again: a message that comes back from the dead letters so
    soon would be lost. The same sent twice for one cause is dropped, and is meant to be.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
    """
    if cause is None:
        return {"MessageGroupId": _OWN_GROUP, "MessageDeduplicationId": str(uuid4())}
    content = json.dumps([cause.id, body, attributes], sort_keys=True, default=repr)
    return {
        "MessageGroupId": cause.known.get("MessageGroupId", _OWN_GROUP),
        "MessageDeduplicationId": sha256(content.encode(errors="surrogatepass")).hexdigest(),
    }


def backlog(url: str) -> int:
    """About how many messages wait in a queue or are being worked on."""
    return sum(_counts(sqs_client(), url).values())


def probed_counts(name: str) -> dict[str, int]:
    """About how many messages of a queue are *waiting*, *worked_on* and *delayed*, asked for once
    and with little patience. Raises ServiceError."""
    client = probing_client("sqs")
    with wrapped("SQS", f"find the queue {name}"):
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
    return _counts(client, url)


def _counts(client: Any, url: str) -> dict[str, int]:
    with wrapped("SQS", "read the queue's attributes"):
        attributes = client.get_queue_attributes(
            QueueUrl=url, AttributeNames=list(_COUNTS.values())
        )["Attributes"]
    return {state: int(attributes[name]) for state, name in _COUNTS.items()}


def at_most_ten(deliveries: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    """As many as one request takes."""
    for start in range(0, len(deliveries), MAX_AT_ONCE):
        yield deliveries[start : start + MAX_AT_ONCE]
