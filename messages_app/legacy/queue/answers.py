"""What a producer that asked for records is sent: JSON as DynamoDB answers it."""

from collections.abc import Sequence
from typing import Any

import simplejson

from messages_app.legacy.queue.operations import Key
from messages_app.schema.record import Record
from messages_app.schema.schema import Schema
from messages_app.store.items import item_of, key_item

# Of one page, whatever its asker wants: less than the 256 KiB that any SQS queue takes.
MAX_BYTES = 200 * 1024
MAX_RECORDS = 1000


def of_one(record: Record | None, schema: Schema) -> str:
    """The record under ``Item``; an empty object when there is none."""
    return _json({"Item": item_of(record, schema)} if record is not None else {})


def of_page(records: Sequence[Record], last: Key | None, schema: Schema) -> str:
    """As many of the records as one message holds. While there are more, ``LastEvaluatedKey`` is
    the key behind which they begin."""
    items: list[dict[str, Any]] = []
    room = MAX_BYTES
    for record in records:
        item = item_of(record, schema)
        room -= len(_json(item).encode())
        if room < 0 and items:
            last = records[len(items) - 1].key
            break
        items.append(item)
    page: dict[str, Any] = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
    if last is not None:
        page["LastEvaluatedKey"] = key_item(last)
    return _json(page)


def _json(content: Any) -> str:
    return simplejson.dumps(content, use_decimal=True, ensure_ascii=False)
