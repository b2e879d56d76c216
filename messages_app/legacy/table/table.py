"""A table as it is stored: items that need not be records yet."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from common.errors import ServiceError, wrapped
from messages_app.legacy.table.items import key_of
from messages_app.store.items import PARTITION_KEY, SORT_KEY, Item, key_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PAGE = 1000


class StoredItems:
    """The items of one table. Methods raise ServiceError."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def pages(self) -> Iterator[list[Item]]:
        """All of them, in the table's own order."""
        pages: Any = self._client.get_paginator("scan").paginate(
            TableName=self._table, PaginationConfig={"PageSize": _PAGE}
        )
        with wrapped("DynamoDB", f"read the table {self._table}"):
            for page in pages:
                yield page["Items"]

    def complete(self, item: Item, attributes: Item) -> bool:
        """Set attributes of an item; False when somebody else changed them since it was read."""
        condition = _unchanged(item, attributes)
        values = {f":n{number}": one for number, one in enumerate(attributes.values())}
        sets = ", ".join(f"#a{number} = :n{number}" for number in range(len(attributes)))
        condition["ExpressionAttributeValues"] = {
            **condition.get("ExpressionAttributeValues", {}),
            **values,
        }
        update = {"UpdateExpression": f"SET {sets}", **condition}
        return self._done("complete a record", self._client.update_item, item, update)

    def delete(self, item: Item, names: Iterable[str]) -> bool:
        """Delete an item; False when somebody else changed these attributes of it since it was
        read."""
        others = [name for name in names if name not in (PARTITION_KEY, SORT_KEY)]
        condition = _unchanged(item, others)
        return self._done("delete an item", self._client.delete_item, item, condition)

    def _done(
        self, action: str, request: Callable[..., Any], item: Item, arguments: dict[str, Any]
    ) -> bool:
        try:
            with wrapped("DynamoDB", action):
                request(TableName=self._table, Key=key_item(key_of(item)), **arguments)
        except ServiceError as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _unchanged(item: Item, names: Iterable[str]) -> dict[str, Any]:
    """The condition that an item is there, and these attributes are as they were read."""
    placeholders = {"#date": PARTITION_KEY}
    terms, values = ["attribute_exists(#date)"], {}
    for number, name in enumerate(names):
        placeholders[f"#a{number}"] = name
        if name in item:
            values[f":s{number}"] = item[name]
            terms.append(f"#a{number} = :s{number}")
        else:
            terms.append(f"attribute_not_exists(#a{number})")
    return {
        "ConditionExpression": " AND ".join(terms),
        "ExpressionAttributeNames": placeholders,
        **({"ExpressionAttributeValues": values} if values else {}),
    }
