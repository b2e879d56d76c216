"""Requests of DynamoDB's interface to an embedded one, which checks no signature."""

import json
import urllib.request
from typing import Any

_SECONDS = 120
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "19700101T000000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/19700101/us-east-1/dynamodb/aws4_request,"
    " SignedHeaders=host, Signature=none",
}
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url: str, operation: str, data: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request. Raises OSError."""
    headers = {**_HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
    body = json.dumps(data).encode()
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - an address of our own
    with _opener.open(request, timeout=_SECONDS) as response:
        content: dict[str, Any] = json.load(response)
        return content


def tables_in(url: str) -> list[str]:
    """The names of all tables. Raises OSError."""
    names: list[str] = []
    start: dict[str, Any] = {}
    while True:
        page = ask(url, "ListTables", start)
        names += page["TableNames"]
        if "LastEvaluatedTableName" not in page:
            return names
        start = {"ExclusiveStartTableName": page["LastEvaluatedTableName"]}
