"""Measures reading a day of many records through the API, in a table of its own.

DynamoDB keeps a day together, in the order of its times. Where a page is in it must make no
difference, and what a filter leaves out costs little.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

import simplejson

from common.aws.clients import dynamodb_client
from common.deadline import Deadline
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store.bulk_insert import BulkInsert
from project.benchmarks.reads import PAGE_SIZE, Getter, viewer, web_server
from project.benchmarks.rows import csv_text, messages_of
from project.benchmarks.table import temporary_table

_CHUNK = 4000
_WRITE_SECONDS = 3600
# Of csv_text(), 45 of 900 values.
ONE_IN_TWENTY = "local_avg_max=0.44"
# So many rows of csv_text() are of the day before.
_EARLIER_ROWS = 12_800
_LONG_ROUNDS = 3


class Figure(NamedTuple):
    """``name`` with its unit."""

    name: str
    value: float


def measure(records: int, rounds: int) -> list[Figure]:
    """Medians. Raises RuntimeError when the answer to a filter without a match is not complete."""
    messages = one_day(records)
    date, middle = messages[0].date, messages[len(messages) // 2].time
    with ExitStack() as stack:
        table = stack.enter_context(temporary_table())
        token = stack.enter_context(viewer())
        get = Getter(stack.enter_context(web_server(table)), token)
        stack.callback(get.close)
        rate = write(messages, table)
        page = f"/api/messages/?date={date}&page_size={PAGE_SIZE}"
        return [
            Figure("written, rows a second", rate),
            Figure("first page, ms", _median(lambda: get(page), rounds)),
            Figure("last page, ms", _median(lambda: get(f"{page}&order=newest"), rounds)),
            Figure("page in the middle, ms", _median(lambda: get(page + _from(middle)), rounds)),
            Figure("one match in 20, ms", _median(lambda: get(f"{page}&{ONE_IN_TWENTY}"), rounds)),
            Figure("no match, ms", _median(lambda: _nothing(get, page), _LONG_ROUNDS)),
            Figure("export, records a second", _export_rate(get, date, len(messages))),
        ]


def one_day(records: int, day: int = 0) -> list[Record]:
    """Records of one date; another date for another ``day``."""
    messages = list(messages_of(csv_text(records + _EARLIER_ROWS, day)))
    return [record for record in messages if record.date == messages[-1].date][:records]


def _from(start: str) -> str:
    return f"&time_from={start}"


def write(records: list[Record], table: str) -> float:
    """Rows a second of one process."""
    begun = time.perf_counter()
    for start in range(0, len(records), _CHUNK):
        client, deadline = dynamodb_client(), Deadline(_WRITE_SECONDS)
        bulk = BulkInsert(client, table, MESSAGE, "keep", deadline)
        bulk.run(records[start : start + _CHUNK])
    return len(records) / (time.perf_counter() - begun)


def _nothing(get: Getter, page: str) -> None:
    page_json = simplejson.loads(get(f"{page}&location=nowhere"))
    if page_json != {"next": None, "results": []}:
        raise RuntimeError("the answer to a filter without a match is not complete")


def _export_rate(get: Getter, date: str, records: int) -> float:
    path = f"/api/messages/export/?format=jsonl&date={date}"

    def export() -> None:
        if get(path).count(b"\n") != records:
            raise RuntimeError("the export is not complete")

    return records / (_median(export, _LONG_ROUNDS) / 1000)


def _median(ask: Callable[[], object], rounds: int) -> float:
    """Milliseconds; once before, connections are made and code is loaded."""
    ask()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)
