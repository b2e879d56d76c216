"""*Several machines*, simulated: what more workers bring, against a stand-in for DynamoDB that
takes 200 writes a second of a partition and answers after 5 ms.

That is a fifth of DynamoDB's limit, and chunks have a fifth of their rows, so that one takes as
long as on AWS and processor time is not what limits, though workers are threads. Each takes the
next chunk, as tasks do: of a file that is sorted by day in the file's order and in the order in
which Sluice sends them, and of a file whose rows go from day to day.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from common.deadline import Deadline
from ingestion.running.writing.order import far_apart
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.store.bulk_insert import BulkInsert
from messages_app.store.pacing import Pace
from project.benchmarks.bench.figures import Figure, Section
from project.benchmarks.large_day import one_day

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
_SHARE = 5
_WRITES_A_SECOND = 1000 // _SHARE
_CALL_SECONDS = 0.005
_WORKERS = (1, 2, 4, 8)
_DAYS = 4
# Of 256 KiB and rows of 70 bytes.
_CHUNK_ROWS = 3700 // _SHARE
_SECONDS = 600


class LimitedTable:
    """Answers as a client of DynamoDB does, for what inserts ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[tuple[str, str]] = set()
        self._taken: defaultdict[str, float] = defaultdict(float)
        self._begin = time.perf_counter()

    def query(self, **_: Any) -> dict[str, Any]:
        """Nothing is there before."""
        time.sleep(_CALL_SECONDS)
        return {"Items": [], "Count": 0}

    # As boto3 spells its arguments.
    def batch_execute_statement(self, *, Statements: Sequence[Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        time.sleep(_CALL_SECONDS)
        with self._lock:
            return {"Responses": [self._insert(one["Parameters"]) for one in Statements]}

    def _insert(self, parameters: Sequence[dict[str, str]]) -> dict[str, Any]:
        date, time_ = parameters[0]["S"], parameters[1]["S"]
        allowed = _WRITES_A_SECOND * (time.perf_counter() - self._begin + 1)
        if self._taken[date] + 1 > allowed:
            return {"Error": {"Code": "ThrottlingError", "Message": "too many writes"}}
        # What was not used before is no right to more now: a second's worth at most.
        self._taken[date] = max(self._taken[date] + 1, allowed - _WRITES_A_SECOND)
        if (date, time_) in self._keys:
            return {"Error": {"Code": "DuplicateItem", "Message": "it is there"}}
        self._keys.add((date, time_))
        return {}


def measure(rows_a_day: int) -> Section:
    days = [one_day(rows_a_day, day=2 * number) for number in range(_DAYS)]
    one_after_the_other = [record for day in days for record in day]
    side_by_side = [record for moment in zip(*days, strict=True) for record in moment]
    ways = {
        "in the file's order": list(_chunks(one_after_the_other)),
        "in the order sent": far_apart(_chunks(one_after_the_other)),
        "side by side in the file": list(_chunks(side_by_side)),
    }
    figures = [
        Figure(f"{_DAYS} days {way}, {workers} workers", "rows/s", [_rate(chunks, workers)])
        for way, chunks in ways.items()
        for workers in _WORKERS
    ]
    return Section(f"Several machines, {_WRITES_A_SECOND:,} writes a second and day", figures)


def _rate(chunks: Sequence[list[Record]], workers: int) -> float:
    table = LimitedTable()
    begin = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        written = sum(pool.map(lambda chunk: _write(table, chunk), chunks))
    if written != sum(map(len, chunks)):
        raise RuntimeError("not all rows were written")
    return written / (time.perf_counter() - begin)


def _write(table: Any, chunk: list[Record]) -> int:
    """A worker on a machine of its own knows its own pace."""
    bulk = BulkInsert(table, "simulated", MESSAGE, "keep", Deadline(_SECONDS), Pace())
    return sum(one.outcome == "written" for one in bulk.run(chunk))


def _chunks(records: Sequence[Record]) -> Iterator[list[Record]]:
    for start in range(0, len(records), _CHUNK_ROWS):
        yield list(records[start : start + _CHUNK_ROWS])
