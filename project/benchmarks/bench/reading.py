"""*Reading*: records, pages and exports through the API beside plain boto3, by turns, in small and
large days; and how many requests a second several clients get."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from common.aws.clients import dynamodb_client
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store.items import key_item
from messages_app.store.query import Query
from project.benchmarks.bench.figures import Figure, Section, percentile
from project.benchmarks.large_day import ONE_IN_TWENTY, one_day, write
from project.benchmarks.reads import PAGE_SIZE, Getter, milliseconds, viewer, web_server
from project.benchmarks.table import temporary_table

_CLIENTS = (1, 8, 32)
_EXPORTS = 3

Read = Callable[[], object]


def measure(sizes: Sequence[int], rounds: int, client_seconds: float) -> Section:
    """Days of so many records; ``rounds`` requests of each sort and way, and ``client_seconds`` for
    each number of clients."""
    figures: list[Figure] = []
    days = [one_day(records, day=10 * place) for place, records in enumerate(sizes)]
    with ExitStack() as stack:
        table = stack.enter_context(temporary_table())
        token = stack.enter_context(viewer())
        port = stack.enter_context(web_server(table, workers=2, threads=8))
        get = Getter(port, token)
        stack.callback(get.close)
        for messages in days:
            write(messages, table)
            for name, api, plain in _ways(get, table, messages):
                figures += _compared(f"{len(messages):,} records: {name}", api, plain, rounds)
            figures += _exports(get, table, messages)
        date, time_ = days[-1][-1].key
        for path in (f"/api/messages/{date}/{time_}/", f"/api/messages/?date={date}"):
            figures += _clients(port, token, path, client_seconds)
    return Section("Reading", figures)


def _ways(get: Getter, table: str, records: list[Record]) -> Iterator[tuple[str, Read, Read]]:
    client: Any = dynamodb_client()
    plain, (date, time_) = client.plain, records[len(records) // 2].key
    page = f"/api/messages/?date={date}&page_size={PAGE_SIZE}"
    asked = Query(date).expression(date, MESSAGE)
    yield (
        "record",
        lambda: get(f"/api/messages/{date}/{time_}/"),
        lambda: plain.get_item(TableName=table, Key=key_item((date, time_)), ConsistentRead=True),
    )
    yield (
        f"page of {PAGE_SIZE}",
        lambda: get(page),
        lambda: plain.query(TableName=table, Limit=PAGE_SIZE + 1, **asked),
    )
    filtered = {
        **asked,
        "FilterExpression": "local_avg <= :most",
        "ExpressionAttributeValues": {
            **asked["ExpressionAttributeValues"],
            ":most": {"N": ONE_IN_TWENTY.partition("=")[2]},
        },
    }
    yield (
        "filtered page",
        lambda: get(f"{page}&{ONE_IN_TWENTY}"),
        lambda: _first_matches(plain, table, filtered),
    )


def _first_matches(plain: Any, table: str, asked: Any) -> int:
    """Pages of a plain query until there are as many records as a page has."""
    found = 0
    start: dict[str, Any] = {}
    while True:
        response = plain.query(TableName=table, Limit=1000, **asked, **start)
        found += len(response["Items"])
        if found > PAGE_SIZE or "LastEvaluatedKey" not in response:
            return found
        start = {"ExclusiveStartKey": response["LastEvaluatedKey"]}


def _compared(name: str, api: Read, plain: Read, rounds: int) -> Iterator[Figure]:
    api(), plain()  # connections are made, code is loaded
    pairs = [(milliseconds(api), milliseconds(plain)) for _ in range(rounds)]
    ours, theirs = zip(*pairs, strict=True)
    halves = (percentile(ours, 0.5), percentile(theirs, 0.5))
    yield Figure(f"{name}, p50", "ms", [halves[0]])
    yield Figure(f"{name}, p99", "ms", [percentile(ours, 0.99)])
    yield Figure(f"{name}, plain p50", "ms", [halves[1]])
    yield Figure(f"{name}, to plain at p50", "x", [halves[0] / halves[1]])


def _exports(get: Getter, table: str, records: list[Record]) -> Iterator[Figure]:
    count, date = len(records), records[0].date
    client: Any = dynamodb_client()

    def export() -> None:
        if get(f"/api/messages/export/?format=jsonl&date={date}").count(b"\n") != count:
            raise RuntimeError("the export is not complete")

    def plain() -> None:
        pages = client.plain.get_paginator("query").paginate(
            TableName=table, **Query(date).expression(date, MESSAGE)
        )
        if sum(len(page["Items"]) for page in pages) != count:
            raise RuntimeError("the plain query is not complete")

    pairs = [(milliseconds(export), milliseconds(plain)) for _ in range(_EXPORTS)]
    rates = [tuple(1000 * count / one for one in pair) for pair in pairs]
    yield Figure(f"{count:,} records: export", "records/s", [one for one, _ in rates])
    yield Figure(f"{count:,} records: plain query", "records/s", [other for _, other in rates])


def _clients(port: int, token: str, path: str, seconds: float) -> Iterator[Figure]:
    what = "page" if "?" in path else "record"
    for clients in _CLIENTS:
        with ThreadPoolExecutor(clients) as pool:
            until = time.perf_counter() + seconds
            asking = [pool.submit(_asked_until, until, port, token, path) for _ in range(clients)]
            rate = sum(one.result() for one in asking) / seconds
        yield Figure(f"{what}, {clients} clients", "requests/s", [rate])


def _asked_until(until: float, port: int, token: str, path: str) -> int:
    get, count = Getter(port, token), 0
    while time.perf_counter() < until:
        get(path)
        count += 1
    get.close()
    return count
