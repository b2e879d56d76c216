"""One commit for the statements of a batch, where the engine makes one for each.

A commit waits for the disk, and 25 of them take 25 times as long. BatchExecuteStatement promises
nothing about its statements together, so that it is right to do them all or none: they are sent as
one ExecuteTransaction first. If that is refused, because a key is taken, because they are reads or
for whatever reason, nothing was written, and the batch goes to the engine as it came.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from project.local.table.http_message import HttpMessage

_TARGET = b"x-amz-target"
_BATCH = b"BatchExecuteStatement"
_TRANSACTION = b"ExecuteTransaction"
_TABLE = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"([^"]+)"', re.IGNORECASE)
# The first and only thing in the body of a batch, as AWS's clients write it.
_STATEMENTS = b'{"Statements"'
_TRANSACT_STATEMENTS = b'{"TransactStatements"'


class Batch:
    """The statements of a batch, each of which writes to a table."""

    def __init__(self, tables: list[str]) -> None:
        self._tables = tables

    def as_transaction(self, request: HttpMessage) -> bytes:
        """The request for the same statements in one transaction."""
        body = request.body.replace(_STATEMENTS, _TRANSACT_STATEMENTS, 1)
        return b"".join(_head_for(request, len(body))) + body

    def response(self) -> bytes:
        """The body of the answer when all were done.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementResponse.html
        """
        return json.dumps({"Responses": [{"TableName": name} for name in self._tables]}).encode()


def batch_of(request: HttpMessage) -> Batch | None:
    """The batch that a request asks for; None for any other request, and for one that reads."""
    if not request.headers.get(_TARGET, b"").endswith(b"." + _BATCH):
        return None
    if not request.body.startswith(_STATEMENTS):
        return None
    try:
        data = json.loads(request.body)
    except ValueError:
        return None
    statements = data.get("Statements") if isinstance(data, dict) else None
    if not isinstance(statements, list) or set(data) != {"Statements"} or len(statements) < 2:
        return None
    tables = list(_tables(statements))
    return Batch(tables) if len(tables) == len(statements) else None


def _tables(statements: list[Any]) -> Iterator[str]:
    """The table that each statement writes to; none for those that do not, or say more."""
    for one in statements:
        if isinstance(one, dict) and set(one) <= {"Statement", "Parameters"}:
            found = _TABLE.match(str(one.get("Statement")))
            if found:
                yield found[1]


def _head_for(request: HttpMessage, length: int) -> Iterator[bytes]:
    yield request.start_line + b"\r\n"
    target = request.headers[_TARGET].replace(_BATCH, _TRANSACTION)
    headers = {**request.headers, _TARGET: target, b"content-length": b"%d" % length}
    headers.pop(b"connection", None)  # the batch itself may follow
    for name, value in headers.items():
        yield name + b": " + value + b"\r\n"
    yield b"\r\n"
