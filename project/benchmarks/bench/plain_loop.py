"""What Sluice is held against: a loop of plain boto3 that reads a CSV file and writes its rows. Run
as a process of its own, ``python -m … WAY FILE TABLE QUEUE SHARE SHARES``:

- ``insert``: conditional inserts, 25 in a BatchExecuteStatement, eight threads: what Sluice does
  too, without knowing what became of a row beyond whether it is there;
- ``put``: BatchWriteItem, 25 in a request, eight threads: whatever is there is overwritten;
- ``ancestor``: an SQS message and a PutItem for each row.

It says ``ready``, begins when it is sent a line, and tells then its processor time in seconds.
"""

import csv
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import django

from project.benchmarks.ancestor import one_by_one

_BATCH = 25
_THREADS = 8
_TEXT = ("location", "source", "local_dest", "remote_dest")


def main() -> None:
    way, file, table, queue, share, shares = sys.argv[1:]
    django.setup()
    from common.aws.clients import dynamodb_client, sqs_client  # noqa: PLC0415 - needs settings

    clients: tuple[Any, Any] = dynamodb_client(), sqs_client()
    dynamodb, sqs = (client.plain for client in clients)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begin = time.process_time()
    rows = islice(items_of(Path(file)), int(share), None, int(shares))
    if way == "ancestor":
        one_by_one(list(rows), table, queue, dynamodb, sqs)
    else:
        in_batches(rows, way, table, dynamodb)
    sys.stdout.write(f"{time.process_time() - begin}\n")


def items_of(file: Path) -> Iterator[dict[str, Any]]:
    """The rows as DynamoDB's items."""
    with file.open(newline="") as lines:
        for row in csv.DictReader(lines):
            moment = datetime.fromtimestamp(float(row["timestamp"]), UTC)
            item: dict[str, Any] = {
                "date": {"S": moment.date().isoformat()},
                "time": {"S": moment.time().isoformat()},
                "timestamp": {"N": row["timestamp"]},
            }
            for name, value in row.items():
                if name != "timestamp":
                    item[name] = {"S" if name in _TEXT else "N": value}
            yield item


def in_batches(rows: Iterator[dict[str, Any]], way: str, table: str, dynamodb: Any) -> None:
    send = _insert if way == "insert" else _put
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting = []
        while few := list(islice(rows, _BATCH)):
            waiting.append(pool.submit(send, few, table, dynamodb))
            if len(waiting) > 4 * _THREADS:
                waiting.pop(0).result()
        for one in waiting:
            one.result()


def _insert(few: Sequence[dict[str, Any]], table: str, dynamodb: Any) -> None:
    names = ", ".join(f"'{name}': ?" for name in few[0])
    statement = f'INSERT INTO "{table}" VALUE {{{names}}}'
    response = dynamodb.batch_execute_statement(
        Statements=[{"Statement": statement, "Parameters": list(item.values())} for item in few]
    )
    errors = {one["Error"]["Code"] for one in response["Responses"] if "Error" in one}
    if errors - {"DuplicateItem"}:
        raise RuntimeError(f"inserts failed: {errors}")


def _put(few: Sequence[dict[str, Any]], table: str, dynamodb: Any) -> None:
    left: Any = {table: [{"PutRequest": {"Item": item}} for item in few]}
    while left:
        left = dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]


if __name__ == "__main__":
    main()
