"""The repository: the one way by which messages leave and enter the DynamoDB table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from messages_app import cursor as cursors
from messages_app.aws import dynamodb_client
from messages_app.bulk import BulkInsert, OnConflict, Outcome
from messages_app.deadline import Deadline
from messages_app.errors import Conflict, NotFound, ServiceError, wrapped
from messages_app.items import attribute, item_of, key_item, message_of
from messages_app.record import Message
from messages_app.schema import MESSAGE, Schema, Values
from messages_app.values import Value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Sorts behind everything that can follow a time in a key: "10:55" as an upper end takes in
# "10:55:59.9" and "10:55:59~3fa2c1".
_AFTER = "\x7f"
# No time in a key is so long, digest included; DynamoDB refuses keys of more than 1,024 bytes.
_LONGEST_TIME = 200
# A page whose filters match little stops after so many requests and hands out its cursor.
_MOST_REQUESTS_A_PAGE = 8
# With filters, a request looks at so many records, however few of them match.
_LOOKED_AT_A_REQUEST = 1000


@dataclass(frozen=True)
class PageQuery:
    """The records of one UTC date. Times are prefixes such as ``10`` or ``10:55:09``, both ends
    included; ``filters`` ask for equality."""

    date: str
    time_from: str = ""
    time_to: str = ""
    filters: Mapping[str, Value] | None = None

    @property
    def lower_end(self) -> str:
        """No sort key of the range is less."""
        return self.time_from[:_LONGEST_TIME] or "0"

    @property
    def upper_end(self) -> str:
        """No sort key of the range is greater."""
        return self.time_to[:_LONGEST_TIME] + _AFTER

    def identity(self) -> list[Any]:
        """What a cursor is bound to."""
        filters = sorted((name, str(value)) for name, value in (self.filters or {}).items())
        return [self.date, self.time_from, self.time_to, filters]


@dataclass(frozen=True)
class Page:
    """Records in the order of their time, and the cursor of the next page (None at the end)."""

    messages: list[Message]
    cursor: str | None


class MessageRepository:
    """Messages in one DynamoDB table. Every method raises ServiceError when DynamoDB fails."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        schema: Schema = MESSAGE,
        looked_at_a_request: int = _LOOKED_AT_A_REQUEST,
    ) -> None:
        self._looked_at_a_request = looked_at_a_request
        self._client = client
        self._table = table
        self._schema = schema

    def get(self, date: str, time: str) -> Message | None:
        """The record with exactly this key."""
        if not 0 < len(time) <= _LONGEST_TIME:
            return None
        with _wrapped("read a record"):
            answer: Any = self._client.get_item(
                TableName=self._table, Key=key_item((date, time)), ConsistentRead=True
            )
        return message_of(answer["Item"], self._schema) if "Item" in answer else None

    def lookup(self, date: str, time: str, most: int = 20) -> list[Message]:
        """The record with exactly this key, else up to ``most`` whose time begins so."""
        exact = self.get(date, time)
        if exact is not None:
            return [exact]
        return self.page(PageQuery(date, time, time), page_size=most).messages

    def page(self, query: PageQuery, page_size: int, cursor: str | None = None) -> Page:
        """One page. Raises BadCursor when ``cursor`` was not made for this very query.

        With filters a page may hold fewer records than asked for and still have a next one.
        """
        start = cursors.read(cursor, query.identity()) if cursor else None
        if query.lower_end > query.upper_end:  # DynamoDB refuses such a range
            return Page([], None)
        found: list[Message] = []
        # One more than is shown tells whether there is a next page.
        limit = max(page_size + 1, self._looked_at_a_request if query.filters else 0)
        for _ in range(_MOST_REQUESTS_A_PAGE):
            items, start = self._query(query, limit, start)
            found += (message_of(item, self._schema) for item in items)
            if start is None or len(found) > page_size:
                break
        if len(found) > page_size:
            found = found[:page_size]
            start = found[-1].time
        next_cursor = cursors.write(start, query.identity()) if start is not None else None
        return Page(found, next_cursor)

    def insert(self, message: Message) -> bool:
        """Store a new record: True when it is new, False when an equal one is there already.

        Raises Conflict when a different record has its key.
        """
        try:
            with _wrapped("insert a record"):
                self._client.put_item(
                    TableName=self._table,
                    Item=item_of(message),
                    ConditionExpression="attribute_not_exists(#date)",
                    ExpressionAttributeNames={"#date": "date"},
                )
        except _ConditionFailed:
            existing = self.get(*message.key)
            if existing is not None and existing.same_content(message):
                return False
            raise Conflict(f"another record has the key {message.date} {message.time}") from None
        return True

    def insert_many(
        self, messages: list[Message], on_conflict: OnConflict, deadline: Deadline
    ) -> list[Outcome]:
        """Insert many records; the outcome of each, in their order. See :mod:`messages_app.bulk`.

        Harmless to repeat: run again, the same rows have the same outcomes.
        """
        bulk = BulkInsert(self._client, self._table, self._schema, on_conflict, deadline)
        return bulk.run(messages)

    def update(self, date: str, time: str, changes: Values) -> Message:
        """Set some fields of a record and give it back whole. Raises NotFound."""
        names = {"#date": "date"}
        values = {}
        assignments = []
        for number, (name, value) in enumerate(changes.items()):
            names[f"#n{number}"] = name
            values[f":v{number}"] = attribute(value)
            assignments.append(f"#n{number} = :v{number}")
        try:
            with _wrapped("update a record"):
                answer: Any = self._client.update_item(
                    TableName=self._table,
                    Key=key_item((date, time)),
                    UpdateExpression="SET " + ", ".join(assignments),
                    ConditionExpression="attribute_exists(#date)",
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=values,
                    ReturnValues="ALL_NEW",
                )
        except _ConditionFailed:
            raise NotFound(f"there is no record {date} {time}") from None
        return message_of(answer["Attributes"], self._schema)

    def replace(self, message: Message) -> Message:
        """Replace all fields of a record; its origin stays. Raises NotFound."""
        return self.update(*message.key, message.values)

    def delete(self, date: str, time: str) -> None:
        """Delete a record. Raises NotFound."""
        try:
            with _wrapped("delete a record"):
                self._client.delete_item(
                    TableName=self._table,
                    Key=key_item((date, time)),
                    ConditionExpression="attribute_exists(#date)",
                    ExpressionAttributeNames={"#date": "date"},
                )
        except _ConditionFailed:
            raise NotFound(f"there is no record {date} {time}") from None

    def _query(
        self, query: PageQuery, limit: int, start: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        names = {"#date": "date", "#time": "time"}
        values = {
            ":date": {"S": query.date},
            ":from": {"S": query.lower_end},
            ":to": {"S": query.upper_end},
        }
        conditions = []
        for number, (name, value) in enumerate((query.filters or {}).items()):
            names[f"#f{number}"] = name
            values[f":f{number}"] = attribute(value)
            conditions.append(f"#f{number} = :f{number}")
        optional: dict[str, Any] = {}
        if conditions:
            optional["FilterExpression"] = " AND ".join(conditions)
        if start is not None:
            optional["ExclusiveStartKey"] = key_item((query.date, start))
        with _wrapped("read a page of records"):
            answer: Any = self._client.query(
                TableName=self._table,
                KeyConditionExpression="#date = :date AND #time BETWEEN :from AND :to",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                Limit=limit,
                **optional,
            )
        last_key = answer.get("LastEvaluatedKey")
        return answer["Items"], last_key["time"]["S"] if last_key else None


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


@lru_cache(maxsize=1)
def message_repository() -> MessageRepository:
    """The repository of the configured table."""
    return MessageRepository(dynamodb_client(), settings.MESSAGES_TABLE)
