"""Bulk inserts with an outcome per row.

A row is inserted, never put: a record that is there already is not overwritten by accident. Rows
whose key is taken are compared with the record that has it, and the policy decides. Which rows
were written by an earlier run of the same import is read from the records' origins, so that a run
that was killed half-way can be repeated and counts the same.

What became of the rows is told in parts: while a table takes little, somebody who is to be stopped
at a deadline can keep what is known, and go on behind it later.
"""

import random
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from common.deadline import Deadline
from common.errors import ServiceError
from common.tracing.threads import Threads
from messages_app.schema.record import (
    CONFLICT_SEPARATOR,
    DIGEST_LENGTHS,
    Record,
    is_same_place,
)
from messages_app.schema.schema import Schema
from messages_app.store.batch_requests import THREADS, Table, out_of_time
from messages_app.store.conditional.replacing import KeepAside, Replacing
from messages_app.store.items import Item, record_of
from messages_app.store.pacing import Pace
from messages_app.store.partitions.partitioning import PLAIN, Partitioning

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OnConflict = Literal["keep", "replace", "reject"]
ON_CONFLICT: tuple[OnConflict, ...] = ("keep", "replace", "reject")
# What became of a row. "key_conflict" is the caller's reject: a different record has the key.
# *outdated*: a row of a newer version of the same file has it, and stays.
Outcome = Literal["written", "unchanged", "kept", "replaced", "outdated", "key_conflict"]

# Rows are inserted for a share of the time that is left between these, and then told of. It is left
# to chance: what one process leaves of a partition while it tells, another one can use.
_SHARE_A_PART = (0.2, 0.4)
# So large a share of the whole time is left for deciding, and for keeping what is known.
_RESERVE = 0.1


class InsertResult(NamedTuple):
    """What became of a row, and the key under which its content is; for *taken*, the key that a
    different record has."""

    outcome: Outcome
    key: tuple[str, str]


@dataclass(slots=True)
class _Row:
    """A row on its way: ``record`` has the key that is tried now, ``digests`` counts the keys
    beside the plain one that were tried."""

    index: int
    record: Record
    digests: int = 0


