"""The ancestor's way of writing rows, with plain clients of boto3."""

import json
from collections.abc import Sequence
from typing import Any


def one_by_one(
    items: Sequence[dict[str, Any]], table: str, queue: str, dynamodb: Any, sqs: Any
) -> None:
    """Each row as a message of its own, and each message into the table by itself; of a queue that
    others use too as many messages as were sent."""
    for item in items:
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(item))
    written = 0
    while left := len(items) - written:
        response = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=min(10, left))
        for received in response.get("Messages", []):
            dynamodb.put_item(TableName=table, Item=json.loads(received["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=received["ReceiptHandle"])
            written += 1
