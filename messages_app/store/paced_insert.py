"""Many rows inserted in batches, side by side, at the pace that their partitions take."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from operator import attrgetter

from common.deadline import Deadline
from common.errors import ServiceError, is_throttling
from messages_app.schema.record import Record
from messages_app.store import pacing
from messages_app.store.pacing import Pace
from messages_app.store.partitions.turns import Turns

# Inserts a batch: for each row whether it was new, or the error that refused it.
InsertBatch = Callable[[Sequence[Record]], list[bool | ServiceError]]

# The partition of a row, where a day is one.
_DATE: Callable[[Record], str] = attrgetter("date")


@dataclass
class Inserted:
    """``is_new`` has a place for each row: whether it was inserted (False: its key is taken), or
    None when that is not known. ``refusal`` is the last error that may pass, ``error`` one that
    ended the work."""

    is_new: list[bool | None]
    refusal: ServiceError | None = None
    error: ServiceError | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether nothing at all was answered."""
        return all(one is None for one in self.is_new)


@dataclass
class PacedInsert:
    """Inserts rows whose keys are distinct. What is refused is sent again, until ``until``, and the
    first batch is sent whenever that is. ``partition`` gives the partition key of a row."""

    rows: Sequence[Record]
    insert: InsertBatch
    pace: Pace
    until: Deadline
    batch_rows: int
    partition: Callable[[Record], str] = _DATE
    _is_begun: bool = field(default=False, init=False)
    _is_over: bool = field(default=False, init=False)

    def run(self, pool: Executor, threads: int) -> Inserted:
        self._partitions = list(map(self.partition, self.rows))
        # Where a day is one partition, rows are sent in their order, whatever their dates.
        is_plain = self.partition is _DATE
        self._waiting = Turns([""] * len(self.rows) if is_plain else self._partitions)
        self._lock = threading.Lock()
        self._done = Inserted([None] * len(self.rows))
        workers = min(threads, -(-len(self.rows) // self.batch_rows))
        for worker in [pool.submit(self._work) for _ in range(workers)]:
            worker.result()
        return self._done

    def _work(self) -> None:
        while not self._is_over and (indexes := self._take()):
            try:
                self._send(indexes)
            except ServiceError as error:
                self._done.error = error
                self._is_over = True

    def _take(self) -> list[int]:
        """The next rows to send, in their order."""
        with self._lock:
            if not self._waiting or (self._is_begun and self.until.passed):
                return []
            self._is_begun = True
            first = self._partitions[self._waiting.next()]
            count = self.pace.at_once(first, self.batch_rows)
            return self._waiting.take(count, may_mix=not self.pace.is_needed)

    def _send(self, indexes: list[int]) -> None:
        records = [self.rows[index] for index in indexes]
        sent = Counter(self._partitions[index] for index in indexes)
        if not self.pace.wait(sent, self.until):
            self._done.refusal = self._done.refusal or pacing.throttled("insert records")
            self._is_over = True
            return
        sent_at = self.pace.now()
        refused: list[int] = []
        throttled: Counter[str] = Counter()
        for index, result in zip(indexes, self.insert(records), strict=True):
            if isinstance(result, ServiceError):
                self._refuse(result)
                refused.append(index)
                throttled[self._partitions[index]] += is_throttling(result.code)
            else:
                self._done.is_new[index] = result
        self.pace.answered(sent_at, sent, +throttled)
        with self._lock:
            self._waiting.give_back(indexes, refused)

    def _refuse(self, error: ServiceError) -> None:
        if error.permanent:
            self._done.error, self._is_over = error, True
        else:
            self._done.refusal = error
