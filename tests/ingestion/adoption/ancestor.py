"""A table filled as the ancestor's functions fill it.

Its code is not ours to keep here. These are the very requests that its three handlers send for
the sample files and its own test events: each row of a file a PutItem in DynamoDB's JSON, the time
cut to the second and no timestamp; each POST and PUT of its API what the DynamoDB DocumentClient
makes of plain JSON, so that a string stays a string.
"""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parents[3] / "sample_data"
_TEXTS = ("location", "source", "local_dest", "remote_dest")
_NUMBERS = ("local_avg", "remote_avg")


def create_table(client: Any, table: str) -> None:
    """As its template does."""
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "date", "AttributeType": "S"},
            {"AttributeName": "time", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "date", "KeyType": "HASH"},
            {"AttributeName": "time", "KeyType": "RANGE"},
        ],
    )


def import_file(client: Any, table: str, text: str) -> None:
    """From the file to the queue, and from the queue to the table."""
    for row in csv.DictReader(text.splitlines()):
        moment = datetime.fromtimestamp(float(row["timestamp"]), UTC)
        item = {"date": {"S": str(moment.date())}, "time": {"S": moment.strftime("%H:%M:%S")}}
        item |= {name: {"S": row[name]} for name in _TEXTS}
        item |= {name: {"N": row[name]} for name in _NUMBERS}
        client.put_item(TableName=table, Item=item)


def post(client: Any, table: str, item: dict[str, Any]) -> None:
    """Its POST /message."""
    client.put_item(TableName=table, Item=_attributes(item))


def put(client: Any, table: str, event: dict[str, Any]) -> None:
    """Its PUT /message/{date}?time=."""
    body = json.loads(event["body"])
    client.update_item(
        TableName=table,
        Key=_attributes(event["pathParameters"] | event["queryStringParameters"]),
        UpdateExpression=body["UpdateExpression"],
        ExpressionAttributeValues=_attributes(body["ExpressionAttributeValues"]),
    )


def event(name: str) -> dict[str, Any]:
    """One of its own test events."""
    found: dict[str, Any] = json.loads((SAMPLES / "events" / f"event_{name}.json").read_text())
    return found


def posted_item() -> dict[str, Any]:
    """What its event for POST has."""
    body: dict[str, Any] = json.loads(event("postMessage")["body"], parse_float=Decimal)
    item: dict[str, Any] = body["Item"]
    return item


def _attributes(plain: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)}
        for name, value in plain.items()
    }
