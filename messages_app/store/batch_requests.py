"""DynamoDB's batch requests, with a result per row; what was throttled is sent again at the pace
that the table takes, until a deadline."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from common.deadline import Deadline
from common.errors import ServiceError, is_passing, is_throttling, wrapped
from common.retry import Backoff
from messages_app.schema.record import Origin, Record
from messages_app.schema.schema import Schema
from messages_app.store.conditional.condition import Condition
from messages_app.store.conditional.taking_back import delete_statement
from messages_app.store.items import (
    PARTITION_KEY,
    SORT_KEY,
    Item,
    date_of,
    item_of,
    key_item,
    with_expiry,
)
from messages_app.store.looking.ranges import KeyRange, found_in, key_ranges
from messages_app.store.paced_insert import InsertBatch, Inserted, PacedInsert
from messages_app.store.pacing import Pace, throttled
from messages_app.store.partitions.moving import Move
from messages_app.store.partitions.partitioning import PLAIN, Key, Partitioning, partition_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
STATEMENTS_A_BATCH = 25
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
KEYS_A_BATCH = 100
# The code of the error when time is up and AWS has refused nothing.
OUT_OF_TIME = "OutOfTime"
# Requests to a table that are under way at once.
THREADS = 8

T = TypeVar("T")


class Table:
    """One table, for work that has to end by a deadline. Methods raise ServiceError."""

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        schema: Schema,
        deadline: Deadline,
        pace: Pace | None = None,
        partitioning: Partitioning = PLAIN,
        retention_days: int | None = None,
    ) -> None:
        """``pace`` is what the process knows of the partitions; without one it is found anew.
        ``partitioning`` says how the days are spread; records expire after ``retention_days``."""
        self._client = client
        self._name = name
        self._schema = schema
        self._deadline = deadline
        self._pace = pace or Pace()
        self._partitioning = partitioning
        self._retention_days = retention_days
        # By consistent reads, as far as DynamoDB tells; threads may lose one of another's.
        self.units_read = 0.0

    def insert(
        self, pool: ThreadPoolExecutor, records: Sequence[Record], until: Deadline
    ) -> Inserted:
        """Insert what can be inserted until then. Raises nothing: errors are in what it returns.

        The keys must be distinct. A record that an unanswered request had already inserted comes
        back as taken.
        """
        return self._paced(pool, records, self._insert_batch, until)

    def delete(self, pool: ThreadPoolExecutor, seen: Sequence[Record], until: Deadline) -> Inserted:
        """Delete what is as it was seen, until then; *is_new* tells that it is not there any more.
        Raises nothing. The keys must be distinct."""
        return self._paced(pool, seen, self._delete_batch, until)

    def _paced(
        self,
        pool: ThreadPoolExecutor,
        records: Sequence[Record],
        batch: InsertBatch,
        until: Deadline,
    ) -> Inserted:
        paced = PacedInsert(records, batch, self._pace, until, STATEMENTS_A_BATCH)
        if not self._partitioning.is_plain:
            paced.partition = lambda record: self._partitioning.partition(record.key)
        return paced.run(pool, THREADS)

    def find_existing(self, pool: ThreadPoolExecutor, records: Sequence[Record]) -> dict[Key, Item]:
        """Items that are there already under the keys of these, and some between them, by key: as
        far as finding them costs less than inserting in vain. What it does not find may be there.
        Raises nothing: where the table does not answer, inserting tells."""
        found: dict[Key, Item] = {}
        try:
            ranges = key_ranges(records, self._partitioning)
            for items, _ in pool.map(lambda keys: found_in(keys, self._between), ranges):
                found |= items
        except ServiceError:
            return {}
        return found

    def ranges(
        self, pool: ThreadPoolExecutor, records: Sequence[Record]
    ) -> list[tuple[KeyRange, dict[Key, Item], str]]:
        """What there is in the ranges of these keys that are worth a look, with the records kept
        beside theirs; each with the sort key up to which it is known, '' for all of it."""
        wanted = key_ranges(records, self._partitioning, with_copies=True)
        known = pool.map(lambda keys: found_in(keys, self._between_retried), wanted)
        return [(keys, *found) for keys, found in zip(wanted, known, strict=True)]

    def partition(self, key: Key) -> str:
        """Where a record is written."""
        return self._partitioning.partition(key)

    def get(self, pool: ThreadPoolExecutor, keys: Sequence[Key]) -> dict[Key, Item]:
        """The items that exist, by key. The keys must be distinct."""
        found: dict[Key, Item] = {}
        for count in self._partitioning.counts:
            wanted = [_primary(key, count) for key in keys if key not in found]
            for items in pool.map(self._get_batch, _slices(wanted, KEYS_A_BATCH)):
                found |= {(date_of(item), item["time"]["S"]): item for item in items}
        return found

    def get_one(self, key: Key) -> Item | None:
        """The item with this key."""
        for count in self._partitioning.counts:
            if items := self._get_batch([_primary(key, count)]):
                return items[0]
        return None

    def bring(self, keys: Iterable[Key]) -> Partitioning:
        """The partitioning by which these records are written now. While they move, those that are
        there are where it has them then."""
        partitioning = self._partitioning.for_writing()
        if partitioning.before:
            move = Move(self._client, self._name, self._schema, partitioning, self._deadline)
            move.bring(keys, self._get_batch)
        return partitioning

    def replace(self, record: Record, seen: Record) -> bool:
        """Put a record over the one that was ``seen``, or over an earlier row of its own import.
        False when another is there by now, or none, or it was changed.

        Records that came from no file always replace.
        """
        origin = record.import_origin
        optional = _unless_another(origin, seen, self._schema) if origin is not None else {}
        item = item_of(record, self._schema, self._retention_days)
        return self._put(record.key, item, **optional)

    def put_back(self, item: Item, seen: Record) -> bool:
        """Put an item that was kept aside over the record that took its place. False when that is
        not there as it was seen."""
        condition = Condition(seen, self._schema, only_if_same=True)
        condition.must_come_from(seen.origin)
        item = with_expiry(item, self._retention_days)
        return self._put(seen.key, item, **condition.arguments)

    def _put(self, key: Key, item: Item, **optional: Any) -> bool:
        """Put an item at the pace of its partition. False when its condition is not met."""
        row = {self._partitioning.partition(key): 1}
        refusal = throttled("replace a record")
        while self._pace.wait(row, self._deadline):
            sent_at, refused = self._pace.now(), {}
            try:
                self._retried(
                    *("replace a record", self._client.put_item),
                    is_paced=True,
                    TableName=self._name,
                    Item=self.bring([key]).place(dict(item)),
                    **optional,
                )
            except ServiceError as error:
                if error.code == "ConditionalCheckFailedException":
                    return False
                if not is_throttling(error.code):
                    raise
                refusal, refused = error, row
            self._pace.answered(sent_at, row, refused)
            if not refused:
                return True
        raise refusal

    def _insert_batch(self, records: Sequence[Record]) -> list[bool | ServiceError]:
        """For each record whether it was inserted, or the error that refused it."""
        return self._execute("insert records", self._insert_statement, records)

    def _delete_batch(self, records: Sequence[Record]) -> list[bool | ServiceError]:
        """For each record whether it is not there any more, or the error that refused it."""
        return self._execute("delete records", self._delete_statement, records)

    def _execute(
        self,
        action: str,
        statement: Callable[[Record, Partitioning], Any],
        records: Sequence[Record],
    ) -> list[bool | ServiceError]:
        try:
            partitioning = self.bring(record.key for record in records)
            statements = [statement(record, partitioning) for record in records]
            response = self._retried(
                *(action, self._client.batch_execute_statement),
                is_paced=True,
                Statements=statements,
            )
        except ServiceError as error:
            if not is_throttling(error.code):
                raise
            return [error] * len(records)
        return [_statement_result(action, one) for one in response["Responses"]]

    def _insert_statement(self, record: Record, partitioning: Partitioning) -> Any:
        item = partitioning.place(item_of(record, self._schema, self._retention_days))
        text = _insert_text(self._name, tuple(item))
        return {"Statement": text, "Parameters": list(item.values())}

    def _delete_statement(self, seen: Record, partitioning: Partitioning) -> Any:
        return delete_statement(self._name, partitioning.key_item(seen.key), seen, self._schema)

    def _between(self, keys: KeyRange, count: int, behind: str) -> tuple[list[Item], str]:
        with wrapped("DynamoDB", "read records"):
            response: Any = self._client.query(**self._query(keys, count, behind))
        return self._answered(response)

    def _between_retried(self, keys: KeyRange, count: int, behind: str) -> tuple[list[Item], str]:
        arguments = self._query(keys, count, behind)
        return self._answered(
            self._retried("read records", self._client.query, is_paced=False, **arguments)
        )

    def _query(self, keys: KeyRange, count: int, behind: str) -> Any:
        start: Any = {"ExclusiveStartKey": key_item((keys.partition, behind))} if behind else {}
        return {
            "TableName": self._name,
            "KeyConditionExpression": "#date = :date AND #time BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#date": PARTITION_KEY, "#time": SORT_KEY},
            "ExpressionAttributeValues": {
                ":date": {"S": keys.partition},
                ":first": {"S": keys.first},
                ":last": {"S": keys.last},
            },
            "ConsistentRead": True,
            "Limit": count,
            **start,
        }

    def _answered(self, response: Any) -> tuple[list[Item], str]:
        self.units_read += _units(response)
        last = response.get("LastEvaluatedKey")
        return response["Items"], last[SORT_KEY]["S"] if last else ""

    def _get_batch(self, primary_keys: Sequence[Item]) -> list[Item]:
        items: list[Item] = []
        wanted: list[Any] = list(primary_keys)
        backoff = Backoff(self._deadline)
        while wanted:
            request: Any = {self._name: {"Keys": wanted, "ConsistentRead": True}}
            response = self._retried(
                "read records", self._client.batch_get_item, is_paced=False, RequestItems=request
            )
            self.units_read += _units(response)
            items += response["Responses"].get(self._name, [])
            unread: Any = response.get("UnprocessedKeys", {}).get(self._name, {})
            wanted = unread.get("Keys", [])
            if wanted:
                backoff.pause(throttled("read records"))
        return items

    def _retried(
        self, action: str, request: Callable[..., Any], *, is_paced: bool, **arguments: Any
    ) -> Any:
        """Send a request until it is answered, its error is permanent, or time is up. What is sent
        at the pace of its partition is not sent again here when it was throttled."""
        backoff = Backoff(self._deadline)
        while True:
            try:
                return request(**arguments)
            except (ClientError, BotoCoreError) as cause:
                error = ServiceError.wrap("DynamoDB", action, cause)
                error.__cause__ = cause
                if is_paced and is_throttling(error.code):
                    raise error from cause
                backoff.pause(error)


def _unless_another(mine: Origin, seen: Record, schema: Schema) -> dict[str, Any]:
    """The condition that the record is the one that was seen, or an earlier row of the import."""
    as_seen = Condition(seen, schema, only_if_same=True)
    as_seen.must_come_from(seen.origin)
    names = {"#origin": "origin", "#import": "import", "#line": "line"}
    values = {":import": {"S": mine.import_id}, ":line": {"N": str(mine.line)}}
    earlier = "#origin.#import = :import AND #origin.#line < :line"
    return {
        "ConditionExpression": f"({as_seen.expression}) OR ({earlier})",
        "ExpressionAttributeNames": as_seen.names | names,
        "ExpressionAttributeValues": as_seen.values | values,
    }


@lru_cache(maxsize=16)
def _insert_text(table: str, names: tuple[str, ...]) -> str:
    fields = ", ".join(f"'{name}': ?" for name in names)
    return f'INSERT INTO "{table}" VALUE {{{fields}}}'


def _statement_result(action: str, statement: Any) -> bool | ServiceError:
    code = statement.get("Error", {}).get("Code", "")
    if code in ("", "DuplicateItem", "ConditionalCheckFailed"):
        return not code
    record = statement["Error"].get("Message", "")
    return ServiceError(
        f"DynamoDB could not {action}: {code}: {record}",
        code,
        permanent=not is_passing(code),
    )


def _units(response: Any) -> float:
    """Of a request for one table."""
    consumed = response.get("ConsumedCapacity") or {}
    [one] = consumed if isinstance(consumed, list) else [consumed]
    return float(one.get("CapacityUnits", 0))


def out_of_time(action: str) -> ServiceError:
    """The error of work that has to end though nothing is wrong."""
    return ServiceError(f"DynamoDB could not {action} in time", OUT_OF_TIME, permanent=False)


def _primary(key: Key, count: int) -> Item:
    """The primary key of a record, of so many partitions a day."""
    return key_item((partition_of(key, count), key[1]))


def _slices(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