class BulkInsert:
    """Inserts rows into one table under one policy."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        schema: Schema,
        on_conflict: OnConflict,
        deadline: Deadline,
        pace: Pace | None = None,
        partitioning: Partitioning = PLAIN,
        retention_days: int | None = None,
        keep_aside: KeepAside | None = None,
    ) -> None:
        """``keep_aside`` keeps what rows of an import are about to replace."""
        self._table = Table(client, table, schema, deadline, pace, partitioning, retention_days)
        self._replacing = Replacing(self._table, schema, keep_aside)
        self._schema = schema
        self._on_conflict = on_conflict
        self._deadline = deadline
        self._reserve = _RESERVE * deadline.left
        # What is known to be there, by key, until a row is decided by it.
        self._seen: dict[tuple[str, str], Item] = {}

    def run(self, records: list[Record]) -> list[InsertResult]:
        """What became of each, in their order. Raises ServiceError, with some written."""
        placed: dict[int, InsertResult] = {}
        for part in self.parts(records):
            placed |= part
        return [placed[index] for index in range(len(records))]

    def parts(self, records: list[Record]) -> Iterator[dict[int, InsertResult]]:
        """What became of each by its place, as it becomes known. Raises ServiceError behind the
        last part where some could not be written, or not before the deadline."""
        waiting = [_Row(index, record) for index, record in enumerate(records)]
        with Threads(THREADS) as pool:
            self._seen = self._table.find_existing(pool, records)
            while waiting:
                placed: dict[int, InsertResult] = {}
                waiting, error = self._round(pool, waiting, placed)
                yield placed
                if error is not None:
                    raise error

    def _round(
        self, pool: ThreadPoolExecutor, rows: list[_Row], placed: dict[int, InsertResult]
    ) -> tuple[list[_Row], ServiceError | None]:
        """Insert the first row of each key, and decide on all whose key is then taken.

        Returns the rows that have to be tried again, or under another key, and the error that ends
        the work. However many rows share a key, if all are answered the next round is the last but
        for records that were edited or deleted meanwhile.
        """
        first_rows, others = _first_of_each_key(rows)
        until = self._deadline.share(random.uniform(*_SHARE_A_PART))  # noqa: S311
        taken = [row for row in first_rows if row.record.key in self._seen]
        fresh = [row for row in first_rows if row.record.key not in self._seen]
        inserted = self._table.insert(pool, [row.record for row in fresh], until)
        again: list[_Row] = []
        for row, is_new in zip(fresh, inserted.is_new, strict=True):
            if is_new:
                outcome: Outcome = "kept" if row.digests else "written"
                placed[row.index] = InsertResult(outcome, row.record.key)
            else:
                (again if is_new is None else taken).append(row)
        unknown = {row.record.key for row in again}
        for row in others:
            (again if row.record.key in unknown else taken).append(row)
        undecided, error = self._settle(pool, taken, placed)
        error = inserted.error or error
        again += undecided
        is_stuck = bool(fresh) and inserted.is_stuck
        if error is None and (is_stuck or (again and self._deadline.left < self._reserve)):
            error = inserted.refusal or out_of_time("insert records")
        return sorted(again, key=lambda row: row.index), error

    def _settle(
        self, pool: ThreadPoolExecutor, taken: list[_Row], placed: dict[int, InsertResult]
    ) -> tuple[list[_Row], ServiceError | None]:
        """Decide on rows whose key is taken. Returns those to insert again, and an error if there
        was one."""
        keys = list({row.record.key: None for row in taken})
        items = {key: self._seen.pop(key) for key in keys if key in self._seen}
        try:
            items |= self._table.get(pool, [key for key in keys if key not in items])
            kept = self._keep_aside(taken, items)
        except ServiceError as error:
            return taken, error
        decisions = pool.map(lambda row: self._decision(row, items, kept), taken)
        again, failure = [], None
        for row, decision in zip(taken, decisions, strict=True):
            if decision is None or isinstance(decision, ServiceError):
                again.append(row)
                failure = decision or failure
            else:
                placed[row.index] = InsertResult(decision, row.record.key)
        return again, failure

    def _keep_aside(
        self, taken: list[_Row], items: Mapping[tuple[str, str], Item]
    ) -> set[tuple[str, str]]:
        """The keys of what is kept aside, before rows replace it."""
        if self._on_conflict != "replace":
            return set()
        return self._replacing.prepare((row.record for row in taken), items)

    def _decision(
        self,
        row: _Row,
        items: Mapping[tuple[str, str], Item],
        kept: Collection[tuple[str, str]],
    ) -> Outcome | ServiceError | None:
        key = row.record.key
        item = items.get(key)
        try:
            if self._on_conflict == "replace":
                return self._replacing.decide(row.record, item, key in kept)
            return self._decide(row, record_of(item, self._schema) if item is not None else None)
        except ServiceError as error:
            return error

    def _decide(self, row: _Row, existing: Record | None) -> Outcome | None:
        """The outcome of a row whose key was taken; None when it has to be inserted again."""
        if existing is None:  # deleted since
            return None
        origin = row.record.import_origin
        if is_same_place(row.record.origin, existing.origin) or (
            origin is not None and origin.has_created(existing.import_origin)
        ):
            return "kept" if CONFLICT_SEPARATOR in existing.time else "written"
        if existing.same_content(row.record):
            return "unchanged"
        if self._on_conflict == "reject":
            return "key_conflict"
        if row.digests == len(DIGEST_LENGTHS):  # only where records beside it were edited since
            return "key_conflict"
        row.record = row.record.with_conflict_suffix(DIGEST_LENGTHS[row.digests])
        row.digests += 1
        return None


def _first_of_each_key(rows: list[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Rows with distinct keys, and the others: one batch must not name a key twice."""
    keys: set[tuple[str, str]] = set()
    first_rows: list[_Row] = []
    others: list[_Row] = []
    for row in rows:
        (others if row.record.key in keys else first_rows).append(row)
        keys.add(row.record.key)
    return first_rows, others
