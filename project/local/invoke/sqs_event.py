"""An event of SQS: messages, which are sent to the queue that they came from.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from ingestion.aws import sqs
from project.local.invoke.answer import InvokeResponse, NotInvoked


def invoke(event: Mapping[str, Any]) -> InvokeResponse:
    """The queue, and the ids that the messages have in it. Raises NotInvoked and ServiceError."""
    messages = [_message(record) for record in event["Records"]]
    sent = [
        {"queue": queue, "MessageId": sqs.send(sqs.queue_url(queue), body, attributes)}
        for queue, body, attributes in messages
    ]
    return InvokeResponse.with_json(200, sent)


def _message(record: Any) -> tuple[str, str, dict[str, Any]]:
    """Queue, body, and attributes as SendMessage takes them."""
    try:
        queue = str(record.get("eventSourceARN", "")).rpartition(":")[2]
        attributes = {
            name: _attribute(value) for name, value in record.get("messageAttributes", {}).items()
        }
        body = record["body"]
    except (KeyError, TypeError, AttributeError) as error:
        raise NotInvoked("The event has a record that is not a message of SQS.") from error
    if not isinstance(body, str) or not body:
        raise NotInvoked("The body of a message must be a text.")
    # Queues of other stacks stand for ours; that of Celery takes nothing but tasks.
    ours = (settings.BUCKET_EVENTS_QUEUE, settings.MESSAGE_INBOX_QUEUE)
    return queue if queue in ours else settings.MESSAGE_INBOX_QUEUE, body, attributes


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """Lambda hands them over with small letters."""
    return {"DataType": value["dataType"], "StringValue": value["stringValue"]}
