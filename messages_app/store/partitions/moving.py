"""Records that move to another partition of their day, in transactions: at any moment a record is
in one place. Once records move, nobody changes one where it was: whoever wants to moves it first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from botocore.exceptions import BotoCoreError, ClientError

from common.deadline import Deadline
from common.errors import ServiceError, is_passing
from common.retry import Backoff
from messages_app.schema.record import DIGEST_LENGTHS
from messages_app.schema.schema import Schema
from messages_app.store.items import PARTITION_KEY, SORT_KEY, Item, date_of, key_item, record_of
from messages_app.store.pacing import throttled
from messages_app.store.partitions.partitioning import Key, Partitioning, partition_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

log = structlog.get_logger(__name__)

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
# takes 100 actions; two of them move an item.
MANY = 25

_NOT_MET = "ConditionalCheckFailed"
_ACTION = "move a record"


class Move:
    """Moves records of one table to where ``partitioning`` has them. Raises ServiceError."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        schema: Schema,
        partitioning: Partitioning,
        deadline: Deadline,
    ) -> None:
        """``client`` asks once."""
        self._client = client
        self._table = table
        self._schema = schema
        self._partitioning = partitioning
        self._deadline = deadline

    def bring(self, keys: Iterable[Key], read: Callable[[Sequence[Item]], list[Item]]) -> None:
        """Move those of these records that are where they were; ``read`` gives the items that exist
        of primary keys."""
        wanted = [
            key_item((before, key[1]))
            for key in keys
            if (before := partition_of(key, self._partitioning.before))
            != self._partitioning.partition(key)
        ]
        while wanted and (found := read(wanted)):
            self.many(found)

    def many(self, items: Sequence[Item]) -> None:
        """Move up to MANY items as they were read, in one transaction; each in its own where that
        cannot be, since one of them was changed, or all are too large together."""
        pairs = [self._actions(item, next(self._targets(item))) for item in items]
        try:
            if not self._transact([action for pair in pairs for action in pair]):
                return
        except ServiceError as error:
            if not error.permanent:
                raise
        for item in items:
            self.one(item)

    def one(self, item: Item) -> bool:
        """Move an item as it was read; False when it was changed, moved or deleted since.

        Its key can be taken only by somebody who knew nothing of the move for minutes. Then it
        stays beside the other one, unless they are equal.
        """
        for target in self._targets(item):
            refused = self._transact(self._actions(item, target))
            if not refused:
                return True
            if refused[1] == _NOT_MET:
                return False
            log.warning("key is taken where a record moves to", key=_key(target))
            if self._is_equal(item, target):
                break
        self._delete(item)
        return True

    def _targets(self, item: Item) -> Iterator[Item]:
        """What it becomes; the further ones where its key is taken."""
        plain = {**item, PARTITION_KEY: {"S": date_of(item)}}
        yield self._partitioning.place(dict(plain))
        record = record_of(item, self._schema)
        for length in DIGEST_LENGTHS:
            time = record.with_conflict_suffix(length).time
            yield self._partitioning.place({**plain, SORT_KEY: {"S": time}})

    def _actions(self, item: Item, target: Item) -> list[Any]:
        """Its insertion, if the key is free, and its deletion, if it is as it was read."""
        put: Any = {
            "TableName": self._table,
            "Item": target,
            "ConditionExpression": "attribute_not_exists(#date)",
            "ExpressionAttributeNames": {"#date": PARTITION_KEY},
        }
        return [{"Put": put}, {"Delete": self._if_same(item)}]

    def _transact(self, actions: list[Any]) -> list[str]:
        """Do all of it. Where a condition was not met nothing is done, and what came back is a code
        for each action."""
        backoff = Backoff(self._deadline)
        while True:
            try:
                self._client.transact_write_items(TransactItems=actions)
            except (ClientError, BotoCoreError) as cause:
                codes = _codes(cause)
                if _NOT_MET in codes:
                    return codes
                backoff.pause(_error(cause, codes))
            else:
                return []

    def _delete(self, item: Item) -> None:
        try:
            self._client.delete_item(**self._if_same(item))
        except (ClientError, BotoCoreError) as cause:
            error = ServiceError.wrap("DynamoDB", _ACTION, cause)
            if error.code != f"{_NOT_MET}Exception":
                raise error from cause

    def _is_equal(self, item: Item, target: Item) -> bool:
        keys: Any = {self._table: {"Keys": [key_item(_key(target))], "ConsistentRead": True}}
        try:
            response: Any = self._client.batch_get_item(RequestItems=keys)
        except (ClientError, BotoCoreError) as cause:
            raise ServiceError.wrap("DynamoDB", _ACTION, cause) from cause
        there = [record_of(one, self._schema) for one in response["Responses"][self._table]]
        mine = record_of(item, self._schema)
        return any(one.same_content(mine) for one in there)

    def _if_same(self, item: Item) -> Any:
        """Its deletion, if it is as it was read."""
        names = {f"#{number}": name for number, name in enumerate(item)}
        values = {f":{number}": value for number, value in enumerate(item.values())}
        return {
            "TableName": self._table,
            "Key": key_item(_key(item)),
            "ConditionExpression": " AND ".join(
                f"#{number} = :{number}" for number in range(len(item))
            ),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }


def _key(item: Item) -> Key:
    return item[PARTITION_KEY]["S"], item[SORT_KEY]["S"]


def _codes(error: Exception) -> list[str]:
    """Why each action of a transaction was not done; empty when AWS did not say."""
    response: Any = error.response if isinstance(error, ClientError) else {}
    return [reason.get("Code", "") for reason in response.get("CancellationReasons", ())]


def _error(cause: Exception, codes: list[str]) -> ServiceError:
    passing = [code for code in codes if is_passing(code)]
    error = throttled(_ACTION) if passing else ServiceError.wrap("DynamoDB", _ACTION, cause)
    error.__cause__ = cause
    return error
