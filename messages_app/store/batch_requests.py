"""DynamoDB's batch requests, with a result per row and bounded retries of what was throttled."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from common.deadline import Deadline
from common.errors import ServiceError, is_passing
from common.retry import Backoff
from messages_app.schema.record import AnyOrigin, Message, Origin, QueueOrigin
from messages_app.schema.schema import Schema
from messages_app.store.items import PARTITION_KEY, Item, item_of, key_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
STATEMENTS_A_BATCH = 25
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
KEYS_A_BATCH = 100

Key = tuple[str, str]
T = TypeVar("T")


class Table:
    """One table, for work that has to end by a deadline. Methods raise ServiceError."""

    def __init__(
        self, client: "DynamoDBClient", name: str, schema: Schema, deadline: Deadline
    ) -> None:
        self._client = client
        self._name = name
        self._schema = schema
        self._deadline = deadline

    def insert(self, pool: ThreadPoolExecutor, messages: Sequence[Message]) -> list[bool]:
        """For each message whether it was inserted; False where its key is taken.

        The keys must be distinct. A message that an unanswered request had already inserted comes
        back as taken.
        """
        results = pool.map(self._insert_batch, _slices(messages, STATEMENTS_A_BATCH))
        return [is_new for batch in results for is_new in batch]

    def get(self, pool: ThreadPoolExecutor, keys: Sequence[Key]) -> dict[Key, Item]:
        """The items that exist, by key. The keys must be distinct."""
        found: dict[Key, Item] = {}
        for items in pool.map(self._get_batch, _slices(keys, KEYS_A_BATCH)):
            found |= {(item["date"]["S"], item["time"]["S"]): item for item in items}
        return found

    def get_one(self, key: Key) -> Item | None:
        """The item with this key."""
        items = self._get_batch([key])
        return items[0] if items else None

    def replace(self, message: Message, seen: AnyOrigin | None) -> bool:
        """Put a record over the one whose origin was ``seen``, or over an earlier row of its own
        import. False when another is there by now, or none.

        Records that came from no file always replace.
        """
        origin = message.import_origin
        optional = _unless_another(origin, seen) if origin is not None else {}
        try:
            self._retried(
                "replace a record",
                self._client.put_item,
                TableName=self._name,
                Item=item_of(message, self._schema),
                **optional,
            )
        except ServiceError as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def _insert_batch(self, messages: Sequence[Message]) -> list[bool]:
        results: dict[int, bool] = {}
        waiting = list(range(len(messages)))
        backoff = Backoff(self._deadline)
        while waiting:
            statements = [self._insert_statement(messages[index]) for index in waiting]
            response = self._retried(
                "insert records", self._client.batch_execute_statement, Statements=statements
            )
            failed: dict[int, ServiceError] = {}
            for index, statement in zip(waiting, response["Responses"], strict=True):
                code = statement.get("Error", {}).get("Code", "")
                if code and code != "DuplicateItem":
                    failed[index] = _statement_error(statement["Error"])
                else:
                    results[index] = not code
            if failed:  # the permanent ones, if there are any, are raised here
                backoff.pause(max(failed.values(), key=lambda error: error.permanent))
            waiting = list(failed)
        return [results[index] for index in range(len(messages))]

    def _insert_statement(self, message: Message) -> Any:
        item = item_of(message, self._schema)
        text = _insert_text(self._name, tuple(item))
        return {"Statement": text, "Parameters": list(item.values())}

    def _get_batch(self, keys: Sequence[Key]) -> list[Item]:
        items: list[Item] = []
        wanted: list[Any] = [key_item(key) for key in keys]
        backoff = Backoff(self._deadline)
        while wanted:
            request: Any = {self._name: {"Keys": wanted, "ConsistentRead": True}}
            response = self._retried(
                "read records", self._client.batch_get_item, RequestItems=request
            )
            items += response["Responses"].get(self._name, [])
            unread: Any = response.get("UnprocessedKeys", {}).get(self._name, {})
            wanted = unread.get("Keys", [])
            if wanted:
                backoff.pause(_throttled("read records"))
        return items

    def _retried(self, action: str, request: Callable[..., Any], **arguments: Any) -> Any:
        """Send a request until it is answered, its error is permanent, or time is up."""
        backoff = Backoff(self._deadline)
        while True:
            try:
                return request(**arguments)
            except (ClientError, BotoCoreError) as cause:
                error = ServiceError.wrap("DynamoDB", action, cause)
                error.__cause__ = cause
                backoff.pause(error)


def _unless_another(mine: Origin, seen: AnyOrigin | None) -> dict[str, Any]:
    """The condition that the record is the one that was seen, or an earlier row of the import."""
    names = {"#origin": "origin", "#import": "import", "#line": "line"}
    values = {":import": {"S": mine.import_id}, ":line": {"N": str(mine.line)}}
    if seen is None:
        names["#date"] = PARTITION_KEY
        as_seen = "attribute_exists(#date) AND attribute_not_exists(#origin)"
    elif isinstance(seen, QueueOrigin):
        names |= {"#message": "message", "#number": "number"}
        values |= {":seen": {"S": seen.message_id}, ":number": {"N": str(seen.number)}}
        as_seen = "#origin.#message = :seen AND #origin.#number = :number"
    else:
        values |= {":seen": {"S": seen.import_id}, ":seen_line": {"N": str(seen.line)}}
        as_seen = "#origin.#import = :seen AND #origin.#line = :seen_line"
    return {
        "ConditionExpression": (
            f"({as_seen}) OR (#origin.#import = :import AND #origin.#line < :line)"
        ),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }


@lru_cache(maxsize=16)
def _insert_text(table: str, names: tuple[str, ...]) -> str:
    fields = ", ".join(f"'{name}': ?" for name in names)
    return f'INSERT INTO "{table}" VALUE {{{fields}}}'


def _statement_error(error: Any) -> ServiceError:
    code = error["Code"]
    return ServiceError(
        f"DynamoDB could not insert a record: {code}: {error.get('Message', '')}",
        code,
        permanent=not is_passing(code),
    )


def _throttled(action: str) -> ServiceError:
    return ServiceError(
        f"DynamoDB could not {action}: throttled", "ThrottlingError", permanent=False
    )


def _slices(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
