"""Items of a table as far as their expiry goes: marked with its moment, and deleted after it."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from common.deadline import Deadline
from common.errors import ServiceError, wrapped
from common.retry import Backoff
from messages_app.store.expiring.moments import EXPIRES, expires_at
from messages_app.store.items import PARTITION_KEY, SORT_KEY, Item, key_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Items that one call looks at.
_A_PART = 1000
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
_DELETES_A_BATCH = 25
_THREADS = 8
_NAMES = {"#date": PARTITION_KEY, "#time": SORT_KEY}
# Deletes that AWS did not take are sent again for so long.
_SECONDS = 20


class ExpiringTable:
    """One table. Methods raise ServiceError, and are harmless to repeat."""

    def __init__(self, client: "DynamoDBClient", table: str, seconds: float = _SECONDS) -> None:
        self._client = client
        self._table = table
        self._seconds = seconds

    def mark(self, partition: str, date: str, behind: str, days: int | None) -> str:
        """Have some items of a partition of a date expire after so many days, or never: those
        behind a time ('': from the first on). Gives the time behind which there may be more; '' at
        the end."""
        if days is None:
            wrong, values, update = "attribute_exists(#expires)", {}, "REMOVE #expires"
        else:
            values = {":at": {"N": str(expires_at(date, days))}}
            wrong = "attribute_not_exists(#expires) OR #expires <> :at"
            update = "SET #expires = :at"
        keys, end = self._keys(partition, behind, wrong, values)
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(partial(self._update, update, values), keys):
                pass
        return end

    def delete(self, partition: str) -> int:
        """Delete some items of a partition; how many there were."""
        keys, _ = self._keys(partition, "", "", {})
        batches = [
            keys[start : start + _DELETES_A_BATCH]
            for start in range(0, len(keys), _DELETES_A_BATCH)
        ]
        backoff = Backoff(Deadline(self._seconds))
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(partial(self._delete_batch, backoff), batches):
                pass
        return len(keys)

    def _keys(
        self, partition: str, behind: str, condition: str, values: dict[str, Any]
    ) -> tuple[list[Item], str]:
        """The keys of items that a condition holds for, and the time behind which there are
        more."""
        names = _NAMES | ({"#expires": EXPIRES} if condition else {})
        optional: dict[str, Any] = {"FilterExpression": condition} if condition else {}
        if behind:
            optional["ExclusiveStartKey"] = key_item((partition, behind))
        with wrapped("DynamoDB", "look for records that expire"):
            response: Any = self._client.query(
                TableName=self._table,
                Limit=_A_PART,
                KeyConditionExpression="#date = :date",
                ProjectionExpression="#date, #time",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={":date": {"S": partition}, **values},
                **optional,
            )
        end = response.get("LastEvaluatedKey")
        return response["Items"], end[SORT_KEY]["S"] if end else ""

    def _update(self, update: str, values: dict[str, Any], key: Item) -> None:
        """A record that was deleted meanwhile stays so."""
        optional: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            with wrapped("DynamoDB", "mark a record"):
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression=update,
                    ConditionExpression="attribute_exists(#date)",
                    ExpressionAttributeNames={"#date": PARTITION_KEY, "#expires": EXPIRES},
                    **optional,
                )
        except ServiceError as error:
            if error.code != "ConditionalCheckFailedException":
                raise

    def _delete_batch(self, backoff: Backoff, keys: list[Item]) -> None:
        requests: Any = [{"DeleteRequest": {"Key": key}} for key in keys]
        while requests:
            with wrapped("DynamoDB", "delete expired records"):
                response: Any = self._client.batch_write_item(RequestItems={self._table: requests})
            requests = response.get("UnprocessedItems", {}).get(self._table, [])
            if requests:
                backoff.pause(ServiceError("DynamoDB is busy", "Throttling", permanent=False))
