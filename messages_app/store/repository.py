"""The repository: the one way by which messages leave and enter the DynamoDB table."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings

from common.deadline import Deadline
from common.errors import Conflict, NotFound, PreconditionFailed, ServiceError, wrapped
from common.tracing.threads import Threads
from messages_app.schema.record import Record, key_taken
from messages_app.schema.schema import MESSAGES, Changes, Schema
from messages_app.store import day_index
from messages_app.store.batch_requests import THREADS, Table
from messages_app.store.bulk_insert import BulkInsert, InsertResult, OnConflict
from messages_app.store.conditional.condition import Condition
from messages_app.store.conditional.replacing import KeepAside
from messages_app.store.conditional.taking_back import Reversal, TakenBack, take_back
from messages_app.store.expiring import retention
from messages_app.store.items import Item, attribute, date_of, item_of, key_item, record_of
from messages_app.store.looking.lookup import Lookup
from messages_app.store.noted import extra_kept, marks, open_writes
from messages_app.store.pacing import Pace, pace_of
from messages_app.store.paging import (
    LOOKED_AT_FIRST,
    LOOKED_AT_MOST,
    PAGE_SECONDS,
    Page,
    Reader,
)
from messages_app.store.partitions.partitioning import Key, Partitioning, partition_of
from messages_app.store.partitions.spread import Partitionings
from messages_app.store.query import Query, can_be_time

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Batches of keys that are read at once.
_THREADS = 4


class RecordRepository:
    """Records of one kind, in a DynamoDB table of their own. Every method raises ServiceError
    when DynamoDB fails.

    The register of days (messages_app/store/day_index.py) is kept up to date by all of them but
    :meth:`insert_many`, :meth:`insert_in_parts` and :meth:`take_back`. Before they change anything,
    all of them mark the days (messages_app/store/noted/marks.py).
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        schema: Schema,
        looked_at_first: int = LOOKED_AT_FIRST,
        page_seconds: float = PAGE_SECONDS,
        batch_client: "DynamoDBClient | None" = None,
        kind: str = MESSAGES,
        pace: Pace | None = None,
    ) -> None:
        """``batch_client`` is for what is sent again until a deadline; it should ask once.
        ``kind`` is the name under which the register of days knows the records, ``pace`` what is
        known of the table's partitions: by default what this process knows."""
        self._client = client
        self._batch_client = batch_client or client
        self._table = table
        self._pace = pace or pace_of(table)
        self.schema = schema
        self.kind = kind
        self._partitionings = Partitionings(kind)
        partitioning = self._partitionings.for_reading
        self._reader = Reader(
            self._ask, self._record_of, looked_at_first, page_seconds, kind, partitioning
        )

    def get(self, date: str, time: str) -> Record | None:
        """The record with exactly this key."""
        if not can_be_time(time) or date < retention.first_date(self.kind):
            return None
        for count in self._partitionings.for_reading().counts:
            key = key_item((partition_of((date, time), count), time))
            with _wrapped("read a record"):
                response: Any = self._client.get_item(
                    TableName=self._table, Key=key, ConsistentRead=True
                )
            if "Item" in response:
                return self._record_of(response["Item"])
        return None

    def lookup(self, date: str, time: str, maximum: int = 20) -> list[Record]:
        """The record with exactly this key, else up to ``most`` whose time begins so."""
        exact = self.get(date, time)
        if exact is not None:
            return [exact]
        query = Query(date, time, time, is_consistent=True)
        return self.page(query, page_size=maximum).records

    def page(self, query: Query, page_size: int, cursor: str | None = None) -> Page:
        """One page. Raises BadCursor when ``cursor`` was not made for this very query.

        It is full while there are more records, but where a filter matches so little that filling
        it takes longer than some seconds.
        """
        return self._reader.page(query, page_size, cursor)

    def neighbours(self, key: tuple[str, str]) -> tuple[Record | None, Record | None]:
        """The records before and behind a key on its day."""
        found = [
            self._reader.behind(Query(key[0], newest_first=newest_first), 1, key)[0]
            for newest_first in (True, False)
        ]
        before, behind = (one[0] if one else None for one in found)
        return before, behind

    def all(self, query: Query) -> Iterator[Record]:
        """Every record that the query matches, in its order, read while it is iterated."""
        return self._reader.all(query)

    def items(self, query: Query) -> Generator[Item, None, None]:
        """The same as the table has them, for what needs no more of a record than texts: a record
        takes several times as long to make as to read."""
        return self._reader.items(query)

    def scan(
        self, start: tuple[str, str] | None = None, limit: int | None = None
    ) -> tuple[list[Record], tuple[str, str] | None]:
        """Records in the table's own order, up to 1 MB or ``limit`` of them, and the key behind
        which the next scan begins. Where days are spread, the order is that of date and time."""
        if not self._partitionings.for_reading().is_plain:
            maximum = min(limit or LOOKED_AT_FIRST, LOOKED_AT_FIRST)
            return self._reader.behind(Query(), maximum, start)
        optional: dict[str, Any] = {}
        if start is not None:
            optional["ExclusiveStartKey"] = key_item(start)
        if limit is not None:
            optional["Limit"] = limit
        with _wrapped("read the table"):
            response: Any = self._client.scan(TableName=self._table, **optional)
        first = retention.first_date(self.kind)
        items = [item for item in response["Items"] if date_of(item) >= first]
        records = [self._record_of(item) for item in items]
        return records, _key_of(response.get("LastEvaluatedKey"))

    def is_empty(self) -> bool:
        """Whether the table has no record."""
        with _wrapped("read the table"):
            response: Any = self._client.scan(TableName=self._table, Limit=1)
        return not response["Items"]

    def count_by_date(self) -> dict[str, int]:
        """How many records each date has, expired ones too. Reads the whole table."""
        counts: dict[str, int] = {}
        with _wrapped("count the records"):
            pages = self._client.get_paginator("scan").paginate(
                TableName=self._table,
                ProjectionExpression="#date",
                ExpressionAttributeNames={"#date": "date"},
                PaginationConfig={"PageSize": LOOKED_AT_MOST},
            )
            for page in pages:
                items: Any = page["Items"]
                for date in map(date_of, items):
                    counts[date] = counts.get(date, 0) + 1
        return counts

    def insert(self, record: Record) -> bool:
        """Store a new record: True when it is new, False when an equal one is there already.

        Raises Conflict when a different record has its key.
        """
        with open_writes.noted([record.date], self.kind):
            is_new = self._insert(record)
        if is_new:
            day_index.add({record.date: 1}, self.kind)
        return is_new

    def _insert(self, record: Record) -> bool:
        self._register([record])
        partitioning, days = self._writing(record.key), retention.days_of(self.kind)
        try:
            with _wrapped("insert a record"):
                self._client.put_item(
                    TableName=self._table,
                    Item=partitioning.place(item_of(record, self.schema, days)),
                    ConditionExpression="attribute_not_exists(#date)",
                    ExpressionAttributeNames={"#date": "date"},
                )
        except _ConditionFailed:
            existing = self.get(*record.key)
            if existing is not None and existing.same_content(record):
                return False
            raise Conflict(key_taken(record.key), record.key) from None
        return True

    def insert_many(
        self, records: list[Record], on_conflict: OnConflict, deadline: Deadline
    ) -> list[InsertResult]:
        """Insert many records; what became of each, in their order. See
        :mod:`messages_app.store.bulk_insert`.

        Harmless to repeat: run again, the same rows have the same outcomes. The caller adds what
        is new to the register of days, once.
        """
        with open_writes.noted(_dates(records), self.kind):
            self._register(records)
            return self._bulk_insert(on_conflict, deadline).run(records)

    def insert_in_parts(
        self,
        records: list[Record],
        on_conflict: OnConflict,
        deadline: Deadline,
        keep_aside: KeepAside | None = None,
    ) -> Iterator[dict[int, InsertResult]]:
        """The same, told by place as it becomes known. Raises ServiceError behind the last part
        when some rows could not be written, or not before the deadline. ``keep_aside`` keeps what
        rows of an import are about to replace."""
        with open_writes.noted(_dates(records), self.kind):
            self._register(records)
            yield from self._bulk_insert(on_conflict, deadline, keep_aside).parts(records)

    def _register(self, records: Sequence[Record]) -> None:
        """Before they are written; their days are marked with it."""
        day_index.register(_dates(records), self.kind)
        extra_kept.note(records, self.kind)

    def _bulk_insert(
        self, on_conflict: OnConflict, deadline: Deadline, keep_aside: KeepAside | None = None
    ) -> BulkInsert:
        return BulkInsert(
            self._batch_client,
            self._table,
            self.schema,
            on_conflict,
            deadline,
            self._pace,
            self._partitionings.now(),
            retention.days_of(self.kind),
            keep_aside,
        )

    def _writing(self, key: Key) -> Partitioning:
        """The partitioning by which one record is written now; where it is by then."""
        table = self._table_until(Deadline(settings.AWS_READ_SECONDS), self._partitionings.now())
        return table.bring([key])

    def _table_until(
        self, deadline: Deadline, partitioning: Partitioning, retention_days: int | None = None
    ) -> Table:
        client, schema = self._batch_client, self.schema
        return Table(
            client, self._table, schema, deadline, self._pace, partitioning, retention_days
        )

    def update(self, record: Record, changes: Changes, *, only_if_same: bool = False) -> Record:
        """Set some fields of a record that was read, or take their values away, and give it back
        whole.

        Raises NotFound when it is gone, and, with ``only_if_same``, PreconditionFailed when its
        content is not that of ``record`` any more.
        """
        with marks.changing([record.date], self.kind):
            return self._update(record, changes, only_if_same=only_if_same)

    def _update(self, record: Record, changes: Changes, *, only_if_same: bool) -> Record:
        condition = Condition(record, self.schema, only_if_same=only_if_same)
        partitioning = self._writing(record.key)
        assignments, removals = [], []
        for number, (name, value) in enumerate(changes.items()):
            condition.names[f"#n{number}"] = name
            if value is None:
                removals.append(f"#n{number}")
            else:
                condition.values[f":n{number}"] = attribute(self.schema, name, value)
                assignments.append(f"#n{number} = :n{number}")
        with self._conditional("update a record", record):
            response: Any = self._client.update_item(
                TableName=self._table,
                Key=partitioning.key_item(record.key),
                UpdateExpression=_update_expression(assignments, removals),
                ReturnValues="ALL_NEW",
                **condition.arguments,
            )
        return self._record_of(response["Attributes"])

    def delete(self, record: Record, *, only_if_same: bool = False) -> None:
        """Delete a record that was read. Raises NotFound, and PreconditionFailed as in update."""
        condition = Condition(record, self.schema, only_if_same=only_if_same)
        with marks.changing([record.date], self.kind):
            key = self._writing(record.key).key_item(record.key)
            with self._conditional("delete a record", record):
                self._client.delete_item(TableName=self._table, Key=key, **condition.arguments)
        day_index.add({record.date: -1}, self.kind)

    @contextmanager
    def _conditional(self, action: str, record: Record) -> Iterator[None]:
        try:
            with _wrapped(action):
                yield
        except _ConditionFailed:
            where = f"{record.date} {record.time}"
            if self.get(*record.key) is None:
                raise NotFound(f"there is no record {where}") from None
            raise PreconditionFailed(f"the record {where} changed since it was read") from None

    def existing(
        self, records: Iterable[Record], deadline: Deadline
    ) -> dict[tuple[str, str], Record]:
        """The records that are there under the keys of these, by key."""
        keys = list({record.key: None for record in records})
        table = self._table_until(deadline, self._partitionings.for_reading())
        with Threads(_THREADS) as pool:
            items = table.get(pool, keys)
        return {key: self._record_of(item) for key, item in items.items()}

    @contextmanager
    def looking(self, records: Sequence[Record], deadline: Deadline) -> Iterator[Lookup]:
        """What is there under the keys of many records, and kept beside them."""
        table = self._table_until(deadline, self._partitionings.for_reading())
        with Threads(_THREADS) as pool:
            yield Lookup(table, pool, records)

    def stored_under(
        self, records: Sequence[Record], deadline: Deadline
    ) -> dict[tuple[str, str], Record]:
        """The same, of many that are likely to be there: by ranges of keys where that is cheaper.
        Those that have expired are not there."""
        first = retention.first_date(self.kind)
        wanted = [record for record in records if record.date >= first]
        table = self._table_until(deadline, self._partitionings.for_reading())
        with Threads(_THREADS) as pool:
            items = table.find_existing(pool, wanted)
            keys = {record.key: None for record in wanted}
            items |= table.get(pool, [key for key in keys if key not in items])
        return {key: self._record_of(items[key]) for key in keys if key in items}

    def take_back(self, reversals: Sequence[Reversal], deadline: Deadline) -> TakenBack:
        """Take records out of the table that are as they are thought to be, or put what they
        replaced back; see :mod:`messages_app.store.conditional.taking_back`. Raises nothing. The
        caller keeps the register of days."""
        write = marks.begin({one.seen.date for one in reversals}, self.kind)
        days = retention.days_of(self.kind)
        table = self._table_until(deadline, self._partitionings.now(), days)
        results = take_back(table, reversals, deadline, THREADS)
        if results.error is None:
            open_writes.end(write)
        return results

    def record_of(self, item: Item) -> Record:
        """The record of an item that was kept."""
        return self._record_of(item)

    def _record_of(self, item: Item) -> Record:
        return record_of(item, self.schema)

    def _ask(
        self, query: Query, partition: str, limit: int, behind: str, descending: bool
    ) -> tuple[list[Item], str]:
        optional: dict[str, Any] = {}
        if behind:
            optional["ExclusiveStartKey"] = key_item((partition, behind))
        with _wrapped("read a page of records"):
            response: Any = self._client.query(
                TableName=self._table,
                Limit=limit,
                ScanIndexForward=not descending,
                ConsistentRead=query.is_consistent,
                **query.expression(partition, self.schema),
                **optional,
            )
        key = _key_of(response.get("LastEvaluatedKey"))
        return response["Items"], key[1] if key else ""


def _update_expression(assignments: list[str], removals: list[str]) -> str:
    parts = (("SET ", assignments), ("REMOVE ", removals))
    return " ".join(word + ", ".join(terms) for word, terms in parts if terms)


def _key_of(data: Any) -> tuple[str, str] | None:
    return (data["date"]["S"], data["time"]["S"]) if data else None


class _ConditionFailed(Exception):
    """A condition expression was not met."""


@contextmanager
def _wrapped(action: str) -> Iterator[None]:
    try:
        with wrapped("DynamoDB", action):
            yield
    except ServiceError as error:
        if error.code == "ConditionalCheckFailedException":
            raise _ConditionFailed from error
        raise


def _dates(records: Iterable[Record]) -> set[str]:
    return {record.date for record in records}
