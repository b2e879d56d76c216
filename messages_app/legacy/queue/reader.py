"""What a message of another producer asks for: a DynamoDB request as JSON, whose kind the message
attribute ``Method`` names. Fields, rules and words are those of the API."""

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import ValidationError

from messages_app.legacy.api.changes import VALUES, changes_of
from messages_app.legacy.api.error_responses import sentence_of
from messages_app.legacy.api.items import ItemSerializer
from messages_app.legacy.api.keys import LIMIT, START, key_of, limit_from
from messages_app.legacy.queue.attribute_values import plain, plain_item
from messages_app.legacy.queue.operations import Change, Key, Operation, ReadAll, ReadRecord, Write
from messages_app.presentation.record_json import KEY
from messages_app.schema.record import QueueOrigin, Record
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Invalid

METHODS = ("POST", "PUT", "DELETE", "GET", "GET_ALL", "BATCH_WRITE")
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
MAX_REQUESTS = 25
# They would make a change depend on what is there; nothing here looks at that.
_CONDITIONS = ("ConditionExpression", "Expected", "ConditionalOperator")
_QUOTED = 40


class OperationReader:
    """Reads messages that are meant for one table."""

    def __init__(self, schema: Schema, table: str) -> None:
        self._schema = schema
        self._table = table
        self._items = ItemSerializer(schema)
        readers: tuple[Callable[[dict[str, Any], QueueOrigin], Operation], ...] = (
            self._post,
            self._put,
            self._delete,
            self._get,
            self._get_all,
            self._batch_write,
        )
        self._readers = dict(zip(METHODS, readers, strict=True))

    def read(self, method: str, body: object, origin: QueueOrigin) -> Operation:
        """What is asked for; records get the origin. Raises Invalid with a sentence."""
        if method not in self._readers:
            known = ", ".join(self._readers)
            named = f"“{method[:_QUOTED]}”" if method else "missing"
            raise Invalid("method", f"its method is {named}; it must be one of {known}")
        if not isinstance(body, dict):
            raise Invalid("not_an_object", "the body must be a JSON object")
        try:
            return self._readers[method](body, origin)
        except ValidationError as error:
            raise Invalid("invalid", sentence_of(error) or "it is not valid") from error

    def _post(self, body: dict[str, Any], origin: QueueOrigin) -> Write:
        self._check_table(body)
        return Write(inserts=(self._record(body, origin),))

    def _put(self, body: dict[str, Any], origin: QueueOrigin) -> Change:
        self._check_table(body)
        _check_unconditional(body)
        key = self._key(body)
        item = body.get(VALUES, {})
        if not isinstance(item, dict):
            raise Invalid("not_an_object", f"{VALUES} must be a JSON object")
        values = {name: plain(f"{VALUES} {name[:_QUOTED]}", one) for name, one in item.items()}
        return Change(key, changes_of({**body, VALUES: values}, self._schema))

    def _delete(self, body: dict[str, Any], origin: QueueOrigin) -> Write:
        self._check_table(body)
        _check_unconditional(body)
        return Write(deletes=(self._key(body),))

    def _get(self, body: dict[str, Any], origin: QueueOrigin) -> ReadRecord:
        self._check_table(body)
        return ReadRecord(self._key(body))

    def _get_all(self, body: dict[str, Any], origin: QueueOrigin) -> ReadAll:
        self._check_table(body)
        start = self._key(body, START) if body.get(START) else None
        limit = body.get(LIMIT)
        return ReadAll(start, None if limit is None else limit_from(str(limit)))

    def _batch_write(self, body: dict[str, Any], origin: QueueOrigin) -> Write:
        tables = body.get("RequestItems")
        if not isinstance(tables, dict) or not tables:
            raise Invalid("required", "the body must have the object RequestItems")
        for table in tables:
            self._check_is_ours(table)
        requests = tables[self._table]
        if not isinstance(requests, list) or not 1 <= len(requests) <= MAX_REQUESTS:
            sentence = f"RequestItems must have a list of 1 to {MAX_REQUESTS} requests"
            raise Invalid("requests", f"{sentence} for the table")
        inserts: list[Record] = []
        deletes: list[Key] = []
        for number, request in enumerate(requests, start=1):
            numbered = QueueOrigin(origin.queue, origin.message_id, number, origin.sender)
            try:
                self._add_request(request, numbered, inserts, deletes)
            except (Invalid, ValidationError) as error:
                raise Invalid("request", f"request {number}: {sentence_of(error)}") from error
        if {record.key for record in inserts} & set(deletes):
            raise Invalid("twice", "one key is both put and deleted: send two messages")
        return Write(tuple(inserts), tuple(deletes))

    def _add_request(
        self, request: object, origin: QueueOrigin, inserts: list[Record], deletes: list[Key]
    ) -> None:
        if isinstance(request, dict) and len(request) == 1:
            [(kind, content)] = request.items()
            if kind == "PutRequest" and isinstance(content, dict):
                inserts.append(self._record(content, origin))
                return
            if kind == "DeleteRequest" and isinstance(content, dict):
                deletes.append(self._key(content))
                return
        raise Invalid("request", "must be an object with a PutRequest or a DeleteRequest")

    def _record(self, body: dict[str, Any], origin: QueueOrigin) -> Record:
        item = body.get("Item")
        if not isinstance(item, dict):
            raise Invalid("required", "the object Item is missing")
        known = {*KEY, *self._schema.names}
        others = frozenset(name for name in item if name not in known)
        return self._items.read_new(plain_item(item, left_alone=others), origin)

    def _key(self, body: dict[str, Any], member: str = "Key") -> Key:
        """Date and time, whole: a message may come late and twice, so that the beginning of a time
        could name another record each time."""
        key = body.get(member)
        if not isinstance(key, dict) or set(key) != set(KEY):
            raise Invalid("not_a_key", f"{member} must be an object with date and time")
        date, time = (plain(f"{member} {name}", key[name]) for name in KEY)
        whole = "" if time is None else time
        try:
            return key_of(str(date), whole, has_identity=bool(self._schema.identity))
        except Invalid as error:
            raise Invalid(error.code, f"{member} is wrong: {error.detail}") from error

    def _check_table(self, body: dict[str, Any]) -> None:
        if "TableName" not in body:
            raise Invalid("table", f"TableName is missing; it must be {self._table}")
        self._check_is_ours(body["TableName"])

    def _check_is_ours(self, table: object) -> None:
        if table != self._table:
            raise Invalid("table", f"the table “{str(table)[:_QUOTED]}” is not {self._table}")


def _check_unconditional(body: dict[str, Any]) -> None:
    for name in _CONDITIONS:
        if body.get(name):
            raise Invalid("condition", f"{name} is not taken: a message is done whatever is there")
