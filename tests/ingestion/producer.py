"""A producer that sends messages to the inbox, and what became of them."""

import json
from typing import Any

from django.conf import settings

from common.aws.clients import sqs_client
from ingestion.aws import sqs
from ingestion.dead_letters import queue as dead_letters
from ingestion.running.inbox.models import InboxCount
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.record import Record
from messages_app.store.query import Query

DATE = "2019-05-28"
Attributes = dict[str, dict[str, str]]


def item(time: str = "10:55:09", **values: str) -> Attributes:
    """A record as DynamoDB writes it; ``values`` are fields that differ from the usual ones."""
    usual = {
        "location": "location-03",
        "source": "wireless",
        "local_dest": "router-1",
        "local_avg": "4.39",
        "remote_dest": "device-1",
        "remote_avg": "9.09",
    }
    numbers = ("local_avg", "remote_avg")
    fields = {
        name: {"N" if name in numbers else "S": value} for name, value in (usual | values).items()
    }
    return {**key(time), **fields}


def key(time: str = "10:55:09") -> Attributes:
    return {"date": {"S": DATE}, "time": {"S": time}}


def post(time: str = "10:55:09", **values: str) -> dict[str, Any]:
    """The body of a POST."""
    return {"TableName": settings.MESSAGES_TABLE, "Item": item(time, **values)}


def put(time: str = "10:55:09", **values: str) -> dict[str, Any]:
    """The body of a PUT."""
    numbers = ("local_avg", "remote_avg")
    return {
        "TableName": settings.MESSAGES_TABLE,
        "Key": key(time),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
        "ExpressionAttributeValues": {
            f":{name}": {"N" if name in numbers else "S": value} for name, value in values.items()
        },
    }


def of_key(time: str = "10:55:09") -> dict[str, Any]:
    """The body of a DELETE or a GET."""
    return {"TableName": settings.MESSAGES_TABLE, "Key": key(time)}


def batch(*requests: dict[str, Any]) -> dict[str, Any]:
    """The body of a BATCH_WRITE."""
    return {"RequestItems": {settings.MESSAGES_TABLE: list(requests)}}


def send(method: str, body: object, **attributes: str) -> str:
    """Send a message; its id. A body that is text is sent as it is."""
    texts = {"Method": method, **attributes}
    response = sqs_client().send_message(
        QueueUrl=sqs.queue_url(settings.MESSAGE_INBOX_QUEUE),
        MessageBody=body if isinstance(body, str) else json.dumps(body),
        MessageAttributes={
            name: {"DataType": "String", "StringValue": text}
            for name, text in texts.items()
            if text
        },
    )
    return response["MessageId"]


def waiting() -> int:
    """How many messages are in the inbox."""
    return sqs.backlog(sqs.queue_url(settings.MESSAGE_INBOX_QUEUE))


def received() -> list[sqs.Delivery]:
    """What waits in the inbox, as it is delivered."""
    return sqs.receive(sqs.queue_url(settings.MESSAGE_INBOX_QUEUE), wait_seconds=0)


def records() -> list[Record]:
    return BUILTIN.repository.page(Query(DATE), 5000).records


def by_time(field: str) -> dict[str, str]:
    """A field of each record by its time."""
    return {message.time: str(message.values[field]) for message in records()}


def reasons() -> list[str]:
    """Why messages became dead letters."""
    return [letter.fault for letter in dead_letters.waiting()]


def counts() -> dict[tuple[str, str], int]:
    """How many messages there were by method and outcome."""
    found: dict[tuple[str, str], int] = {}
    for one in InboxCount.objects.all():
        found[one.method, one.outcome] = found.get((one.method, one.outcome), 0) + one.count
    return found
